"""`lesionlab data duplicates`: pictures of one lesion under two ids, within a set or between two."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.core.errors import InputError

if TYPE_CHECKING:
    from lesionlab.curate.duplicates_report import Duplicates, FoundPair
    from lesionlab.data.prepared import PreparedData

SHEET_SUFFIXES = (".png", ".webp")
MAX_LISTED = 60


def duplicates(
    name: Annotated[str, typer.Argument(help="The prepared data.")] = "ham10000",
    against: Annotated[
        str | None, typer.Option(metavar="OTHER", help="Compare with this prepared data, instead of within the first.")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the pairs side by side, as PNG or WebP.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the pairs as CSV.")] = None,
    at_least: Annotated[
        float | None,
        typer.Option(min=0.1, max=1.0, help="The agreement from which a pair is told; lower ones are mostly chance."),
    ] = None,
) -> None:
    """Find pictures that show one lesion under two ids; nothing is deleted or joined."""
    from lesionlab.cli.progress import progress_bar
    from lesionlab.core.files import write_text
    from lesionlab.curate.duplicates import NEAR
    from lesionlab.curate.duplicates_report import find_duplicates, to_csv
    from lesionlab.data.prepared import open_prepared

    _check_suffix(sheet)
    data, other = open_prepared(name), open_prepared(against) if against else None
    started = time.monotonic()
    with progress_bar("Comparing", "images") as progress:
        found = find_duplicates(data, other, NEAR if at_least is None else at_least, progress)
    typer.echo(f"{found.images:,} images compared in {time.monotonic() - started:.0f} s.")
    typer.echo("\n".join(_told(found)))
    if csv is not None:
        write_text(csv, to_csv(found))
        typer.echo(f"Pairs: {csv}")
    if sheet is not None:
        _write_sheet(sheet, found, data, other)


def _told(found: Duplicates) -> list[str]:
    kinds = [
        f"{sum(f.pair.kind == kind for f in found.pairs):,} {kind}" for kind in ("same file", "re-encoded", "near")
    ]
    shows = "1 pair shows" if len(found.pairs) == 1 else f"{len(found.pairs):,} pairs show"
    lines = [f"{shows} one lesion under two ids: {', '.join(kinds)}."]
    if found.known and not found.against:
        seen = sum(f.published for f in found.pairs)
        lines.append(f"Of the {found.known} published pairs, {seen} are among them.")
    new, crossing = found.new, [f for f in found.new if f.crosses]
    if not new:
        return [*lines, "All of them are one group each." if found.pairs else "Nothing else to tell."]
    if found.against:
        return [*lines, *_table(new, across=False)]
    lines.append(f"Not one group yet: {len(new):,}; in two parts of the split: {len(crossing):,} of these.")
    if crossing:
        lines.append("Look at them (--sheet): what is one lesion must not lie in two parts.")
    return [*lines, *_table(new, across=True)]


def _table(pairs: tuple[FoundPair, ...], *, across: bool) -> list[str]:
    from lesionlab.cli.text import table

    rows = [
        (
            f"{f.pair.agreement:.2f}",
            f.pair.kind,
            *(f.one.image_id, f.other.image_id),
            f"{f.one.diagnosis} {f.other.diagnosis}" if f.one.diagnosis != f.other.diagnosis else f.one.diagnosis,
            f"{f.one.part} {f.other.part}" + (" <-- two parts" if across and f.crosses else ""),
        )
        for f in pairs[:MAX_LISTED]
    ]
    head = ("agreement", "kind", "image", "image", "diagnosis", "parts")
    more = [f"... and {len(pairs) - MAX_LISTED:,} more; --csv has them all."] if len(pairs) > MAX_LISTED else []
    return ["", table(head, rows), *more]


def _write_sheet(path: Path, found: Duplicates, data: PreparedData, other: PreparedData | None) -> None:
    from lesionlab.core.files import write_bytes
    from lesionlab.core.imaging import encode_webp
    from lesionlab.core.png import encode_png
    from lesionlab.curate.duplicates_pictures import largest_squares
    from lesionlab.curate.pairs_sheet import MAX_PAIRS, Shown, pairs_sheet

    count = len(data.split.rows)
    first, second = largest_squares(data), largest_squares(other) if other else None
    shown = []
    for each in found.pairs[:MAX_PAIRS]:
        pair = each.pair
        theirs = first[pair.second] if second is None else second[pair.second - count]
        lines = (
            f"{each.one.image_id} {each.one.diagnosis} {each.one.part} | {each.other.image_id} {each.other.diagnosis} "
            f"{each.other.part}",
            f"{pair.kind}, agreement {pair.agreement:.2f}, {pair.bits} bits"
            + (", published" if each.published else "")
            + (", TWO PARTS" if each.crosses and not other else ""),
        )
        shown.append(Shown(first[pair.first], theirs, pair, lines))
    drawn = pairs_sheet(shown)
    write_bytes(path, encode_png(drawn) if path.suffix.lower() == ".png" else encode_webp(drawn))
    left_out = len(found.pairs) - len(shown)
    typer.echo(
        f"Sheet: {path} (the one, the other laid on it, the other)" + (f"; {left_out:,} left out" * (left_out > 0))
    )


def _check_suffix(sheet: Path | None) -> None:
    if sheet is not None and sheet.suffix.lower() not in SHEET_SUFFIXES:
        raise InputError(f"{sheet.name} is neither .png nor .webp.", "Name the sheet like pairs.png.")
