"""A classifier run from its start to its export."""

from __future__ import annotations

from pathlib import Path

from lesionlab.core.errors import RunError
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.models.export import export_classifier
from lesionlab.models.precision import choose_compute
from lesionlab.records.card import ImageSpec, Metric, ModelCard, Training, write_card
from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.run import RunFolder
from lesionlab.training.classifier_trainee import ClassifierTrainee, Validation
from lesionlab.training.drive import drive
from lesionlab.training.run_start import read_run, start_run, training_facts, write_rights, write_seen


def start_classifier(
    options: ClassifierOptions, data: PreparedData, command: str, parent: Path, progress: Progress = silent
) -> RunFolder:
    """Make the folder of a classifier run; see `start_run` for what is refused here."""
    return start_run("classifier", options, data, command, parent, progress)


def continue_classifier(run: RunFolder, data: PreparedData, progress: Progress = silent, *, end: bool = False) -> None:
    """Train from where the run stands to its end, or `end` it as it stands; export the average best on validation.

    Raises:
        RunError: the run is of another kind or data set, is damaged, or diverged.
    """
    record = read_run(run, "classifier", data)
    options = from_plain(ClassifierOptions, record.options, f"{run.path.name}/options.json")
    compute = choose_compute(options.bf16, options.threads)
    part, validation = data.part("train"), data.part("validation")
    watched = Validation(validation.images(options.image_size_px), validation.labels, validation.lesions)
    images = part.images(options.image_size_px)
    trainee = ClassifierTrainee(options, images, part.labels, part.classes, watched, compute)
    seconds = drive(run, trainee, progress, end=end)
    if trainee.best_accuracy < 0:
        raise RunError(
            f"{run.path.name} has not been measured on the validation part yet, after {trainee.kimg:g} kimg.",
            f"Let it train to {options.validate_kimg:g} kimg.",
        )
    facts = training_facts(record, part, trainee.kimg, seconds, compute)
    _export(run, trainee, facts, part, validation)
    run.mark_done()


def _export(run: RunFolder, trainee: ClassifierTrainee, facts: Training, part: Part, validation: Part) -> None:
    options = trainee.options
    network = trainee.best_network()
    lesions = len(set(validation.lesions))
    chosen = Metric("balanced_accuracy_at_choice", trainee.best_accuracy, lesions, "lesions", "validation")
    rights = write_rights(run.export, part)
    card = ModelCard(
        kind="classifier",
        name=f"VGG-19 {options.image_size_px} px",
        architecture=f"VGG-19 with batch norm, width {options.width:g}, global average pooling on conv5_4",
        image=ImageSpec(options.image_size_px),
        classes=trainee.classes,
        weights_sha256=export_classifier(network, options.image_size_px, run.export),
        parameters=sum(p.numel() for p in network.parameters()),
        training=facts,
        groups_sha256=write_seen(run.export, train=part, validation=validation),
        licence=rights.licence,
        attribution=rights.attribution,
        prior={name: float(p) for name, p in zip(trainee.classes, trainee.batches.probabilities, strict=True)},
        metrics=(chosen,),
    )
    write_card(run.export, card)
