"""Start a run folder, and refuse to go on with other data than it began with."""

from __future__ import annotations

import platform
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchvision

from lesionlab import __version__
from lesionlab.core.errors import DataError, RunError
from lesionlab.core.files import write_text
from lesionlab.core.progress import Progress, silent
from lesionlab.data.arm import TrainingArm
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.data.rights import ATTRIBUTIONS_NAME, Rights, attributions_of, rights_of
from lesionlab.data.some_classes import of_classes
from lesionlab.models.export import check_export_possible
from lesionlab.models.precision import Compute
from lesionlab.records.card import Training
from lesionlab.records.codec import to_plain
from lesionlab.records.run import RunFolder, RunRecord, create_run
from lesionlab.records.seen_groups import SeenGroups, seen_groups, write_seen_groups
from lesionlab.records.split import write_split
from lesionlab.training.batches import class_probabilities


def start_run(
    kind: str,
    options: Any,
    data: PreparedData,
    command: str,
    parent: Path,
    progress: Progress = silent,
    *,
    only: tuple[str, ...] = (),
    parent_sha256: str = "",
    job: str = "",
) -> RunFolder:
    """Check what can be known before the first step, then make the numbered run folder in `parent`.

    `only` names the diagnoses to train on, where they are not all; `parent_sha256` the weights to begin with;
    `job` the id of the job that this is, if it is one.

    Raises:
        MissingPartError: the packages of the export are absent.
        DataError: the data set lacks this image size, a class has no training image, or all together are fewer than a
            batch.
        InputError: a diagnosis is unknown.
        LeakError: images in the training part are pictures of held-out ones.
    """
    check_export_possible()
    data.pixels(options.image_size_px)
    part = of_classes(data.part("train"), only)
    _check_enough(part, options.batch_size)
    TrainingArm(part, progress=progress)
    noun = "gan" if kind == "generator" else "classifier"
    label = f"{noun}-{data.name}-{options.image_size_px}px"
    record = RunRecord(kind, data.name, data.split.sha256, command, to_plain(options), only, parent_sha256, job)
    run = create_run(parent, record, label)
    if data.split.sha256 != data.record.split_sha256:
        write_split(run.split, data.split)  # the data set does not keep it
    return run


def _check_enough(part: Part, batch_size: int) -> None:
    class_probabilities(part.labels, part.classes, 1.0)
    images = len(part.labels)
    if images < batch_size:
        raise DataError(
            f"There are {images:,} training images, fewer than a batch of {batch_size:,}.",
            f"Give a batch_size of at most {images:,}, or prepare more images.",
        )


def read_run(run: RunFolder, kind: str, data: PreparedData) -> RunRecord:
    """Read the record of a run that goes on.

    Raises:
        RunError: the run is of the other kind, or began with another split.
    """
    record = run.read()
    if record.kind != kind:
        raise RunError(f"{run.path.name} trains a {record.kind}, not a {kind}.", "Name another run.")
    if record.split_sha256 != data.split.sha256:
        raise RunError(
            f"{run.path.name} began with split {record.split_sha256[:12]}; {data.name} now has "
            f"{data.split.sha256[:12]}.",
            "Prepare the data as it was, name the split that it began with (--split), or start a new run.",
        )
    return record


def training_facts(record: RunRecord, part: Part, kimg: float, seconds: float, compute: Compute) -> Training:
    """Return what the card says of the making of the weights."""
    counts = np.bincount(part.labels, minlength=len(part.classes))
    return Training(
        command=record.command,
        options=record.options,
        data=record.data,
        split_sha256=record.split_sha256,
        images=len(part.labels),
        images_per_class={name: int(n) for name, n in zip(part.classes, counts, strict=True)},
        kimg=round(kimg, 3),
        seconds=round(seconds, 1),
        versions=versions(compute),
        images_per_source=dict(Counter(part.column("source")).most_common()),
    )


def versions(compute: Compute) -> dict[str, str]:
    """Return the programs that a training runs on, and how it computes."""
    return {
        "lesionlab": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "device": compute.device.type,
        "bfloat16": str(compute.bf16).lower(),
        "threads": str(torch.get_num_threads()),
    }


def write_seen(folder: Path, before: SeenGroups | None = None, **parts: Part) -> str:
    """Write which real images the model saw, by use, into its export; return the SHA-256 for its card.

    `before` is what the model that it began with had seen.
    """
    pairs = {use: zip(part.groups, part.image_ids, strict=True) for use, part in parts.items()}
    seen = seen_groups(**pairs)
    return write_seen_groups(folder, seen if before is None else seen | before)


def write_rights(folder: Path, part: Part) -> Rights:
    """Return licence and attribution that a model inherits from its training images; list many beside the model."""
    columns = [part.column(name) for name in ("source", "licence", "attribution")]
    rows = (dict(zip(("source", "licence", "attribution"), row, strict=True)) for row in zip(*columns, strict=True))
    rights = rights_of(attributions_of(rows))
    if rights.listed:
        write_text(folder / ATTRIBUTIONS_NAME, rights.to_csv())
    return rights
