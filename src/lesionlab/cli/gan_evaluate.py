"""`lesionlab gan evaluate`: what a classifier sees in a generator's images, and how far they lie from real ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lesionlab.cli.keep_report import CardChoice, OutChoice, keep_report
from lesionlab.cli.part_options import LedgerChoice, PurposeChoice
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training_choices import SplitChoice
from lesionlab.core.errors import InputError

if TYPE_CHECKING:
    from lesionlab.data.prepared import Part
    from lesionlab.evaluation.against_real import Against
    from lesionlab.evaluation.generator import GeneratorReport
    from lesionlab.inference.sampler import Sampler

ExtractorChoice = Annotated[
    list[str] | None,
    typer.Option(
        "--extractor", help="A feature space: name or folder of an extractor.", show_default="the released ones"
    ),
]


def evaluate(
    model: Annotated[str, typer.Option(help="A generator: name, run or folder.")] = "released",
    data: Annotated[
        str | None,
        typer.Option(help="A prepared data set to hold it against; without one, agreement alone is measured."),
    ] = None,
    split: SplitChoice = None,
    part: Annotated[
        Literal["validation", "test", "external"], typer.Option(help="The part to hold it against.")
    ] = "validation",
    purpose: PurposeChoice = "",
    ledger: LedgerChoice = None,
    extractor: ExtractorChoice = None,
    beside: Annotated[
        list[str] | None,
        typer.Option(help="Another generator whose figures stand beside, such as the faithful DCGAN; may be repeated."),
    ] = None,
    classifier: Annotated[str, typer.Option(help="The classifier that judges.")] = "released",
    count: Annotated[int, typer.Option(help="Images of each diagnosis for the classifier.")] = 100,
    seed: Annotated[int, typer.Option(help="The first seed; image i of a diagnosis has seed + i.")] = 0,
    sheet: Annotated[
        bool,
        typer.Option("--sheet", help="Lay the nearest copies out beside their training images, in LESIONLAB_HOME."),
    ] = False,
    out: OutChoice = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the report here, as a page.")] = None,
    to_card: CardChoice = False,
) -> None:
    """Measure a generator: agreement before any filter, and with --data KID, FID, coverage, copies and more.

    Each figure comes with n, its 95% interval, its feature space, and what other images have at the same n: real ones,
    these blurred, and other generators. Validation is for choosing; --part test is for what is reported.
    """
    from lesionlab.cli.sample_folder import check_count
    from lesionlab.evaluation.generator import evaluate_generator
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.predictor import Predictor
    from lesionlab.inference.reference import REFERENCE_NAME
    from lesionlab.inference.sampler import Sampler

    check_count(count)
    if data is None and (beside or extractor or sheet or split or part != "validation"):
        raise InputError("Only agreement can be measured without real images.", "Add --data, such as --data ham10000.")
    sampler, predictor = Sampler(find_model(model, "generator")), Predictor(find_model(classifier, "classifier"))
    if sheet and not (sampler.folder / REFERENCE_NAME).is_file():
        raise InputError("There is no reference to look for copies with.", "Make it with `lesionlab gan reference`.")
    against = None
    if data is not None:
        others = {name: Sampler(find_model(name, "generator")) for name in beside or ()}
        opening = (data, part, purpose, ledger, split)
        against = _against(sampler, predictor.folder, others, extractor, opening)
    with progress_bar("Evaluating", "steps") as progress:
        found = evaluate_generator(sampler, predictor, count, seed, progress, against)
    keep_report(found, sampler.folder, out, to_card)
    if html is not None:
        _write_page(html, found, sampler)
    if sheet and against is not None:
        _write_sheet(found, sampler, against.part)


def _against(
    sampler: Sampler,
    classifier: Path,
    beside: dict[str, Sampler],
    names: list[str] | None,
    opening: tuple[str, Literal["validation", "test", "external"], str, Path | None, Path | None],
) -> Against:
    """Load what the generator is measured with, and only then open the part, which none of it has seen."""
    from lesionlab.cli.evaluation_part import open_part
    from lesionlab.cli.feature_spaces import load_extractors
    from lesionlab.evaluation.against_real import Against
    from lesionlab.inference.novelty import Novelty
    from lesionlab.inference.reference import REFERENCE_NAME

    extractors = load_extractors(names, sampler.card.image.size_px)
    has_reference = (sampler.folder / REFERENCE_NAME).is_file()
    novelty = Novelty(sampler.folder, extractors) if has_reference else None
    data, part, purpose, ledger, split = opening
    others = [classifier, *(other.folder for other in beside.values()), *(each.folder for each in extractors)]
    opened = open_part(data, part, sampler.folder, purpose, ledger, split, others)
    if novelty is None:
        typer.echo(f"note: copies are not looked for: {sampler.folder} holds no {REFERENCE_NAME}.", err=True)
    return Against(opened, extractors[0], beside, novelty)


def _write_sheet(report: GeneratorReport, sampler: Sampler, part: Part) -> None:
    """Write the sheet into the home folder and nowhere else: it shows images of the data set."""
    from PIL import Image

    from lesionlab.core.files import replacing
    from lesionlab.core.home import home
    from lesionlab.evaluation.nearest import nearest_sheet

    path = home() / "evaluations" / f"nearest-{report.model_sha256[:12]}.png"
    with replacing(path) as beside:
        Image.fromarray(nearest_sheet(report.nearest, sampler, part.data)).save(beside, "PNG")
    typer.echo(f"Nearest: {path} (each synthetic image, turned, at the left of its training image; keep it here)")


def _write_page(path: Path, report: GeneratorReport, sampler: Sampler) -> None:
    from lesionlab.core.files import write_text
    from lesionlab.evaluation.generator_page import generator_page

    write_text(path, generator_page(report, sampler.folder))
    typer.echo(f"Page: {path}")
