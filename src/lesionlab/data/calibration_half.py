"""The validation part in two: lesions to choose a stopping point on, and lesions to calibrate on, which choose nothing.

Probabilities fitted on the lesions that chose the weights would flatter themselves. Whoever chooses takes the choice
half and whoever calibrates the other; the seed by which they are told apart is a constant, named in every card.
"""

from __future__ import annotations

from lesionlab.core.errors import DataError
from lesionlab.core.seeds import derive_seed
from lesionlab.data.dealing import deal, strata
from lesionlab.data.prepared import Part

HALVING_SEED = 0
SHARES = {"choice": 1, "calibration": 1}  # an odd lesion goes to the half named first: without a choice no training


def choice_half(validation: Part) -> Part:
    """Return the lesion groups of a validation part, or of some of it, to choose on: half of each diagnosis.

    Raises:
        DataError: it is another part, or no group falls to this half.
    """
    return _half(validation, "choice")


def calibration_half(validation: Part) -> Part:
    """Return the lesion groups of a validation part, or of some of it, to calibrate on; they must choose nothing.

    Raises:
        DataError: it is another part, or no group falls to this half.
    """
    return _half(validation, "calibration")


def _half(part: Part, half: str) -> Part:
    if part.name != "validation":
        raise DataError(f"The {part.name} part is not halved.", "Choose and calibrate on the validation part.")
    rows = [row for row in part.data.split.rows if row.part == part.name]
    found: dict[str, str] = {}
    for groups in strata(rows, {row.image_id: row.group for row in rows}).values():
        found |= deal(groups, SHARES, lambda name: derive_seed("calibration half", HALVING_SEED, name))
    chosen = [group for group in dict.fromkeys(part.groups) if found[group] == half]
    if not chosen:
        raise DataError(
            f"Of the {len(set(part.groups)):,} lesion groups of '{part.data.name}' here none falls to the {half} half.",
            "Prepare more images, so that there are lesions to choose on and lesions to calibrate on.",
        )
    return part.of_groups(chosen)
