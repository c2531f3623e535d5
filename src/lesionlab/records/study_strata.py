"""What is told of a study's images beside their diagnosis: how it was made, age, sex and site."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import StudyError
from lesionlab.core.files import write_bytes

STRATA_NAME = "strata.csv"
COLUMNS = ("dx_type", "age", "sex", "localization")


@dataclass(frozen=True)
class StudyStrata:
    """The values of each column by image, such as the band of an age; blank where nothing is told."""

    of_image: dict[str, dict[str, str]]

    def values(self, column: str, image_ids: tuple[str, ...]) -> list[str]:
        """Return a column's values for some images."""
        return [self.of_image.get(image_id, {}).get(column, "") for image_id in image_ids]


def write_strata(folder: Path, strata: StudyStrata) -> None:
    """Write `strata.csv` into the folder of a study."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("image_id", *COLUMNS))
    writer.writerows((image_id, *(its[column] for column in COLUMNS)) for image_id, its in strata.of_image.items())
    write_bytes(folder / STRATA_NAME, buffer.getvalue().encode())


def read_strata(folder: Path) -> StudyStrata | None:
    """Read `strata.csv` of a study; None where it has none.

    Raises:
        StudyError: it is damaged.
    """
    path = folder / STRATA_NAME
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = {row["image_id"]: {column: row[column] for column in COLUMNS} for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise StudyError(f"{path} is damaged.", "Remove it: the next `lesionlab study run` writes it anew.") from error
    return StudyStrata(rows)
