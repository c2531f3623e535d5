"""`lesionlab gan walk`: a walk through latent space as an animation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.cli.progress import progress_bar
from lesionlab.core.errors import InputError
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.inference.animation import Format
    from lesionlab.inference.recipe import Recipe

FORMATS: dict[str, Format] = {".webp": "WEBP", ".gif": "GIF"}


def walk(
    stops: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STOP", help="DIAGNOSIS:SEED, such as mel:7.", show_default="each diagnosis with --seed"
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="A generator: name, run or folder; see `models list`.")] = "released",
    seed: Annotated[int, typer.Option(help="The seed of stops that name none.")] = 0,
    truncation: Annotated[
        float | None, typer.Option(help="Limit of the latents, in standard deviations.", show_default="none")
    ] = None,
    frames: Annotated[int, typer.Option(help="Frames from a stop to the next.")] = 24,
    fps: Annotated[int, typer.Option(help="Frames a second.", min=1, max=50)] = 20,
    zoom: Annotated[int, typer.Option(help="Show each pixel so many pixels wide and high.")] = 4,
    once: Annotated[bool, typer.Option("--once", help="End at the last stop instead of going round.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A new .webp (every pixel kept) or .gif file.", show_default="in LESIONLAB_HOME"
        ),
    ] = None,
) -> None:
    """Walk through latent space, between seeds and between diagnoses, and write an animation."""
    from lesionlab.core.files import write_bytes
    from lesionlab.inference.animation import make_walk
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.sampler import Sampler
    from lesionlab.inference.walk import Walk

    path = _choose_file(out)
    sampler = Sampler(find_model(model, "generator"))
    asked = stops or list(sampler.card.classes)
    way = Walk(tuple(_stop(text, seed, truncation) for text in asked), frames, not once, round(1000 / fps), zoom)
    with progress_bar("Walking", "frames") as progress:
        content = make_walk(sampler, way, FORMATS[path.suffix.lower()], progress)
    write_bytes(path, content)
    typer.echo(f"A walk of {way.frame_count:,} synthetic frames lies in {path}")
    typer.echo(f"{sampler.card.licence}. {NOTICE}")
    typer.echo(f"  next: lesionlab inspect {path}")


def _stop(text: str, seed: int, truncation: float | None) -> Recipe:
    from lesionlab.inference.recipe import Recipe

    code, colon, number = text.partition(":")
    if colon and not re.fullmatch(r"-?[0-9]{1,20}", number):
        raise InputError(f"'{text[:40]}' is no stop.", "Write DIAGNOSIS:SEED, such as mel:7.")
    return Recipe(int(number) if colon else seed, code, truncation)


def _choose_file(out: Path | None) -> Path:
    from lesionlab.core.home import home

    if out is None:
        parent, number = home() / "samples", 0
        while (parent / f"walk-{number:05d}.webp").exists():
            number += 1
        return parent / f"walk-{number:05d}.webp"
    if out.suffix.lower() not in FORMATS:
        raise InputError(f"A walk cannot be written as {out.name}.", "Name a file that ends in .webp or .gif.")
    if out.exists():
        raise InputError(f"{out} is there already.", "Name a new file; nothing was touched.")
    return out.resolve()
