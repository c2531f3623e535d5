"""A generator run from its start to its export."""

from __future__ import annotations

from pathlib import Path

from lesionlab.core.files import write_bytes
from lesionlab.core.imaging import encode_webp
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.models.export import export_generator
from lesionlab.models.precision import Compute, choose_compute
from lesionlab.records.card import SAMPLES_NAME, ImageSpec, Metric, ModelCard, Training, write_card
from lesionlab.records.codec import from_plain
from lesionlab.records.monitor import MonitorRecord
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.training.drive import drive
from lesionlab.training.gan_monitor import GanMonitor
from lesionlab.training.gan_monitor_images import Labelled, Yardstick, comparable, random_spaces
from lesionlab.training.gan_trainee import GanTrainee
from lesionlab.training.report import write_report
from lesionlab.training.run_start import read_run, start_run, training_facts, write_rights, write_seen
from lesionlab.training.running_out import telling_what_ran_out
from lesionlab.training.sample_sheet import sample_sheet
from lesionlab.training.tensorboard_log import check_tensorboard


def start_gan(
    options: GanOptions, data: PreparedData, command: str, parent: Path, progress: Progress = silent
) -> RunFolder:
    """Make the folder of a generator run; see `start_run` for what is refused here.

    Raises:
        MissingPartError: TensorBoard is asked for and not installed.
        DataError: there are too few images to measure KID against.
    """
    if options.tensorboard:
        check_tensorboard()
    if options.kid_kimg:
        part = data.part("train")
        comparable(data.part("validation").labels, part.labels, len(part.classes), options.kid_images)
    return start_run("generator", options, data, command, parent, progress)


def continue_gan(run: RunFolder, data: PreparedData, progress: Progress = silent) -> None:
    """Train from where the run stands to its end and export; the images are those of the training part alone.

    The validation part is what KID is measured against: with it the best averaged generator is chosen.

    Raises:
        RunError: the run is of another kind or data set, is damaged, or diverged.
    """
    record = read_run(run, "generator", data)
    options = from_plain(GanOptions, record.options, f"{run.path.name}/options.json")
    compute = choose_compute(options.bf16, options.threads)
    part = data.part("train")
    images = part.images(options.image_size_px)
    with telling_what_ran_out(run):
        monitor = GanMonitor(options, lambda: _yardstick(options, data, Labelled(images, part.labels), compute))
        trainee = GanTrainee(options, images, part.labels, part.classes, compute, monitor=monitor)
    seconds = drive(run, trainee, progress)
    best = monitor.record.best
    facts = training_facts(record, part, trainee.kimg if best is None else best.kimg, seconds, compute)
    with telling_what_ran_out(run):
        _export(run, trainee, facts, part, monitor.record)
        write_report(run)
        run.mark_done()


def _yardstick(options: GanOptions, data: PreparedData, training: Labelled, compute: Compute) -> Yardstick:
    validation = data.part("validation")
    shown = Labelled(validation.images(options.image_size_px), validation.labels)
    spaces = random_spaces(options.image_size_px, compute.device)
    return Yardstick(shown, training, validation.classes, options.kid_images, spaces)


def architecture(options: GanOptions) -> str:
    """Return the parts of a generator's recipe in words."""
    norm = "spectral norm" if options.spectral_norm else "batch norm in the discriminator"
    return f"conditional DCGAN, {options.upsampling} upsampling, {norm}, {options.conditioning}, {options.loss}"


def _export(run: RunFolder, trainee: GanTrainee, facts: Training, part: Part, found: MonitorRecord) -> None:
    options = trainee.options
    generator = trainee.best_generator()
    parameters = sum(p.numel() for p in generator.parameters())
    write_bytes(run.export / SAMPLES_NAME, encode_webp(sample_sheet(generator, len(trainee.classes))))
    digest = export_generator(generator, run.export)
    rights = write_rights(run.export, part)
    chose = {} if found.best is None else {"validation": part.data.part("validation")}
    card = ModelCard(
        kind="generator",
        name=f"DCGAN {options.image_size_px} px",
        architecture=architecture(options),
        image=ImageSpec(options.image_size_px),
        classes=trainee.classes,
        weights_sha256=digest,
        parameters=parameters,
        training=facts,
        groups_sha256=write_seen(run.export, train=part, **chose),
        licence=rights.licence,
        attribution=rights.attribution,
        latent_dim=options.latent_dim,
        metrics=_kid_at_choice(found),
    )
    write_card(run.export, card)


def _kid_at_choice(found: MonitorRecord) -> tuple[Metric, ...]:
    """Return the KID that chose the generator; since it chose, it is no measure of how good the images are."""
    if found.best is None or found.ruler is None:
        return ()
    judge = ", ".join(found.ruler.spaces)
    return (Metric("kid_at_choice", found.best.kid, found.ruler.images, "images", "validation", judge),)
