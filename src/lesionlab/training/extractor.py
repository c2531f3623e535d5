"""Make an extractor: the frozen trunk of a classifier that a run trained, or that of a network of random weights."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from lesionlab import __version__
from lesionlab.core.errors import InputError, RunError
from lesionlab.data.rights import ATTRIBUTIONS_NAME
from lesionlab.models.block_means import BlockMeans
from lesionlab.models.export import check_export_possible, export_extractor
from lesionlab.models.random_vgg import RECIPE, WIDTH, random_trunk, space_name
from lesionlab.models.vgg19 import Vgg19
from lesionlab.models.weights import load_state
from lesionlab.records.card import ImageSpec, ModelCard, Training, read_card, write_card
from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.run import RunFolder
from lesionlab.records.seen_groups import GROUPS_NAME, seen_groups, write_seen_groups

ARCHITECTURE = "VGG-19 with batch norm, width {:g}; means of the last activations of each block; kernels in float16"
LIMIT = "Its features tell how alike sets of images are to this network; figures of other spaces do not compare."
NO_LICENCE_NEEDED = ("CC0 1.0", "Drawn at random: no image shaped it.")


def extractor_of_run(run: RunFolder, folder: Path) -> ModelCard:
    """Export the trunk of what a classifier run exported; what it saw, and whose that is, goes with it.

    Raises:
        MissingPartError: the packages of the export are absent.
        InputError: the folder holds something.
        RunError: the run trains no pooled VGG-19, is not done, or is damaged.
    """
    check_export_possible()
    record = run.read()
    if record.kind != "classifier" or not run.done:
        what = f"trains a {record.kind}" if record.kind != "classifier" else "is not done"
        raise RunError(f"{run.path.name} {what}.", "Name a run of `lesionlab classifier train` that came to its end.")
    options = from_plain(ClassifierOptions, record.options, f"{run.path.name}/options.json")
    if options.architecture != "vgg19" or not options.releasable:
        raise RunError(
            f"{run.path.name} trained a {options.architecture} with the {options.head} head.",
            "Name the run of a VGG-19 that is pooled: the features of a space are the means of its blocks.",
        )
    card = read_card(run.export)
    network = Vgg19(len(card.classes), options.width)
    try:
        network.load_state_dict(load_state(run.state)["trainee"]["best"])
    except (RuntimeError, KeyError) as error:
        raise RunError(f"{run.state} holds no weights of this classifier.", "Train it again.") from error
    with _new_folder(folder) as beside:
        shutil.copy(run.export / GROUPS_NAME, beside)
        if (run.export / ATTRIBUTIONS_NAME).is_file():
            shutil.copy(run.export / ATTRIBUTIONS_NAME, beside)
        weights_sha256 = export_extractor(network.features, options.image_size_px, beside)
        made = replace(
            card,
            kind="extractor",
            name=f"vgg19-{re.sub(r'[^A-Za-z0-9_-]+', '-', record.data)}"[:40],
            architecture=ARCHITECTURE.format(options.width),
            weights_sha256=weights_sha256,
            parameters=_parameters(network.features),
            feature_dims=BlockMeans(network.features).dims,
            prior={},
            limits=(*card.limits, LIMIT),
        )
        write_card(beside, made)
    return made


def random_extractor(seed: int, image_size_px: int, folder: Path, command: str) -> ModelCard:
    """Export the trunk of a `RandomVgg`: a space that no image has shaped.

    Raises:
        MissingPartError: the packages of the export are absent.
        InputError: the size is not a multiple of 16 px, or the folder holds something.
    """
    check_export_possible()
    trunk, sha256 = random_trunk(seed, image_size_px)
    options = {"seed": seed, "image_size_px": image_size_px, "recipe": RECIPE, "kernels_sha256": sha256}
    versions = {"lesionlab": __version__, "python": platform.python_version(), "torch": torch.__version__}
    licence, attribution = NO_LICENCE_NEEDED
    with _new_folder(folder) as beside:
        card = ModelCard(
            kind="extractor",
            name=space_name(seed),
            architecture=ARCHITECTURE.format(WIDTH),
            image=ImageSpec(image_size_px),
            classes=(),
            weights_sha256=export_extractor(trunk, image_size_px, beside),
            parameters=_parameters(trunk),
            training=Training(command, options, "", "", 0, {}, 0.0, 0.0, versions),
            groups_sha256=write_seen_groups(beside, seen_groups()),
            licence=licence,
            attribution=attribution,
            feature_dims=BlockMeans(trunk).dims,
            limits=(LIMIT,),
        )
        write_card(beside, card)
    return card


def _parameters(trunk: nn.Sequential) -> int:
    return sum(values.numel() for values in trunk.parameters())


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder beside; it gets its name when the block ends well, so that an export is whole or absent.

    Raises:
        InputError: the folder holds something.
    """
    if folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise InputError(f"{folder} is there already.", "Name a new folder.")
    beside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        yield beside
        if folder.exists():
            folder.rmdir()  # it is empty; Windows renames onto nothing
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
