"""What both data cards are written with: tables, lists of authors, and the limits that hold for every set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lesionlab.collect.export_tables import markdown
from lesionlab.core.licences import find_licence
from lesionlab.core.notice import NOTICE, SKIN_TONE_LIMIT

AUTHORS_SHOWN = 40

LIMITS = (
    f"{SKIN_TONE_LIMIT} The same holds for other public dermoscopy.",
    "A lesion counts as one only where its source names it, or where pictures of it were found to be the same.",
)


DRAWN = "Drawn by rules: nobody's skin, and no evidence about any diagnosis."


class Markdown(str):
    """Text of our own that is Markdown already; any other text is shown as it is."""

    __slots__ = ()


def opening(title: str, summary: str) -> list[str]:
    """Return title, notice and first sentence."""
    return [f"# Data card: {markdown(title)}", "", f"**{NOTICE}**", "", summary]


def section(title: str, lines: Iterable[str]) -> list[str]:
    """Return a section, or nothing where it has no lines."""
    body = list(lines)
    return ["", f"## {title}", "", *body] if body else []


def table(head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> list[str]:
    """Return a Markdown table, or nothing without rows; numbers get thousands separators, text is shown as it is."""
    body = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *body] if body else []


def licence_words(code: str) -> Markdown:
    """Return a licence as a link to its deed; what is not known stays as it is."""
    licence = find_licence(code)
    return Markdown(f"[{licence.name}]({licence.url})" if licence else markdown(code) or "not stated")


def authors(rows: Sequence[tuple[str, str, str, int]]) -> list[str]:
    """Return whom to name, from (source, licence, attribution, images), most images first."""
    lines = [
        f"- {markdown(attribution) or '(no author given)'} ({markdown(source)}, {licence_words(licence)}): {images:,}"
        for source, licence, attribution, images in rows[:AUTHORS_SHOWN]
    ]
    rest = rows[AUTHORS_SHOWN:]
    return [*lines, f"- and {len(rest):,} more, of {sum(row[3] for row in rest):,} images"] if rest else lines


def _cell(cell: str | int) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    return cell if isinstance(cell, Markdown) else markdown(cell)
