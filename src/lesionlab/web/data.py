"""The pages of the data: what is here, what it holds, every image of it, duplicates, and anyone's split audited."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from flask import Blueprint, Response, render_template, request
from PIL import Image

from lesionlab.core.errors import InputError
from lesionlab.core.licences import find_licence
from lesionlab.curate import audit_words as words
from lesionlab.curate.audit import release_split
from lesionlab.curate.audit_counts import by_class, parts_of, tally
from lesionlab.data.groups import found_duplicates, known_duplicates
from lesionlab.data.prepared import PreparedData
from lesionlab.records.audit import Audit
from lesionlab.records.split import PARTS
from lesionlab.web.data_audits import TABLE, audit_of, audit_pasted
from lesionlab.web.data_sets import ANY, FILTERS, NoSuchDataError, choices, data_set, look_through, sets_here
from lesionlab.web.images import unchanged
from lesionlab.web.order import whole_number

data = Blueprint("data", __name__)

THUMBNAIL_PX = 128
EVIDENCE_SHOWN = 20


@dataclass(frozen=True)
class Pair:
    """Two images that show one lesion under two ids, with their rows in a split."""

    ids: tuple[str, str]
    rows: tuple[int, int]


@data.get("/data")
def index() -> str:
    """Show which sets are prepared here, and what HAM10000 holds."""
    reference = release_split()
    parts = parts_of(reference.rows)
    return render_template(
        "data/index.html",
        sets=sets_here(),
        parts=parts,
        classes=by_class(reference.rows, reference.classes, parts),
        total=tally("all", reference.rows, parts),
    )


@data.get("/data/<name>")
def one(name: str) -> str:
    """Show what a prepared set holds, and its audit."""
    chosen = data_set(name)
    audit = audit_of(chosen)
    return render_template("data/one.html", data=chosen, **_told(audit))


@data.get("/data/<name>/images")
def browse(name: str) -> str:
    """Show one page of a set's images."""
    chosen = data_set(name)
    asked = {filter_name: request.args.get(filter_name, ANY) for filter_name in FILTERS}
    page = look_through(chosen, asked, whole_number("Page", request.args.get("page", "1")))
    return render_template(
        "data/images.html",
        data=chosen,
        page=page,
        asked=asked,
        address={key: value for key, value in asked.items() if value != ANY},
        choices=choices(chosen),
        filters=FILTERS,
        version=chosen.split.sha256[:8],
        licence_name=lambda code: licence.name if (licence := find_licence(code)) else code,
    )


@data.get("/data/<name>/images/<int:row>.jpg")
def image(name: str, row: int) -> Response:
    """Send an image small; its address holds the version of the split, so it may be kept."""
    chosen = data_set(name)
    if not 0 <= row < len(chosen.split.rows):
        raise NoSuchDataError(f"'{name}' has no image {row:,}.", "Look through its images.")
    response = unchanged(f"{chosen.split.sha256[:12]}-{row}")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    if response.status_code != 304:
        [pixels] = chosen.take_pixels(chosen.size_for(THUMBNAIL_PX), np.array([row], np.int64))
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=88)
        response.set_data(buffer.getvalue())
        response.mimetype = "image/jpeg"
    return response


@data.get("/data/<name>/duplicates")
def duplicates(name: str) -> str:
    """Show the pairs of images of a set that show one lesion under two ids."""
    chosen = data_set(name)
    found = {"Published": _pairs(chosen, known_duplicates()), "Found by LesionLab": _pairs(chosen, found_duplicates())}
    return render_template("data/duplicates.html", data=chosen, found=found, version=chosen.split.sha256[:8])


@data.get("/audit")
def ask_audit() -> str:
    """Show the form for a split of anyone's."""
    return render_template("data/audit.html", parts=PARTS, table=TABLE, given={}, problem=None, audit=None)


@data.post("/audit")
def answer_audit() -> str | tuple[str, int]:
    """Show the audit of the split that was pasted, or what is wrong with it beside the form."""
    fields = {"parts": PARTS, "table": TABLE, "given": request.form}
    try:
        pasted = audit_pasted(request.form)
    except InputError as problem:
        return render_template("data/audit.html", **fields, problem=problem, audit=None), problem.http_status
    return render_template("data/audit.html", **fields, problem=None, pasted=pasted, **_told(pasted.audit))


def _told(audit: Audit) -> dict[str, object]:
    return {
        "audit": audit,
        "verdict": words.verdict(audit),
        "coverage": words.coverage(audit),
        "next_step": words.next_step(audit),
        "effect": words.score_effect(audit),
        "remarks": [remark for remark in (words.small_classes(audit), words.absent_classes(audit)) if remark],
        "exposures": [exposure for exposure in audit.exposures if exposure.all.seen],
        "title_of": words.title,
        "shown": EVIDENCE_SHOWN,
    }


def _pairs(chosen: PreparedData, pairs: tuple[tuple[str, str], ...]) -> list[Pair]:
    row_of = {row.image_id: number for number, row in enumerate(chosen.split.rows)}
    return [Pair(pair, (row_of[pair[0]], row_of[pair[1]])) for pair in pairs if set(pair) <= row_of.keys()]
