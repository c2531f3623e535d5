"""`lesionlab data prepare`: from a folder, or from drawings, to what training reads; with collected images if asked."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lesionlab.cli.data_summary import in_pixels, summary
from lesionlab.core.errors import DataError, InputError

if TYPE_CHECKING:
    from lesionlab.data.prepare import Preparation
    from lesionlab.data.source import Source

DEFAULT_SIZES_PX = (64, 128)

Layout = Literal["ham10000", "isic2017", "folders", "table"]


@dataclass(frozen=True)
class _Choices:
    name: str
    sizes: tuple[int, ...]
    seed: int
    skip_bad: bool
    external: bool
    add: tuple[str, ...]
    licences: tuple[str, ...]
    sources: tuple[str, ...]
    only: dict[str, str]
    apart_from: str


def prepare(
    source: Annotated[
        Path | None, typer.Argument(help="A folder of images, such as that of HAM10000, or a CSV table.")
    ] = None,
    name: Annotated[
        str,
        typer.Option(
            help="What to call the prepared data. [default: that of the source, or procedural]", show_default=False
        ),
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
    layout: Annotated[
        Layout | None, typer.Option(help="How the source is laid out.", show_default="told from what lies there")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="Which column is what, and which word is which diagnosis.")
    ] = None,
    use: Annotated[
        Literal["external"] | None, typer.Option("--as", help="external: every image for testing alone.")
    ] = None,
    apart_from: Annotated[
        str, typer.Option(metavar="NAME", help="With --as external: without what this prepared data holds.")
    ] = "",
    add: Annotated[
        list[str] | None,
        typer.Option(metavar="MANIFEST", help="A collection to add to the training part, or `collected`; repeatable."),
    ] = None,
    licence: Annotated[
        list[str] | None,
        typer.Option(help="Add images of this licence only. [default: the open ones]", show_default=False),
    ] = None,
    only_source: Annotated[
        list[str] | None, typer.Option("--source", help="Add images of this source only.", show_default="all")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=VALUE", help="Take images with this detail only; with --add, of those to add."),
    ] = None,
) -> None:
    """Check the images, split them by lesion, and decode them once for training."""
    started = time.monotonic()
    sizes = tuple(size or DEFAULT_SIZES_PX)
    choices = _Choices(
        name,
        sizes,
        seed,
        skip_bad,
        use == "external",
        tuple(add or ()),
        tuple(licence or ()),
        tuple(only_source or ()),
        _pairs(only or ()),
        apart_from,
    )
    _check(choices)
    if procedural:
        if source is not None:
            raise InputError(f"Both the folder {source} and --procedural were given.", "Leave out one of the two.")
        if layout or mapping:
            raise InputError("Drawn lesions have no layout and no mapping.", "Leave out --layout and --mapping.")
        done = _draw(procedural, choices)
    else:
        done = _prepare(_read(source, layout or "", mapping, {} if add else choices.only), choices)
    typer.echo(summary(done.data.record, str(done.data.folder)))
    seconds = time.monotonic() - started
    if done.made_px:
        typer.echo(f"Prepared {in_pixels(done.made_px)} in {seconds:.1f} s.")
    else:
        typer.echo(f"Nothing to do: {in_pixels(sizes)} are prepared and the source is unchanged ({seconds:.1f} s).")
    typer.echo(f"  next: {_next(done)}")


def _check(choices: _Choices) -> None:
    if (choices.licences or choices.sources) and not choices.add:
        raise InputError("--licence and --source choose among collected images.", "Name a collection with --add.")
    if choices.add and choices.external:
        raise InputError("An external test set takes no added images.", "Leave out --add or --as.")
    if choices.apart_from and not choices.external:
        raise InputError("--apart-from is for external test sets.", "Add --as external, or leave it out.")
    if choices.add and not choices.name:
        raise InputError("A set with added images needs a name of its own.", "Give it one with --name.")


def _pairs(texts: Iterable[str]) -> dict[str, str]:
    pairs = dict(text.partition("=")[::2] for text in texts)
    if "" in pairs or not all("=" in text for text in texts):
        raise InputError(f"--only {' '.join(texts)} names no column and value.", "Write it like --only split=test.")
    return pairs


def _read(place: Path | None, layout: str, mapping: Path | None, only: dict[str, str]) -> Source:
    from lesionlab.data.ham10000 import WHERE_TO_GET
    from lesionlab.data.layouts import LAYOUT_NAMES, read_source
    from lesionlab.data.source import narrowed

    if place is None:
        raise DataError("No folder of images was named.", WHERE_TO_GET)
    source = read_source(place, layout, mapping)
    typer.echo(f"Read as {source.layout}: {LAYOUT_NAMES[source.layout]}; {len(source.rows):,} images listed.")
    return narrowed(source, only) if only else source


def _prepare(source: Source, choices: _Choices) -> Preparation:
    from lesionlab.cli.progress import progress_bar
    from lesionlab.data.prepare import prepare_source
    from lesionlab.data.store import name_for

    if choices.add:
        return _add(source, choices)
    name = choices.name or name_for(source.name)
    if choices.apart_from:
        return _apart(source, name, choices)
    with progress_bar("Decoding", "images") as progress:
        return prepare_source(
            source,
            name,
            choices.sizes,
            choices.seed,
            progress,
            skip_bad=choices.skip_bad,
            external=choices.external,
        )


def _add(source: Source, choices: _Choices) -> Preparation:
    from lesionlab.cli.added_images import Filters, read_additions, relate_pictures
    from lesionlab.cli.progress import progress_bar
    from lesionlab.data.prepare_added import prepare_with_additions

    additions = read_additions(choices.add, Filters(choices.licences, choices.sources, choices.only), source)
    return prepare_with_additions(
        source,
        additions,
        relate_pictures,
        choices.name,
        choices.sizes,
        choices.seed,
        progress_bar,
        skip_bad=choices.skip_bad,
    )


def _apart(source: Source, name: str, choices: _Choices) -> Preparation:
    from lesionlab.cli.added_images import relate_pictures
    from lesionlab.cli.progress import progress_bar
    from lesionlab.data.prepare_apart import prepare_apart
    from lesionlab.data.prepared import open_prepared

    other = open_prepared(choices.apart_from)
    return prepare_apart(source, other, relate_pictures, name, choices.sizes, progress_bar, skip_bad=choices.skip_bad)


def _draw(count: int, choices: _Choices) -> Preparation:
    from lesionlab.cli.progress import progress_bar
    from lesionlab.data.prepare import prepare_drawings

    if choices.add or choices.external or choices.only:
        raise InputError("Drawn lesions take no --add, --as or --only.", "Name a folder of images instead.")
    with progress_bar("Drawing", "images") as progress:
        return prepare_drawings(choices.name or "procedural", count, choices.sizes, choices.seed, progress)


def _next(done: Preparation) -> str:
    name = done.data.name
    if done.data.record.external:
        return f'lesionlab classifier evaluate --data {name} --part external --purpose "why it is opened"'
    return f"lesionlab gan train --data {name}"
