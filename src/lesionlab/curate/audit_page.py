"""An audit as a page, whole in one file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from lesionlab.core.diagnoses import describe
from lesionlab.core.licences import find_licence
from lesionlab.curate import audit_words as words
from lesionlab.curate.audit_thumbnails import MAX_SHOWN
from lesionlab.records.audit import Audit, Tally
from lesionlab.records.report_page import render_report

BAR_LENGTH = 1000
SHADED_PARTS = 3


@dataclass(frozen=True)
class Piece:
    """A stretch of a bar, in thousandths of its length."""

    start: str
    length: str


@dataclass(frozen=True)
class BalanceRow:
    """One class in the picture of the classes."""

    code: str
    name: str
    malignant: bool
    images: int
    pieces: tuple[Piece, ...]


def audit_page(audit: Audit, thumbnails: Mapping[str, str] | None = None) -> str:
    """Return the audit as HTML, from the record alone; `thumbnails` are data URIs of images to show as evidence."""
    return render_report(
        "audit.html",
        filters={
            "percent": words.percent,
            "title_of": words.title,
            "stratum_name": lambda name: words.STRATA.get(name, name),
            "deed": _deed,
            "licence_name": words.licence_name,
            "code": _code,
        },
        audit=audit,
        verdict=words.verdict(audit),
        coverage=words.coverage(audit),
        next_step=words.next_step(audit),
        effect=words.score_effect(audit),
        remarks=[remark for remark in (words.small_classes(audit), words.absent_classes(audit)) if remark],
        exposures=[exposure for exposure in audit.exposures if exposure.all.seen],
        only=audit.check("groups") if words.only_groups(audit) else None,
        balance=balance(audit),
        thumbnails=thumbnails or {},
        shown=MAX_SHOWN,
    )


def balance(audit: Audit) -> tuple[BalanceRow, ...]:
    """Return the bars of the classes: the longest is the largest class, cut by part where there are at most three."""
    most = max((tally.all.images for tally in audit.classes), default=0) or 1
    return tuple(_row(tally, audit.parts, most) for tally in audit.classes)


def _row(tally: Tally, parts: tuple[str, ...], most: int) -> BalanceRow:
    cut = [tally.parts[part].images for part in parts] if len(parts) <= SHADED_PARTS else [tally.all.images]
    pieces, start = [], 0.0
    for images in cut:
        length = BAR_LENGTH * images / most
        pieces.append(Piece(f"{start:.2f}", f"{length:.2f}"))
        start += length
    diagnosis = describe(tally.value)
    return BalanceRow(tally.value, diagnosis.name, diagnosis.malignant, tally.all.images, tuple(pieces))


def _deed(licence: str) -> str:
    found = find_licence(licence)
    return found.url if found else ""


def _code(text: str) -> Markup:
    """Mark what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))
