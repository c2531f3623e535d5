"""A generator run from its start to its export."""

from __future__ import annotations

from pathlib import Path

from lesionlab.core.files import write_bytes
from lesionlab.core.imaging import encode_webp
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.models.export import export_generator
from lesionlab.models.precision import choose_compute
from lesionlab.records.card import SAMPLES_NAME, ImageSpec, ModelCard, Training, write_card
from lesionlab.records.codec import from_plain
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.training.drive import drive
from lesionlab.training.gan_trainee import GanTrainee, sample_sheet
from lesionlab.training.run_start import read_run, start_run, training_facts, write_rights, write_seen


def start_gan(
    options: GanOptions, data: PreparedData, command: str, parent: Path, progress: Progress = silent
) -> RunFolder:
    """Make the folder of a generator run; see `start_run` for what is refused here."""
    return start_run("generator", options, data, command, parent, progress)


def continue_gan(run: RunFolder, data: PreparedData, progress: Progress = silent) -> None:
    """Train from where the run stands to its end and export; the images are those of the training part alone.

    Raises:
        RunError: the run is of another kind or data set, is damaged, or diverged.
    """
    record = read_run(run, "generator", data)
    options = from_plain(GanOptions, record.options, f"{run.path.name}/options.json")
    compute = choose_compute(options.bf16, options.threads)
    part = data.part("train")
    trainee = GanTrainee(options, part.images(options.image_size_px), part.labels, part.classes, compute)
    seconds = drive(run, trainee, progress)
    facts = training_facts(record, part, trainee.kimg, seconds, compute)
    _export(run, trainee, facts, part)
    run.mark_done()


def architecture(options: GanOptions) -> str:
    """Return the parts of a generator's recipe in words."""
    norm = "spectral norm" if options.spectral_norm else "batch norm in the discriminator"
    return f"conditional DCGAN, {options.upsampling} upsampling, {norm}, {options.conditioning}, {options.loss}"


def _export(run: RunFolder, trainee: GanTrainee, facts: Training, part: Part) -> None:
    options = trainee.options
    generator = trainee.averaged_generator()
    parameters = sum(p.numel() for p in generator.parameters())
    write_bytes(run.export / SAMPLES_NAME, encode_webp(sample_sheet(generator, len(trainee.classes))))
    digest = export_generator(generator, run.export)
    rights = write_rights(run.export, part)
    card = ModelCard(
        kind="generator",
        name=f"DCGAN {options.image_size_px} px",
        architecture=architecture(options),
        image=ImageSpec(options.image_size_px),
        classes=trainee.classes,
        weights_sha256=digest,
        parameters=parameters,
        training=facts,
        groups_sha256=write_seen(run.export, train=part),
        licence=rights.licence,
        attribution=rights.attribution,
        latent_dim=options.latent_dim,
    )
    write_card(run.export, card)
