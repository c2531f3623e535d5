"""`lesionlab collect ham10000`: from a host or a folder of downloads to prepared data."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lesionlab.data.prepare import Preparation

HOSTS = ("kaggle", "dataverse", "isic")


def ham10000(
    source: Annotated[
        str, typer.Option("--from", metavar="HOST|DIR", help="kaggle, dataverse, isic, or a folder of what you have.")
    ] = "dataverse",
    name: Annotated[str, typer.Option(help="What to call the prepared data.")] = "ham10000",
    size: Annotated[
        list[int] | None,
        typer.Option(help="Pixels a side; may be given several times. [default: 64 and 128]", show_default=False),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out unusable images instead of stopping.")
    ] = False,
    address: Annotated[
        str, typer.Option(metavar="URL", help="Another address of the host's interface, such as a mirror's.")
    ] = "",
) -> None:
    """Download HAM10000, or take what was downloaded, and prepare it for training."""
    from lesionlab.cli.data_prepare import DEFAULT_SIZES_PX
    from lesionlab.cli.data_summary import in_pixels, summary

    started = time.monotonic()
    folder = _fetch(source, address)
    typer.echo(f"HAM10000 lies in {folder}.")
    done = _prepare(folder, name, tuple(size or DEFAULT_SIZES_PX), skip_bad)
    typer.echo(summary(done.data.record, str(done.data.folder)))
    typer.echo(_compare(done))
    made = f"Prepared {in_pixels(done.made_px)}" if done.made_px else "Nothing to do: all was prepared"
    typer.echo(f"{made} ({time.monotonic() - started:.1f} s in all).")
    typer.echo(f"  next: lesionlab gan train --data {done.data.name}")


def _fetch(source: str, address: str) -> Path:
    from lesionlab.cli.collection_setup import require_packages
    from lesionlab.cli.progress import progress_bar
    from lesionlab.collect.ham10000_folder import lay_out_folder
    from lesionlab.core.errors import InputError
    from lesionlab.core.home import collect_folder

    parent = collect_folder() / "ham10000"
    if source not in HOSTS:
        if address:
            raise InputError("--address goes with a host.", f"Give --from {', '.join(HOSTS)}, or leave out --address.")
        return lay_out_folder(Path(source), parent, progress_bar)
    require_packages()
    from lesionlab.collect.ham10000 import fetch_from_host
    from lesionlab.collect.ham10000_isic import fetch_from_isic

    if source == "isic":
        return fetch_from_isic(parent / source, progress_bar, address=address)
    return fetch_from_host(source, parent / source, progress_bar, address=address)


def _prepare(folder: Path, name: str, sizes: tuple[int, ...], skip_bad: bool) -> Preparation:
    from lesionlab.cli.progress import progress_bar
    from lesionlab.data.layouts import read_source
    from lesionlab.data.prepare import prepare_source

    source = read_source(folder, "ham10000")
    with progress_bar("Decoding", "images") as progress:
        return prepare_source(source, name, sizes, 0, progress, skip_bad=skip_bad, external=False)


def _compare(done: Preparation) -> str:
    """Return how the split relates to the committed one: the same rows give the same SHA-256."""
    from lesionlab.core.resources import splits_folder
    from lesionlab.records.split import read_split

    release = read_split(splits_folder() / "ham10000-release.csv")
    if done.data.split.sha256 == release.sha256:
        return "This is the release split: the released models were trained on its training part."
    known = {row.image_id for row in release.rows}
    there = sum(1 for row in done.data.split.rows if row.image_id in known)
    return (
        f"This is not the release split: it holds {there:,} of the {len(known):,} images of HAM10000 and "
        f"{len(done.data.split.rows) - there:,} others."
    )
