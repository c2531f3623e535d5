"""`lesionlab gan sample`: synthetic lesions as PNG files or WebDataset shards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.cli.gan_evaluate import ExtractorChoice
from lesionlab.cli.progress import progress_bar
from lesionlab.core.errors import InputError
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.inference.candidates import Tally
    from lesionlab.inference.filters import Agreement, Filter, Novel
    from lesionlab.inference.sampler import Sampler

VALIDATION = "validation"
WITHHELD_AS = {"agreement": "not agreed", "novelty": "copies"}


def sample(
    model: Annotated[str, typer.Option(help="A generator: name, run or folder; see `models list`.")] = "released",
    diagnosis: Annotated[str, typer.Option(help="A code such as mel, or all.")] = "all",
    count: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N|CODE=N",
            help="Images of each diagnosis asked for, or of one, such as mel=200; repeatable.",
            show_default="8",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The first seed; image i has seed + i.")] = 0,
    truncation: Annotated[
        float | None, typer.Option(help="Limit of the latents, in standard deviations.", show_default="none")
    ] = None,
    agreement: Annotated[
        str | None,
        typer.Option(
            metavar="P|validation",
            help="Keep images for which the classifier gives the diagnosis at least this probability, or is as sure "
            "as of real validation images.",
            show_default="no filter",
        ),
    ] = None,
    classifier: Annotated[str, typer.Option(help="The classifier that judges, with --agreement.")] = "released",
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The prepared data, with --agreement validation.",
            show_default="what the classifier was trained on",
        ),
    ] = None,
    split: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another split of that data.", show_default="its own")
    ] = None,
    novelty: Annotated[
        bool, typer.Option("--novelty", help="Withhold images that count as copies of training images.")
    ] = False,
    extractor: ExtractorChoice = None,
    tries: Annotated[
        int, typer.Option(help="With a filter: images to make for each asked for, before giving up.", min=1)
    ] = 20,
    shards: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Write tar files of N images each, as WebDataset reads them.", show_default="PNG files"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A new or empty folder.", show_default="in LESIONLAB_HOME")
    ] = None,
    sheet: Annotated[bool, typer.Option("--sheet", help="Also lay the first images out in sheet.png.")] = False,
) -> None:
    """Write synthetic lesions with their provenance inside, and a manifest.csv.

    The same command goes on where it was stopped, and ends with the same bytes.
    """
    from lesionlab.cli.sample_folder import choose_folder, counts_for
    from lesionlab.core.processes import cores
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.sample_folder import begin, plan_for, sample_into
    from lesionlab.inference.sampler import Sampler

    if shards is not None and shards < 1:
        raise InputError(f"--shards {shards} is below 1.", "Give the images of a shard, such as 1000.")
    sampler = Sampler(find_model(model, "generator"), streams=cores())
    counts = counts_for(sampler.card.classes, diagnosis, count or [])
    plan_for(sampler, counts, seed, truncation=truncation)  # a typing mistake is told before a filter takes its time
    filters: list[Filter] = [] if agreement is None else [_agreement(agreement, classifier, data, split, counts)]
    filters += [_novelty(sampler, extractor)] if novelty else []
    plan = plan_for(
        sampler, counts, seed, truncation=truncation, images_per_shard=shards or 0, sheet=sheet, filters=filters
    )
    folder = choose_folder(out, f"{diagnosis}-seed{seed}", plan)
    if begin(folder, plan):
        typer.echo(f"All {plan.total:,} synthetic images lie in {folder} already; nothing was left to do.")
        return
    try:
        with progress_bar("Sampling", "images") as progress:
            tally = sample_into(folder, sampler, plan, filters, tries, progress)
    except KeyboardInterrupt:
        typer.echo(f"The set in {folder} is not whole: the same command goes on.", err=True)
        raise
    typer.echo(f"{plan.total:,} synthetic images and manifest.csv lie in {folder}")
    if filters:
        typer.echo(_told(tally))
    typer.echo(f"{sampler.card.licence}. {NOTICE}")
    follows = f"gan publish {folder} --to FOLDER" if shards else f"classifier predict {folder}"
    typer.echo(f"  next: lesionlab {follows}")


def _agreement(asked: str, classifier: str, data: str | None, split: Path | None, counts: dict[str, int]) -> Agreement:
    from lesionlab.data.prepared import open_prepared
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.filters import Agreement
    from lesionlab.inference.predictor import Predictor

    predictor = Predictor(find_model(classifier, "classifier"))
    if asked == VALIDATION:
        part = open_prepared(data or predictor.card.training.data, split).part(VALIDATION)
        with progress_bar("Measuring agreement on validation", "images") as progress:
            made = Agreement.from_validation(predictor, part, progress)
        typer.echo(f"Agreement of at least {made.use.limit:g}, from {len(part.labels):,} real validation images.")
    else:
        made = Agreement(predictor, _probability(asked))
    made.check(tuple(counts))
    return made


def _novelty(sampler: Sampler, extractor: list[str] | None) -> Novel:
    from lesionlab.cli.feature_spaces import load_extractors
    from lesionlab.inference.filters import Novel
    from lesionlab.inference.novelty import Novelty

    extractors = load_extractors(extractor, sampler.card.image.size_px)
    return Novel(sampler.folder, Novelty(sampler.folder, extractors), [each.folder for each in extractors])


def _probability(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InputError(
            f"--agreement {text[:40]} is no probability.", "Give a number such as 0.5, or `validation`."
        ) from error


def _told(tally: Tally) -> str:
    kept, made = tally.kept.total(), tally.tried.total()
    reasons = ", ".join(f"{n:,} {WITHHELD_AS[name]}" for name, n in tally.withheld.items())
    return f"Asked for {kept:,}, made {made:,}, withheld {made - kept:,}{': ' * bool(reasons)}{reasons}."
