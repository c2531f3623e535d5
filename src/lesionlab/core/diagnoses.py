"""The diagnoses of HAM10000, in the fixed order that every model output follows."""

from __future__ import annotations

from dataclasses import dataclass

from lesionlab.core.errors import InputError
from lesionlab.core.names import did_you_mean


@dataclass(frozen=True)
class Diagnosis:
    """A diagnosis: its code in the data, its name, and whether it counts as (pre)malignant."""

    code: str
    name: str
    malignant: bool
    plain: str


HAM10000_DIAGNOSES: tuple[Diagnosis, ...] = (
    Diagnosis(
        "akiec",
        "Actinic keratosis / Bowen's disease",
        True,
        "rough sun-damaged skin that can turn into skin cancer",
    ),
    Diagnosis("bcc", "Basal cell carcinoma", True, "a common skin cancer that seldom spreads"),
    Diagnosis("bkl", "Benign keratosis", False, "a harmless horny or pigmented growth"),
    Diagnosis("df", "Dermatofibroma", False, "a harmless firm nodule"),
    Diagnosis("mel", "Melanoma", True, "a skin cancer of pigment cells that can spread"),
    Diagnosis("nv", "Melanocytic nevus", False, "a mole"),
    Diagnosis("vasc", "Vascular lesion", False, "a harmless growth of blood vessels"),
)

HAM10000_CODES: tuple[str, ...] = tuple(d.code for d in HAM10000_DIAGNOSES)

_BY_CODE = {d.code: d for d in HAM10000_DIAGNOSES}


def find_diagnosis(code: str) -> Diagnosis:
    """Return the diagnosis with this code.

    Raises:
        InputError: the code is unknown; the nearest one is named.
    """
    if code not in _BY_CODE:
        raise InputError(f"Unknown diagnosis '{code[:40]}'.", did_you_mean(code[:40], HAM10000_CODES))
    return _BY_CODE[code]


def describe(code: str) -> Diagnosis:
    """Return the diagnosis with this code, or one that only repeats the code of another class list."""
    return _BY_CODE.get(code, Diagnosis(code, code, False, "a class of this model's own list"))
