"""`lesionlab collect folder`: images that lie on this machine, with their licence, into the collection."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lesionlab.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lesionlab.collect.local_images import LocalImage, Taken
    from lesionlab.data.mapping import Mapping
    from lesionlab.data.source import Source

Layout = Literal["isic2017", "folders", "table"]


def folder(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="A folder for each diagnosis, ISIC 2017, or an export.")],
    source: Annotated[
        str, typer.Option(help="What to call it in the manifest. [default: what it calls itself]", show_default=False)
    ] = "",
    licence: Annotated[
        str, typer.Option(metavar="CODE", help="The licence of its images, such as CC-BY-4.0.", show_default=False)
    ] = "",
    attribution: Annotated[str, typer.Option(help="Whom to name for its images.", show_default=False)] = "",
    page: Annotated[str, typer.Option(metavar="URL", help="The page that people read about it.")] = "",
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="A table that says what each image is.")
    ] = None,
    id_column: Annotated[str, typer.Option(help="The table's column of image ids or file names.")] = "image_id",
    diagnosis_column: Annotated[str, typer.Option(help="The table's column of diagnoses.")] = "dx",
    lesion_column: Annotated[str, typer.Option(help="The table's column of lesion ids. [default: none]")] = "",
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="Which column is what, and which word is which diagnosis.")
    ] = None,
    layout: Annotated[
        Layout | None, typer.Option(help="How the folder is laid out.", show_default="told from what lies there")
    ] = None,
) -> None:
    """Take a set of images on this machine into the collection, where `data prepare --add` finds it."""
    from lesionlab.collect.export_read import is_export, read_export

    if is_export(place) and labels is None and mapping is None and layout is None:
        if source or licence or attribution or page:
            raise InputError(
                f"{place} is an export: each of its images has a source, licence and author of its own.",
                "Leave out --source, --licence, --attribution and --page.",
            )
        images = read_export(place)
        typer.echo(f"Read as an export of a collection: {len(images):,} images listed.")
    else:
        columns = {"image": id_column, "diagnosis": diagnosis_column, "lesion": lesion_column}
        read = _read(place, labels, {name: column for name, column in columns.items() if column}, mapping, layout or "")
        images = _images(read, source, licence, attribution, page)
        _tell_source(read)
    _take(place, images)


def _read(place: Path, labels: Path | None, columns: dict[str, str], mapping: Path | None, layout: str) -> Source:
    from lesionlab.data.layouts import LAYOUT_NAMES, read_source, recognise
    from lesionlab.data.mapping import read_mapping
    from lesionlab.data.table import read_table

    if labels is not None:
        told = read_mapping(mapping) if mapping is not None else None
        found = read_table(labels, _with_columns(told, columns, place))
        typer.echo(f"Read as table: {LAYOUT_NAMES['table']}; {len(found.rows):,} images listed.")
        return found
    chosen = layout or recognise(place, mapping is not None)
    if chosen == "ham10000":
        raise InputError(f"{place} is HAM10000 itself.", f"Run `lesionlab collect ham10000 --from {place}`.")
    found = read_source(place, chosen, mapping)
    typer.echo(f"Read as {chosen}: {LAYOUT_NAMES[chosen]}; {len(found.rows):,} images listed.")
    return found


def _with_columns(told: Mapping | None, columns: dict[str, str], place: Path) -> Mapping:
    from dataclasses import replace

    from lesionlab.data.mapping import Mapping

    base = told or Mapping()
    images = str(place.resolve()) if base.images == "." else base.images
    return replace(base, columns={**columns, **base.columns}, images=images)


def _images(read: Source, source: str, licence: str, attribution: str, page: str) -> list[LocalImage]:
    from lesionlab.collect.local_images import LocalImage
    from lesionlab.core.licences import find_licence, is_open
    from lesionlab.records.collected import ManifestRecord

    name = source or read.name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", name) or name in ("isic", "ham10000"):
        raise InputError(f"'{name[:50]}' is no name for a source.", "Give one with --source: letters, digits, '.-_'.")
    found = find_licence(licence or read.licence)
    if found is None or not is_open(found.code):
        told = f"'{licence or read.licence}' is no open licence" if licence or read.licence else "No licence was named"
        raise InputError(f"{told} for the images of {read.place}.", "Give the one they are under: --licence CC-BY-4.0.")
    author = attribution or read.attribution
    if found.attribution and not author.strip():
        raise InputError(f"{found.name} asks for the author's name.", "Give whom to name with --attribution.")
    return [
        LocalImage(
            ManifestRecord(
                name,
                row.image_id,
                page_url=page,
                licence=found.code,
                attribution=author,
                diagnosis_given=row.diagnosis,
                diagnosis=row.diagnosis,
                lesion_id=row.lesion_id if row.lesion_id != row.image_id else "",
                details=dict(row.details),
            ),
            read.files[row.image_id],
        )
        for row in read.rows
        if row.image_id in read.files
    ]


def _tell_source(read: Source) -> None:
    for defect, problem in read.problems.items():
        shown = ", ".join(problem.ids[:5]) + (" ..." if len(problem.ids) > 5 else "")
        typer.echo(f"Left out: {problem.count:,} {defect}: {shown}.")
    for note in read.notes:
        typer.echo(f"Note: {note}")


def _take(place: Path, images: Sequence[LocalImage]) -> None:
    from lesionlab.cli.collection_setup import collecting
    from lesionlab.cli.progress import progress_bar
    from lesionlab.collect.local_images import take_in

    if not images:
        raise InputError(f"{place} lists no image that can be taken.", "See above for what was left out.")
    with collecting() as collection, progress_bar("Taking in", "images") as progress:
        taken = take_in(collection, images, f"folder {place.resolve()}", progress)
    _tell(images, taken)


def _tell(images: Sequence[LocalImage], taken: Taken) -> None:
    from lesionlab.cli.collect_summary import Tally, tell

    tell(
        Tally(
            ", ".join(sorted({image.record.source for image in images})),
            requested=taken.found - taken.refusals.total() - taken.forgotten,
            available=taken.found,
            fetched=taken.fetched,
            new=taken.new,
            failed=taken.failures.total(),
            refused=taken.refusals.total(),
            forgotten=taken.forgotten,
            failures=taken.failures,
            refusals=taken.refusals,
        )
    )
