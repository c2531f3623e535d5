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
SHARES = {"calibration": 1, "choice": 1}  # an odd lesion goes to the half named first


def choice_half(validation: Part) -> Part:
    """Return the lesion groups of the validation part to choose on: alike in each diagnosis to the other half.

    Raises:
        DataError: it is another part, or no group falls to this half.
    """
    return _half(validation, "choice")


def calibration_half(validation: Part) -> Part:
    """Return the lesion groups of the validation part to calibrate on; what chooses must not have seen them.

    Raises:
        DataError: it is another part, or no group falls to this half.
    """
    return _half(validation, "calibration")


def _half(part: Part, half: str) -> Part:
    if part.name != "validation":
        raise DataError(f"The {part.name} part is not halved.", "Choose and calibrate on the validation part.")
    rows = [part.data.split.rows[index] for index in part.indices]
    found: dict[str, str] = {}
    for groups in strata(rows, {row.image_id: row.group for row in rows}).values():
        found |= deal(groups, SHARES, lambda name: derive_seed("calibration half", HALVING_SEED, name))
    chosen = [group for group, its in found.items() if its == half]
    if not chosen:
        raise DataError(
            f"The validation part of '{part.data.name}' has {len(found)} lesion groups: none is left for {half}.",
            "Prepare more images, so that there are lesions to choose on and lesions to calibrate on.",
        )
    return part.of_groups(chosen)
