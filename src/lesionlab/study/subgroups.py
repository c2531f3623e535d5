"""Figures that hang on more than diagnoses: nevi that were cut out, and the subgroup that fares worst."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.diagnoses import describe
from lesionlab.evaluation.classifier import BIOPSIED
from lesionlab.evaluation.classifier_figures import NEVUS
from lesionlab.evaluation.strata import MIN_LESIONS, PEOPLE, TITLES
from lesionlab.records.card import Metric
from lesionlab.study.evidence import Findings, Grid


def nevi_spared(findings: Findings, arm: str, share: float, grid: Grid) -> NDArray[np.float64] | None:
    """Return in each fold the share of biopsied nevi that are not taken for malignant: float64 [F], a mean over seeds.

    None where no strata are told, or a fold has no such nevus.
    """
    malignant = np.array([describe(code).malignant for code in findings.classes])
    values = []
    for fold in grid.folds:
        nevi = biopsied_nevi(findings, fold)
        if not nevi.any():
            return None
        said = [findings.said(arm, share, fold, seed) for seed in grid.seeds]
        values.append(np.mean([(~malignant[each.probabilities.argmax(axis=1)[nevi]]).mean() for each in said]))
    return np.array(values)


def biopsied_nevi(findings: Findings, fold: int) -> NDArray[np.bool_]:
    """Return which of the lesions that a fold tests are nevi that looked bad enough to be cut out: bool [L]."""
    label = findings.classes.index(NEVUS) if NEVUS in findings.classes else -1
    nevi: NDArray[np.bool_] = findings.lesions([fold]).labels == label
    return _biopsied(findings, fold) & nevi


def worst_subgroup(findings: Findings, arm: str, share: float, grid: Grid) -> Metric | None:
    """Return the lowest balanced accuracy among ages, sexes and sites of 20 lesions or more; None where none is."""
    right = findings.right(arm, share, grid.folds, grid.seeds)
    labels = findings.lesions(grid.folds).labels
    found = []
    for column in PEOPLE:
        values = np.array([value for fold in grid.folds for value in _of_lesions(findings, column, fold)], dtype=object)
        for value in sorted(set(values) - {""}):
            mine = values == value
            if int(mine.sum()) >= MIN_LESIONS:
                kinds = np.unique(labels[mine])
                balanced = float(np.mean([right[mine & (labels == label)].mean() for label in kinds]))
                found.append((balanced, int(mine.sum()), f"{TITLES.get(column, column)} {value}"))
    if not found:
        return None
    value, n, name = min(found)
    caveat = f"{name}: the lowest of {len(found)}, so by chance alone below the truth"
    return Metric("worst_subgroup", value, n, "lesions", "test", caveat=caveat)


def _biopsied(findings: Findings, fold: int) -> NDArray[np.bool_]:
    """Return whether an image of each lesion that a fold tests says that its diagnosis is a biopsy's: bool [L]."""
    lesions, rows = findings.images.lesions_of("test", fold), findings.images.of_part("test", fold)
    found = np.zeros(len(lesions.names), bool)
    if findings.strata is not None:
        told = findings.strata.values("dx_type", tuple(row.image_id for row in rows))
        np.logical_or.at(found, lesions.of_image, np.array([value == BIOPSIED for value in told], bool))
    return found


def _of_lesions(findings: Findings, column: str, fold: int) -> list[str]:
    """Return the value of each lesion that a fold tests: what the first of its images that tells one says."""
    lesions, rows = findings.images.lesions_of("test", fold), findings.images.of_part("test", fold)
    values = [""] * len(lesions.names)
    if findings.strata is not None:
        told = findings.strata.values(column, tuple(row.image_id for row in rows))
        for place, value in zip(lesions.of_image.tolist(), told, strict=True):
            values[place] = values[place] or value
    return values
