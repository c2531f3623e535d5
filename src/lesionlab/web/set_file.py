"""A set of synthetic images as one ZIP file: what `lesionlab gan sample` writes, with its licence beside it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from lesionlab.inference.sample_folder import begin, sample_into
from lesionlab.records.card import ModelCard
from lesionlab.web.batching import Few
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.order import Order
from lesionlab.web.set_making import filters_of, set_plan

LICENCE_NAME = "LICENCE.txt"
MAKING = Few(2)
_WHEN = (2020, 1, 1, 0, 0, 0)  # the same set is the same bytes, whenever it is asked for


def set_name(order: Order, card: ModelCard) -> str:
    """Return the name of the file of a set, without its ending."""
    return f"synthetic-{order.diagnosis.replace(',', '-')}-{order.count}-seed-{order.seed}-{card.weights_sha256[:12]}"


def set_zip(order: Order, classes: Sequence[str]) -> bytes:
    """Return the images of an order with manifest, sheet and licence as a ZIP file; the same order, the same bytes.

    Raises:
        NoReferenceError, ModelError: copies are to be withheld, and cannot be told.
        DataError: so many are copies that the set cannot be filled.
        BusyError: as many sets as may are being made.
    """
    sampler = models_in_use().sampler()
    filters = filters_of(order)
    plan = set_plan(order, classes, filters, sheet=True)
    with MAKING, TemporaryDirectory(prefix="lesionlab-set-") as place:
        folder = Path(place) / "set"
        begin(folder, plan)
        sample_into(folder, sampler, plan, filters)
        (folder / LICENCE_NAME).write_text(_licence(sampler.card), encoding="utf-8")
        return _zipped(folder, set_name(order, sampler.card))


def _zipped(folder: Path, name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for path in sorted(folder.iterdir()):
            held = zipfile.ZipInfo(f"{name}/{path.name}", _WHEN)
            held.compress_type = zipfile.ZIP_STORED if path.suffix == ".png" else zipfile.ZIP_DEFLATED
            file.writestr(held, path.read_bytes())
    return buffer.getvalue()


def _licence(card: ModelCard) -> str:
    return (
        f"{card.notice}\n\nThese images are synthetic: they were made by {card.name} and show no patient.\n"
        f"Licence: {card.licence}\n{card.attribution}\nModel, SHA-256 of its weights: {card.weights_sha256}\n"
    )
