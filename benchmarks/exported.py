"""Fresh networks and their exports: speed does not depend on what they have learned."""

from __future__ import annotations

from pathlib import Path

import torch

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.models.dcgan import Generator
from lesionlab.models.export import export_classifier, export_generator
from lesionlab.models.vgg19 import Vgg19
from lesionlab.records.card import ImageSpec, ModelCard, Training, write_card
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.seen_groups import seen_groups, write_seen_groups


def fresh_generator(options: GanOptions) -> Generator:
    """Return an untrained generator, ready to sample, its weights drawn from one seed."""
    torch.manual_seed(0)
    return Generator(options, len(HAM10000_CODES)).eval()


def fresh_classifier(options: ClassifierOptions) -> Vgg19:
    """Return an untrained classifier, ready to classify, its weights drawn from one seed."""
    torch.manual_seed(0)
    return Vgg19(len(HAM10000_CODES), options.width).eval()


def export_fresh_generator(options: GanOptions, folder: Path) -> None:
    """Write the export folder of an untrained generator, with the card that the sampler asks for."""
    folder.mkdir()
    network = fresh_generator(options)
    sha256 = export_generator(network, folder)
    card = ModelCard(
        kind="generator",
        name="bench-generator",
        architecture="untrained DCGAN",
        image=ImageSpec(options.image_size_px),
        classes=HAM10000_CODES,
        weights_sha256=sha256,
        parameters=sum(p.numel() for p in network.parameters()),
        training=Training("make bench", {}, "none", "", 0, {}, 0.0, 0.0, {}),
        groups_sha256=write_seen_groups(folder, seen_groups()),
        licence="CC0 1.0",
        attribution="Trained on nothing.",
        latent_dim=options.latent_dim,
    )
    write_card(folder, card)


def export_fresh_classifier(options: ClassifierOptions, folder: Path) -> None:
    """Write the ONNX file of an untrained classifier."""
    folder.mkdir()
    export_classifier(fresh_classifier(options), options.image_size_px, folder)
