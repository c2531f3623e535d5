"""A classifier run from its start to its export."""

from __future__ import annotations

from pathlib import Path

from lesionlab.core.errors import DataError, RunError
from lesionlab.core.files import sha256_of
from lesionlab.core.notice import SKIN_TONE_LIMIT
from lesionlab.core.progress import Progress, silent
from lesionlab.data.calibration_half import choice_half
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.models.architectures import description, new_classifier, short_name
from lesionlab.models.export import export_classifier
from lesionlab.models.pooled_classifier import PooledClassifier
from lesionlab.models.precision import choose_compute
from lesionlab.models.pretrained import load_pretrained, pretrained_file
from lesionlab.records.card import ImageSpec, Metric, ModelCard, Training, write_card
from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.run import RunFolder, RunRecord
from lesionlab.training.classifier_calibration import calibrated
from lesionlab.training.classifier_trainee import ClassifierTrainee, Validation
from lesionlab.training.drive import drive
from lesionlab.training.run_start import read_run, start_run, training_facts, write_rights, write_seen


def start_classifier(
    options: ClassifierOptions,
    data: PreparedData,
    command: str,
    parent: Path,
    progress: Progress = silent,
    *,
    job: str = "",
) -> RunFolder:
    """Make the folder of a classifier run; see `start_run` for what else is refused here.

    `job` is the id of the job that this is, if it is one.

    Raises:
        DataError: there is one class only, or a class has no lesion to choose on.
        ModelError: pretrained weights are missing, damaged, not finite, or of another network.
    """
    _check_classes(choice_half(data.part("validation")))
    digest = ""
    if options.pretrained:
        file = pretrained_file(options.pretrained)
        load_pretrained(new_classifier(options, len(data.split.classes)), file)
        digest = sha256_of(file)
    return start_run("classifier", options, data, command, parent, progress, parent_sha256=digest, job=job)


def _check_classes(choosing: Part) -> None:
    if len(choosing.classes) < 2:
        raise DataError(
            f"'{choosing.data.name}' has one class, {choosing.classes[0]}: there is nothing to tell apart.",
            "Prepare data of at least two classes.",
        )
    empty = [name for label, name in enumerate(choosing.classes) if label not in choosing.labels]
    if empty:
        raise DataError(
            f"Among the {len(choosing.labels):,} validation images to choose on is none of {', '.join(empty)}.",
            "Use a split with at least two validation lesions of each class: half of them and the odd one choose, "
            "the others calibrate.",
        )


def continue_classifier(run: RunFolder, data: PreparedData, progress: Progress = silent, *, end: bool = False) -> None:
    """Train from where the run stands to its end, or `end` it as it stands; export the average best on validation.

    What chooses is one half of the validation lesions; the other half is left to calibrate on. With the classic head
    nothing is exported: the state holds the best weights.

    Raises:
        RunError: the run is of another kind or data set, is damaged, or diverged; or the pretrained weights changed.
        ModelError: the pretrained weights, from which it has yet to begin, are missing.
    """
    record = read_run(run, "classifier", data)
    options = from_plain(ClassifierOptions, record.options, f"{run.path.name}/options.json")
    compute = choose_compute(options.bf16, options.threads)
    begins = not run.state.is_file()
    if begins:
        _check_pretrained(run, record, options)
    part, choosing = data.part("train"), choice_half(data.part("validation"))
    watched = Validation(choosing.images(options.image_size_px), choosing.labels, choosing.lesions)
    images = part.images(options.image_size_px)
    trainee = ClassifierTrainee(options, images, part.labels, part.classes, watched, compute, begins=begins)
    seconds = drive(run, trainee, progress, end=end)
    if trainee.best_accuracy < 0:
        raise RunError(
            f"{run.path.name} has not been measured on the validation part yet, after {trainee.kimg:g} kimg.",
            f"Let it train to {options.validate_kimg:g} kimg.",
        )
    if options.releasable:
        facts = training_facts(record, part, trainee.kimg, seconds, compute)
        _export(run, trainee, facts, record.parent_sha256, part, choosing)
    run.mark_done()


def _check_pretrained(run: RunFolder, record: RunRecord, options: ClassifierOptions) -> None:
    if options.pretrained and sha256_of(pretrained_file(options.pretrained)) != record.parent_sha256:
        raise RunError(
            f"{options.pretrained} changed since {run.path.name} was made for it (SHA-256 "
            f"{record.parent_sha256[:12]}).",
            "Put the file back, or start the run anew.",
        )


def _export(
    run: RunFolder, trainee: ClassifierTrainee, facts: Training, parent_sha256: str, part: Part, choosing: Part
) -> None:
    options, network = trainee.options, trainee.best_network()
    assert isinstance(network, PooledClassifier)
    lesions = len(set(choosing.lesions))
    chosen = Metric("balanced_accuracy_at_choice", trainee.best_accuracy, lesions, "lesions", "validation")
    rights = write_rights(run.export, part)
    card = ModelCard(
        kind="classifier",
        name=f"{short_name(options)} {options.image_size_px} px",
        architecture=description(options),
        image=ImageSpec(options.image_size_px),
        classes=trainee.classes,
        weights_sha256=export_classifier(network, options.image_size_px, run.export),
        parameters=sum(p.numel() for p in network.parameters()),
        training=facts,
        groups_sha256=write_seen(run.export, train=part, validation=part.data.part("validation")),
        licence=rights.licence,
        attribution=rights.attribution,
        prior={name: float(p) for name, p in zip(trainee.classes, trainee.balance.prior, strict=True)},
        metrics=(chosen,),
        limits=(SKIN_TONE_LIMIT, *([_begun_with(parent_sha256)] if parent_sha256 else [])),
    )
    write_card(run.export, calibrated(card, network, part.data.part("validation")))


def _begun_with(sha256: str) -> str:
    return (
        f"It began with weights of SHA-256 {sha256[:12]}, which other images had shaped; groups.csv does not list "
        "those, and their licence is theirs."
    )
