"""`lesionlab data audit`: what a split holds, and whether anything lies on both sides of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.core.errors import InputError

if TYPE_CHECKING:
    from lesionlab.curate.audit import Lists
    from lesionlab.curate.audit_pictures import ComparedPictures
    from lesionlab.data.prepared import PreparedData
    from lesionlab.records.audit import Audit
    from lesionlab.records.split import Split

EXIT_LEAKS = 1
_LIST = "ids or file names, one on a line, or a folder of images"


def audit(
    name: Annotated[str | None, typer.Argument(help="The prepared data; not needed for lists of HAM10000.")] = None,
    split: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Audit this split: a CSV with a column of ids and one of parts.")
    ] = None,
    train: Annotated[Path | None, typer.Option(metavar="FILE", help=f"The training part: {_LIST}.")] = None,
    validation: Annotated[Path | None, typer.Option(metavar="FILE", help="The validation part, likewise.")] = None,
    test: Annotated[Path | None, typer.Option(metavar="FILE", help="The test part, likewise.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write a leak-free version of the split there.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not look for near duplicates, which takes minutes.")
    ] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write a page, whole in one file.")] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the audit as JSON.")] = None,
) -> None:
    """Count what a split holds, and look for anything on both sides of it; end with 1 if it leaks."""
    from lesionlab.cli.audit_text import audit_text
    from lesionlab.curate.audit_words import verdict

    files = {part: path for part, path in (("train", train), ("validation", validation), ("test", test)) if path}
    data = _prepared(name, lists=bool(split or files))
    reference = _reference(data)
    lists = _lists(split, files, reference)
    pictures = _compare(data, quick=quick)
    found = _audit(data, lists, reference, pictures)
    typer.echo(audit_text(found))
    if html is not None:
        _write_page(html, found, data)
    if json is not None:
        _write_json(json, found)
    if out is not None:
        fixed = _write_fixed(out, found, lists or _own(data), reference)
        again = _audit(data, fixed, reference, pictures)
        typer.echo(f"Audited again: {verdict(again)}.")
    if found.leaks:
        raise typer.Exit(EXIT_LEAKS)


def _prepared(name: str | None, *, lists: bool) -> PreparedData | None:
    from lesionlab.data.prepared import open_prepared

    if name is None and not lists:
        raise InputError(
            "Neither prepared data nor a split was named.",
            "Name prepared data (`lesionlab data audit ham10000`), or lists with --train and --test.",
        )
    return open_prepared(name) if name is not None else None


def _reference(data: PreparedData | None) -> Split:
    from lesionlab.curate.audit import release_split

    return release_split() if data is None else data.split


def _lists(split: Path | None, files: dict[str, Path], reference: Split) -> Lists | None:
    from lesionlab.curate.audit import lists_of
    from lesionlab.curate.audit_lists import read_lists, read_table

    if split is not None and files:
        raise InputError("Both --split and a list of a part were given.", "Leave out one of the two.")
    if len(files) == 1:
        raise InputError(f"Only the {next(iter(files))} part was given.", "Give at least two of the parts.")
    known = {row.image_id for row in reference.rows}
    if split is not None:
        return lists_of(split.name, read_table(split, known), reference)
    if files:
        return lists_of(" and ".join(path.name for path in files.values()), read_lists(files, known), reference)
    return None


def _own(data: PreparedData | None) -> Lists:
    from lesionlab.curate.audit import own_lists

    assert data is not None  # without lists there is prepared data
    return own_lists(data)


def _compare(data: PreparedData | None, *, quick: bool) -> ComparedPictures | None:
    from lesionlab.cli.progress import progress_bar
    from lesionlab.curate.audit_pictures import compare_pictures

    if data is None:
        return None
    with progress_bar("Comparing", "images") as progress:
        return compare_pictures(data, progress, quick=quick)


def _audit(
    data: PreparedData | None, lists: Lists | None, reference: Split, pictures: ComparedPictures | None
) -> Audit:
    from lesionlab.cli.evaluation_part import LEDGER_NAME
    from lesionlab.core.home import home
    from lesionlab.core.resources import splits_folder
    from lesionlab.curate.audit import audit_lists, audit_prepared

    ledgers = (splits_folder() / LEDGER_NAME, home() / LEDGER_NAME)
    if data is not None:
        return audit_prepared(data, pictures, lists, ledgers)
    assert lists is not None
    return audit_lists(lists, reference, ledgers)


def _write_page(path: Path, found: Audit, data: PreparedData | None) -> None:
    from lesionlab.core.files import write_text
    from lesionlab.curate.audit_page import audit_page
    from lesionlab.curate.audit_thumbnails import thumbnails

    write_text(path, audit_page(found, thumbnails(found, data) if data else {}))
    typer.echo(f"Page: {path}")


def _write_json(path: Path, found: Audit) -> None:
    from lesionlab.core.files import write_json
    from lesionlab.curate.audit_words import verdict
    from lesionlab.records.codec import to_plain

    write_json(path, {"verdict": verdict(found), "leaks": found.leaks, **to_plain(found)})
    typer.echo(f"JSON: {path}")


def _write_fixed(out: Path, found: Audit, lists: Lists, reference: Split) -> Lists:
    from dataclasses import replace

    from lesionlab.curate.audit_fix import fix, write_fixed

    fixed = fix(lists.rows, found)
    files = write_fixed(out, fixed, found.parts, reference.classes)
    typer.echo(f"\n{fixed.told()}\nSplit: {', '.join(path.name for path in files)} in {out}")
    return replace(lists, subject=str(out), rows=fixed.rows)
