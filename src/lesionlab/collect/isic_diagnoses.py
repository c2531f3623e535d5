"""The table between the ISIC Archive's diagnoses and the seven of HAM10000: exact names, and nothing guessed.

The archive names a lesion on up to five levels, `diagnosis_1` (Benign, Indeterminate, Malignant) to `diagnosis_5`. A
name on level 3 settles the class with all that lies below it; a name on level 2 does only where no finer one is given.
Left out on purpose, since HAM10000 does not hold them under these classes: melanoma metastasis, invasive squamous cell
carcinoma, actinic cheilitis, lentigo simplex and ink-spot lentigo, atypical melanocytic neoplasms, and the vascular
tumours other than angioma, angiokeratoma and pyogenic granuloma. They keep their own name and have no class.
"""

from __future__ import annotations

from collections.abc import Mapping

LEVELS = tuple(f"diagnosis_{level}" for level in range(1, 6))

BY_NAME: Mapping[str, str] = {  # diagnosis_3
    "Solar or actinic keratosis": "akiec",
    "Squamous cell carcinoma in situ": "akiec",  # Bowen's disease
    "Basal cell carcinoma": "bcc",
    "Lichen planus like keratosis": "bkl",
    "Pigmented benign keratosis": "bkl",
    "Seborrheic keratosis": "bkl",
    "Solar lentigo": "bkl",
    "Dermatofibroma": "df",
    "Melanoma Invasive": "mel",
    "Melanoma in situ": "mel",
    "Melanoma, NOS": "mel",
    "Nevus": "nv",
    "Angiokeratoma": "vasc",
    "Hemangioma": "vasc",
    "Hemorrhage": "vasc",
    "Pyogenic granuloma": "vasc",
}

BY_FAMILY: Mapping[str, str] = {  # diagnosis_2, where diagnosis_3 is blank
    "Malignant melanocytic proliferations (Melanoma)": "mel",
    "Benign soft tissue proliferations - Vascular": "vasc",  # HAM10000's own, as the archive lists them
}


def given_name(clinical: Mapping[str, str]) -> str:
    """Return the finest name that the archive gives, or blank."""
    names = [clinical.get(level, "") for level in LEVELS]
    return next((name for name in reversed(names) if name), "")


def mapped_code(clinical: Mapping[str, str]) -> str:
    """Return the code of the seven that the archive's names stand for, or blank where the table has none."""
    finer = clinical.get("diagnosis_3", "")
    return BY_NAME.get(finer, "") if finer else BY_FAMILY.get(clinical.get("diagnosis_2", ""), "")


def archive_terms(code: str) -> list[tuple[str, str]]:
    """Return level and name of all that the archive may call a diagnosis of the seven."""
    by_name = [("diagnosis_3", name) for name, mapped in BY_NAME.items() if mapped == code]
    return by_name + [("diagnosis_2", name) for name, mapped in BY_FAMILY.items() if mapped == code]
