"""Figures for the parts of a part: by source, age, sex, site, and by whatever else the metadata of the images names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.stratum_values import AGE_BANDS, stratum_value
from lesionlab.data.prepared import Part
from lesionlab.metrics.classification import accuracy, balanced_accuracy, confusion_matrix, mean_by_lesion
from lesionlab.records.card import Metric

MIN_LESIONS = 20  # fewer say nothing: their figures are not shown
PEOPLE = ("age", "sex", "localization")  # subgroups of people and sites: the worst of them is told
COLUMNS = ("source", "dataset", *PEOPLE, "dx_type")  # a further stratum is a further column of metadata.csv
TITLES = {
    "source": "source",
    "dataset": "origin within HAM10000",
    "localization": "site",
    "dx_type": "how the diagnosis was made",
}
NOT_TOLD = "(not told)"


@dataclass(frozen=True)
class Stratum:
    """The lesions of a part that share a value of one column; without figures where they are too few."""

    column: str
    value: str
    images: int
    lesions: int
    classes: int  # diagnoses that occur: balanced accuracy is the mean of their recalls
    balanced_accuracy: float | None
    accuracy: float | None


def strata(part: Part, by_image: NDArray[np.floating], columns: Sequence[str] = COLUMNS) -> tuple[Stratum, ...]:
    """Return the strata of each column that the metadata fills, from scores [n, C] of each image of the part.

    It is decided for the class of the largest mean score of a lesion's images.
    """
    found: list[Stratum] = []
    for column in columns:
        values = np.array([stratum_value(column, given) for given in part.column(column)], dtype=object)
        if any(values):
            found += (_stratum(part, by_image, column, value, values == value) for value in _in_order(set(values)))
    return tuple(found)


def _in_order(values: set[str]) -> list[str]:
    """Put bands of age in their order, all else by name."""
    return sorted(values, key=lambda value: (AGE_BANDS.index(value) if value in AGE_BANDS else -1, value))


def _stratum(part: Part, by_image: NDArray[np.floating], column: str, value: str, chosen: NDArray[np.bool_]) -> Stratum:
    lesions = [lesion for lesion, take in zip(part.lesions, chosen, strict=True) if take]
    scores, truth = mean_by_lesion(by_image[chosen], part.labels[chosen], lesions)
    confusion = confusion_matrix(truth, scores.argmax(axis=1), len(part.classes))
    enough = len(truth) >= MIN_LESIONS
    return Stratum(
        column=column,
        value=value or NOT_TOLD,
        images=len(lesions),
        lesions=len(truth),
        classes=int(np.count_nonzero(confusion.sum(axis=1))),
        balanced_accuracy=balanced_accuracy(confusion) if enough else None,
        accuracy=accuracy(confusion) if enough else None,
    )


def worst_subgroup(found: Sequence[Stratum], template: Metric) -> list[Metric]:
    """Return the lowest balanced accuracy among subgroups of age, sex and site; nothing where none is shown."""
    shown = [
        (stratum.balanced_accuracy, stratum)
        for stratum in found
        if stratum.column in PEOPLE and stratum.value != NOT_TOLD and stratum.balanced_accuracy is not None
    ]
    if not shown:
        return []
    value, worst = min(shown, key=lambda pair: pair[0])
    return [
        replace(
            template,
            name="worst_subgroup",
            value=value,
            n=worst.lesions,
            of=f"{TITLES.get(worst.column, worst.column)} {worst.value}",
            caveat=f"the lowest of {len(shown)}, so by chance alone below the truth; {_kinds(worst)} occur in it",
        )
    ]


def strata_lines(found: Sequence[Stratum]) -> list[str]:
    """Return the strata as lines of text, a block for each column."""
    lines: list[str] = []
    width = max((len(stratum.value) for stratum in found), default=0)
    for column in dict.fromkeys(stratum.column for stratum in found):
        lines += ["", f"By {TITLES.get(column, column)}"]
        lines += [_line(stratum, width) for stratum in found if stratum.column == column]
    return lines


def _line(stratum: Stratum, width: int) -> str:
    size = f"n = {stratum.lesions:,} lesions"
    if stratum.balanced_accuracy is None or stratum.accuracy is None:
        return f"  {stratum.value:<{width}}  not shown: {size}, fewer than {MIN_LESIONS}"
    return (
        f"  {stratum.value:<{width}}  balanced accuracy {stratum.balanced_accuracy:.3f} over {_kinds(stratum)}, "
        f"accuracy {stratum.accuracy:.3f}, {size}"
    )


def _kinds(stratum: Stratum) -> str:
    return f"{stratum.classes} diagnos{'i' if stratum.classes == 1 else 'e'}s"


def learned_from(images_per_source: dict[str, int]) -> str:
    """Return in words what a model was trained on; blank where its card does not tell."""
    return ", ".join(f"{source} ({count:,} images)" for source, count in images_per_source.items())
