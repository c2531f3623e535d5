"""A generator run from its start to its export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lesionlab.core.files import write_bytes
from lesionlab.core.imaging import encode_webp
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.data.some_classes import of_classes
from lesionlab.models.export import export_generator
from lesionlab.models.precision import Compute, choose_compute
from lesionlab.records.card import SAMPLES_NAME, ImageSpec, Metric, ModelCard, Parent, Training, write_card
from lesionlab.records.codec import from_plain
from lesionlab.records.monitor import MonitorRecord
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.records.seen_groups import SeenGroups
from lesionlab.training.drive import drive
from lesionlab.training.fine_tuning import check_origin, read_origin, read_parent, set_out
from lesionlab.training.gan_monitor import GanMonitor
from lesionlab.training.gan_monitor_images import Labelled, Yardstick, comparable, random_spaces
from lesionlab.training.gan_trainee import GanTrainee
from lesionlab.training.report import write_report
from lesionlab.training.run_start import read_run, start_run, training_facts, write_rights, write_seen
from lesionlab.training.running_out import telling_what_ran_out
from lesionlab.training.sample_sheet import sample_sheet
from lesionlab.training.tensorboard_log import check_tensorboard


def start_gan(
    options: GanOptions,
    data: PreparedData,
    command: str,
    parent: Path,
    progress: Progress = silent,
    *,
    only: tuple[str, ...] = (),
    origin: RunFolder | None = None,
    job: str = "",
) -> RunFolder:
    """Make the folder of a generator run; see `start_run` for what is refused here.

    `only` names the diagnoses to train on, where they are not all; with `origin` the run begins with the weights of
    that finished one; `job` is the id of the job that this is, if it is one.

    Raises:
        MissingPartError: TensorBoard is asked for and not installed.
        DataError: there are too few images to measure KID against.
        RunError, OptionsError, LeakError: the run cannot go on from `origin`.
    """
    part = of_classes(data.part("train"), only)
    if options.tensorboard:
        check_tensorboard()
    if options.kid_kimg:
        validation = of_classes(data.part("validation"), only)
        comparable(validation.labels, part.labels, len(part.classes), options.kid_images)
    if origin is None:
        return start_run("generator", options, data, command, parent, progress, only=only, job=job)
    begun_with = read_origin(origin)
    check_origin(begun_with, options, data, part)
    digest = begun_with.card.weights_sha256
    run = start_run("generator", options, data, command, parent, progress, only=only, parent_sha256=digest, job=job)
    compute = choose_compute(options.bf16, options.threads)
    with telling_what_ran_out(run):
        trainee, _ = _trainee(options, data, only, compute)
        set_out(run, trainee, begun_with)
    return run


def continue_gan(run: RunFolder, data: PreparedData, progress: Progress = silent, *, end: bool = False) -> None:
    """Train from where the run stands to its end, or `end` it as it stands, and export.

    The images are those of the training part alone.

    The validation part is what KID is measured against: with it the best averaged generator is chosen.

    Raises:
        RunError: the run is of another kind or data set, is damaged, or diverged.
    """
    record = read_run(run, "generator", data)
    options = from_plain(GanOptions, record.options, f"{run.path.name}/options.json")
    begun_with = read_parent(run, record)
    compute = choose_compute(options.bf16, options.threads)
    part = of_classes(data.part("train"), record.only)
    with telling_what_ran_out(run):
        trainee, monitor = _trainee(options, data, record.only, compute)
    seconds = drive(run, trainee, progress, end=end)
    kimg, seconds = _reached(run, monitor.record, trainee.kimg, seconds)
    facts = training_facts(record, part, kimg, seconds, compute)
    with telling_what_ran_out(run):
        _export(run, trainee, facts, part, monitor.record, begun_with)
        write_report(run)
        run.mark_done()


def _reached(run: RunFolder, found: MonitorRecord, kimg: float, seconds: float) -> tuple[float, float]:
    """Return how far the exported weights had been trained, and for how long."""
    if found.best is None:
        return kimg, seconds
    best = found.best.kimg
    return best, next((line["seconds"] for line in run.read_stats() if line["kimg"] >= best - 1e-6), seconds)


def _trainee(
    options: GanOptions, data: PreparedData, only: tuple[str, ...], compute: Compute
) -> tuple[GanTrainee, GanMonitor]:
    part, validation = of_classes(data.part("train"), only), of_classes(data.part("validation"), only)
    images = part.images(options.image_size_px)
    training = Labelled(images, part.labels)
    monitor = GanMonitor(options, lambda: _yardstick(options, validation, training, compute))
    return GanTrainee(options, images, part.labels, part.classes, compute, monitor=monitor), monitor


def _yardstick(options: GanOptions, validation: Part, training: Labelled, compute: Compute) -> Yardstick:
    shown = Labelled(validation.images(options.image_size_px), validation.labels)
    spaces = random_spaces(options.image_size_px, compute.device)
    return Yardstick(shown, training, validation.classes, options.kid_images, spaces)


def architecture(options: GanOptions) -> str:
    """Return the parts of a generator's recipe in words."""
    norm = "spectral norm" if options.spectral_norm else "batch norm in the discriminator"
    return f"conditional DCGAN, {options.upsampling} upsampling, {norm}, {options.conditioning}, {options.loss}"


def _export(
    run: RunFolder,
    trainee: GanTrainee,
    facts: Training,
    part: Part,
    found: MonitorRecord,
    begun_with: tuple[Parent, SeenGroups] | None,
) -> None:
    options = trainee.options
    parent, before = begun_with or (None, None)
    only_some = part.classes != part.data.split.classes
    generator = trainee.best_generator()
    parameters = sum(p.numel() for p in generator.parameters())
    write_bytes(run.export / SAMPLES_NAME, encode_webp(sample_sheet(generator, len(trainee.classes))))
    digest = export_generator(generator, run.export)
    # Every image that a parent saw is in the training part too: it inherits from all of that.
    rights = write_rights(run.export, part if parent is None else part.data.part("train"))
    chose = {} if found.best is None else {"validation": of_classes(part.data.part("validation"), part.classes)}
    card = ModelCard(
        kind="generator",
        name=", ".join((f"DCGAN {options.image_size_px} px", *(part.classes if only_some else ()))),
        architecture=architecture(options),
        image=ImageSpec(options.image_size_px),
        classes=trainee.classes,
        weights_sha256=digest,
        parameters=parameters,
        training=replace(facts, parent=parent),
        groups_sha256=write_seen(run.export, before, train=part, **chose),
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
