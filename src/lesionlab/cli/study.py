"""`lesionlab study`: many runs under one protocol, and what they say together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesionlab.cli.study_work import Asked, recipe, work_on
from lesionlab.cli.training import DEFAULT_DATA, DataChoice, SettingChoice

app = typer.Typer(help="Studies: many runs under one protocol.", no_args_is_help=True, rich_markup_mode=None)

KimgChoice = Annotated[float, typer.Option("--kimg", help="Thousand images shown in each run.")]
SizeChoice = Annotated[int, typer.Option("--size", help="Pixels a side.")]
SeedsChoice = Annotated[int, typer.Option("--seeds", help="How many seeds each arm has: 0, 1, ...")]
SeedChoice = Annotated[list[int] | None, typer.Option("--seed", help="Do this seed's runs only; may be repeated.")]
OnlyChoice = Annotated[
    list[str] | None, typer.Option("--only", metavar="ARM", help="Do this arm's runs only; may be repeated.")
]
JudgeChoice = Annotated[
    list[str] | None,
    typer.Option("--judge", metavar="KEY=VALUE", help="An option of the classifier taught by synthetic images."),
]
ThreadsChoice = Annotated[int, typer.Option("--threads", help="CPU threads of a run; 0: as many as there are.")]
StudyChoice = Annotated[
    str | None, typer.Option("--study", metavar="STUDY", help="Go on with a study, by number, name or folder.")
]
NewChoice = Annotated[bool, typer.Option("--new", help="Begin anew, though the same study has begun.")]
ResultsChoice = Annotated[
    list[Path] | None,
    typer.Option("--results", metavar="FOLDER", help="Take in records of runs done elsewhere; may be repeated."),
]
PlanChoice = Annotated[bool, typer.Option("--plan", help="Show what is done and what is left, and stop.")]
ReportChoice = Annotated[bool, typer.Option("--report", help="Write page, figure and table of what is done, and stop.")]


@app.command(short_help="The steps from the faithful DCGAN to the full recipe, and the recipe without each.")
def ladder(
    data: DataChoice = None,
    size: SizeChoice = 32,
    kimg: KimgChoice = 300,
    seeds: SeedsChoice = 2,
    settings: SettingChoice = None,
    judge: JudgeChoice = None,
    seed: SeedChoice = None,
    only: OnlyChoice = None,
    threads: ThreadsChoice = 0,
    study: StudyChoice = None,
    new: NewChoice = False,
    results: ResultsChoice = None,
    plan: PlanChoice = False,
    report: ReportChoice = False,
) -> None:
    """Train the ladder of recipes, measure each run on the validation part, and draw the staircase.

    Run again, it goes on: finished runs stay, a stopped one resumes. Several processes may work at once.
    """
    from lesionlab.study.plan import plan_ladder

    asked = Asked(
        data or DEFAULT_DATA, size, kimg, seeds, settings or [], judge or [], seed or [], only or [],
        threads, study, new, results or [], plan, report,
    )  # fmt: skip
    work_on(asked, lambda data: plan_ladder(data, *recipe(asked)))


@app.command(short_help="The full recipe on fewer and fewer training images.")
def sizes(
    data: DataChoice = None,
    size: SizeChoice = 32,
    kimg: KimgChoice = 300,
    images: Annotated[
        list[int] | None,
        typer.Option(help="Training images; may be repeated.", show_default="250, 900, 1750, 3500, 7000"),
    ] = None,
    seeds: SeedsChoice = 2,
    settings: SettingChoice = None,
    judge: JudgeChoice = None,
    seed: SeedChoice = None,
    only: OnlyChoice = None,
    threads: ThreadsChoice = 0,
    study: StudyChoice = None,
    new: NewChoice = False,
    results: ResultsChoice = None,
    plan: PlanChoice = False,
    report: ReportChoice = False,
) -> None:
    """Train the full recipe on nested subsets of the training part, measure each run, and draw the curve.

    Run again, it goes on: finished runs stay, a stopped one resumes. Several processes may work at once.
    """
    from lesionlab.study.plan import SIZES, plan_sizes

    asked = Asked(
        data or DEFAULT_DATA, size, kimg, seeds, settings or [], judge or [], seed or [], only or [],
        threads, study, new, results or [], plan, report, images or list(SIZES),
    )  # fmt: skip
    work_on(asked, lambda data: plan_sizes(data, *recipe(asked), asked.sizes))
