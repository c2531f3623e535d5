"""Whether a collected image is HAM10000's: by id, by bytes, or by picture."""

from __future__ import annotations

import re

import numpy as np

from lesionlab.collect.looking import Inspect, Inspection
from lesionlab.core.imaging import Pixels, square
from lesionlab.core.picture_quality import picture_quality
from lesionlab.curate.duplicates_filters import SIDE_PX
from lesionlab.curate.duplicates_judge import judge
from lesionlab.curate.duplicates_pictures import Pictures, prepared_squares
from lesionlab.curate.duplicates_views import describe
from lesionlab.curate.identity_table import HashTable, ham10000_table
from lesionlab.data.prepared import PreparedData
from lesionlab.records.collected import ManifestRecord

# Measured; see docs/data.md, "Is this HAM10000's?".
PERHAPS_BITS = 60  # of 255: up to here the pixels decide, where there are any
SAME_PICTURE = 0.43  # agreement of detail of a copy, at nearly the same scale
SAME_SCALE = (0.90, 1.12)
NOT_AT_ALL = 0.15  # agreement below which a near hash is a chance

_ARCHIVE_ID = re.compile(r"(?<![A-Za-z0-9])ISIC_\d{7}(?!\d)")


def ham10000_inspector(prepared: PreparedData | None = None) -> Inspect:
    """Return what looks at each kept image: whether it is one of HAM10000's, and how good it is as a photograph.

    Works from the committed ids and hashes alone; with HAM10000 `prepared`, equal bytes are known where its SHA-256s
    are, and pixels decide where the hash is in doubt. It fills `same_as` (the id), `same_by` ("id", "bytes" or
    "picture") and `quality`.
    """
    table = ham10000_table()
    known = frozenset(table.ids)
    by_bytes = {row["sha256"]: row["image_id"] for row in prepared.metadata if row.get("sha256")} if prepared else {}
    pixels_of = _Squares(prepared) if prepared else None

    def inspect(record: ManifestRecord, pixels: Pixels) -> Inspection:
        quality = picture_quality(pixels)
        for word in _ARCHIVE_ID.findall(record.image_id):
            if word in known:
                return Inspection(word, "id", quality)
        if record.sha256 in by_bytes:
            return Inspection(by_bytes[record.sha256], "bytes", quality)
        image_id = _by_picture(table, pixels_of, pixels)
        return Inspection(image_id, "picture", quality) if image_id else Inspection(quality=quality)

    return inspect


class _Squares:
    """The prepared squares by image id."""

    def __init__(self, prepared: PreparedData) -> None:
        self._squares = prepared_squares(prepared)
        self._positions = {row.image_id: index for index, row in enumerate(prepared.split.rows)}

    def of(self, image_id: str) -> Pixels | None:
        index = self._positions.get(image_id)
        return None if index is None else np.asarray(self._squares[index])


def _by_picture(table: HashTable, squares: _Squares | None, pixels: Pixels) -> str:
    position, bits = table.nearest(pixels)
    image_id = table.ids[position]
    if bits > PERHAPS_BITS:
        return ""
    theirs = squares.of(image_id) if squares else None
    if theirs is None:
        return image_id if bits <= table.trusted[position] else ""
    # The bits alone decide where the picture is not prepared here.
    agreement, scale = _compare(theirs, square(pixels, SIDE_PX))
    if bits <= table.trusted[position]:
        return image_id if agreement >= NOT_AT_ALL else ""
    same = agreement >= SAME_PICTURE and SAME_SCALE[0] <= scale <= SAME_SCALE[1]
    return image_id if same else ""


def _compare(one: Pixels, other: Pixels) -> tuple[float, float]:
    """Return the agreement of two pictures and the scale at which the second lies on the first."""
    pictures = Pictures([one, other])
    views = describe(pictures.run, 2)
    judged = judge(views, pictures.take, np.array([[0, 1]]), np.array([True]))
    if not len(judged.pairs):
        return 0.0, 1.0
    return float(judged.agreement[0]), float(judged.alignment.scale[0])
