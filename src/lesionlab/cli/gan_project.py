"""`lesionlab gan project`: real images into latent space, how near a generator comes to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.cli.failures import EXIT_USER, explain_os_error, report
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training import explain_missing
from lesionlab.core.errors import LesionLabError
from lesionlab.core.notice import NOTICE
from lesionlab.core.progress import Progress

if TYPE_CHECKING:
    from lesionlab.cli.projected_folder import Projected
    from lesionlab.core.imaging import Pixels
    from lesionlab.inference.gallery import SeedGallery
    from lesionlab.inference.sampler import Sampler
    from lesionlab.models.exported_generator import ExportedGenerator
    from lesionlab.training.projection import Projection

ALL = "all"
SEEDS = 100  # images of each diagnosis that the search sets out from, and is held against
STARTS = 8  # of these, the nearest; of several diagnoses at least two each


@dataclass(frozen=True)
class _Given:
    path: Path
    pixels: Pixels


def project(
    images: Annotated[list[str], typer.Argument(metavar="IMAGE", help="Images, or folders of images.")],
    model: Annotated[str, typer.Option(help="A generator: name, run or folder; see `models list`.")] = "released",
    diagnosis: Annotated[str, typer.Option(help="A code such as mel; all: whichever comes nearest.")] = ALL,
    steps: Annotated[int, typer.Option(help="Steps of the search.", min=1, max=10_000)] = 100,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A new or empty folder.", show_default="in LESIONLAB_HOME")
    ] = None,
) -> None:
    """Find the synthetic image that comes nearest to each image, and tell how near.

    A file that cannot be read stops none of the others; the exit code is then 2.
    """
    from lesionlab.cli.image_files import find_images
    from lesionlab.cli.projected_folder import choose_folder, write_projections
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.gallery import SeedGallery
    from lesionlab.inference.recipe import Recipe
    from lesionlab.inference.sampler import Sampler
    from lesionlab.records.card import WEIGHTS_NAME

    load_generator, search = _load()
    folder = choose_folder(out)
    sampler = Sampler(find_model(model, "generator"))
    generator = load_generator(sampler.folder / WEIGHTS_NAME)
    codes = sampler.card.classes if diagnosis == ALL else (diagnosis,)
    for code in codes:
        sampler.check(Recipe(0, code))
    paths = find_images(images)
    given = list(_readable(paths, sampler.card.image.size_px))
    if given:
        with progress_bar("Sampling", "images") as progress:
            gallery = SeedGallery(sampler, codes, SEEDS, progress)
        with progress_bar("Projecting", "steps") as progress:
            found = list(_project_all(given, sampler, gallery, partial(search, generator, steps=steps), progress))
        write_projections(folder, sampler, found)
        typer.echo("\n".join(map(_told, found)))
        typer.echo(f"Images, each beside its projection, and projections.csv lie in {folder}")
        typer.echo(f"Errors are root mean squares over the pixels, as a share of white. {NOTICE}")
        typer.echo(f"  next: lesionlab inspect {folder / found[0].file}")
    if len(given) < len(paths):
        raise typer.Exit(EXIT_USER)


def _readable(paths: Sequence[Path], size_px: int) -> Iterator[_Given]:
    """Yield the images at the generator's size; report those that cannot be read."""
    from lesionlab.core.imaging import read_for_model, square

    for path in paths:
        try:
            yield _Given(path, square(read_for_model(path, size_px), size_px))
        except LesionLabError as error:
            report(f"{path}: {error.cause}", error.cure)
        except OSError as error:
            cause, cure = explain_os_error(OSError(error.errno, error.strerror))
            report(f"{path}: {cause}", cure)


def _load() -> tuple[type[ExportedGenerator], Callable[..., Projection]]:
    with explain_missing():
        from lesionlab.models.exported_generator import ExportedGenerator
        from lesionlab.training.projection import project as search
    return ExportedGenerator, search


def _project_all(
    given: Sequence[_Given],
    sampler: Sampler,
    gallery: SeedGallery,
    search: Callable[..., Projection],
    progress: Progress,
) -> Iterator[Projected]:
    from lesionlab.cli.projected_folder import FILE_NAME, Projected
    from lesionlab.inference.gallery import rms

    card = sampler.card
    of_each = max(2, STARTS // len({recipe.diagnosis for recipe in gallery.recipes}))
    for number, image in enumerate(given):

        def told(step: float, steps: float, before: int = number, **figures: float) -> None:
            progress(before * steps + step, len(given) * steps, **figures)

        starts = gallery.nearest(image.pixels, of_each)
        recipe = search(starts, card.classes, card.latent_dim, image.pixels, progress=told).recipe
        made = sampler.sample([recipe])[0]
        yield Projected(
            file=FILE_NAME.format(number),
            image=image.path,
            given=image.pixels,
            made=made,
            recipe=recipe,
            error=rms(made, image.pixels),
            seeds=len(gallery.recipes),
            nearest_seed_error=float(gallery.errors(image.pixels).min()),
            mean_image_error=rms(gallery.mean, image.pixels),
        )


def _told(found: Projected) -> str:
    return (
        f"{found.image}: {found.error:.1%} off, as {found.recipe.diagnosis} (nearest of {found.seeds:,} seeds "
        f"{found.nearest_seed_error:.1%}, their mean {found.mean_image_error:.1%})"
    )
