"""`lesionlab data`: prepare images for training."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lesionlab.data.prepare import Preparation
    from lesionlab.data.prepared import PreparedRecord

app = typer.Typer(help="Prepare images for training.", no_args_is_help=True, rich_markup_mode=None)

DEFAULT_SIZES_PX = (64, 128)


@app.callback()
def data() -> None:
    """Prepare images for training."""


@app.command()
def prepare(
    source: Annotated[
        Path | None, typer.Argument(help="The folder with HAM10000_metadata.csv and the image folders.")
    ] = None,
    name: Annotated[
        str, typer.Option(help="What to call the prepared data. [default: ham10000, or procedural]", show_default=False)
    ] = "",
    size: Annotated[
        list[int] | None,
        typer.Option(help="Pixels a side; may be given several times. [default: 64 and 128]", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="The seed of the split; 0 is the release split.")] = 0,
    procedural: Annotated[
        int | None, typer.Option(min=1, help="Draw this many procedural lesions instead of reading a folder.")
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out unusable images instead of stopping.")
    ] = False,
) -> None:
    """Check the images, split them by lesion, and decode them once for training."""
    started = time.monotonic()
    sizes = tuple(size or DEFAULT_SIZES_PX)
    done = _draw(name, procedural, sizes, seed, source) if procedural else _read(source, name, sizes, seed, skip_bad)
    typer.echo(summary(done.data.record, str(done.data.folder)))
    seconds = time.monotonic() - started
    if done.made_px:
        typer.echo(f"Prepared {_pixels(done.made_px)} in {seconds:.1f} s.")
    else:
        typer.echo(f"Nothing to do: {_pixels(sizes)} are prepared and the source is unchanged ({seconds:.1f} s).")
    typer.echo(f"  next: lesionlab gan train --data {done.data.name}")


def _read(source: Path | None, name: str, sizes: tuple[int, ...], seed: int, skip_bad: bool) -> Preparation:
    from lesionlab.cli.progress import progress_bar
    from lesionlab.core.errors import DataError
    from lesionlab.data.ham10000 import WHERE_TO_GET
    from lesionlab.data.prepare import prepare_from_folder

    if source is None:
        raise DataError("No folder of images was named.", WHERE_TO_GET)
    with progress_bar("Decoding", "images") as progress:
        return prepare_from_folder(source, name or "ham10000", sizes, seed, progress, skip_bad=skip_bad)


def _draw(name: str, count: int, sizes: tuple[int, ...], seed: int, source: Path | None) -> Preparation:
    from lesionlab.cli.progress import progress_bar
    from lesionlab.core.errors import InputError
    from lesionlab.data.prepare import prepare_drawings

    if source is not None:
        raise InputError(f"Both the folder {source} and --procedural were given.", "Leave out one of the two.")
    with progress_bar("Drawing", "images") as progress:
        return prepare_drawings(name or "procedural", count, sizes, seed, progress)


def summary(record: PreparedRecord, folder: str) -> str:
    """Return what a prepared set holds: images by diagnosis and part, what was left out, and where it lies."""
    from lesionlab.cli.text import table
    from lesionlab.core.diagnoses import describe
    from lesionlab.records.split import PARTS

    rows = []
    for code in record.classes:
        counts = [record.counts[part][code] for part in PARTS]
        rows.append((f"{code} ({describe(code).name})", *_aligned((*counts, sum(counts)))))
    totals = [sum(record.counts[part].values()) for part in PARTS]
    rows.append(("all", *_aligned((*totals, sum(totals)))))
    lines = [
        table(("images", *(f"{head:>6}" for head in (*PARTS, "all"))), rows),
        "",
        f"{record.images:,} images of {record.lesions:,} lesions in {record.groups:,} groups, "
        f"at {_pixels(record.sizes_px)}.",
        *(f"Left out: {problem.count:,} {defect}." for defect, problem in record.problems.items()),
    ]
    if record.unlisted:
        lines.append(f"Not used: {record.unlisted:,} image files that the metadata does not name.")
    return "\n".join([*lines, f"Split: SHA-256 {record.split_sha256}", f"Folder: {folder}"])


def _aligned(counts: Iterable[int]) -> Iterator[str]:
    return (f"{count:>6,}" for count in counts)


def _pixels(sizes_px: tuple[int, ...]) -> str:
    *others, last = (str(size) for size in sorted(sizes_px))
    return f"{', '.join(others)} and {last} px" if others else f"{last} px"
