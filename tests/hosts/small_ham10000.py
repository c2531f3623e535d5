"""A small HAM10000 in the Kaggle layout, made of drawn lesions: 28 lesions, 35 images of 64x48 px."""

from __future__ import annotations

import csv
from pathlib import Path

from PIL import Image

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.procedural import procedural_view

LESIONS_PER_CLASS = 4
COLUMNS = ("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization")


def write_small_ham10000(folder: Path) -> Path:
    """Write metadata and image folders; return the folder."""
    rows = []
    for lesion in range(LESIONS_PER_CLASS * len(HAM10000_CODES)):
        code = HAM10000_CODES[lesion % len(HAM10000_CODES)]
        for view in range(1 + (lesion < len(HAM10000_CODES))):
            image_id = f"ISIC_{lesion:04d}{view}"
            age = "" if lesion == 3 else "50.0"
            rows.append((f"HAM_{lesion:04d}", image_id, code, "histo", age, "unknown", "back"))
            part = folder / f"HAM10000_images_part_{1 + lesion % 2}"
            part.mkdir(parents=True, exist_ok=True)
            Image.fromarray(procedural_view(code, lesion, view, 64)[8:56]).save(part / f"{image_id}.jpg", quality=90)
    with (folder / "HAM10000_metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return folder
