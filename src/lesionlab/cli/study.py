"""`lesionlab study`: many runs under one protocol, and what they say together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesionlab.cli.study_demo import demo
from lesionlab.cli.study_init import init
from lesionlab.cli.study_plan import plan as plan_protocol
from lesionlab.cli.study_report import report
from lesionlab.cli.study_run import run, verdict
from lesionlab.cli.study_status import status
from lesionlab.cli.study_sweep import sweep
from lesionlab.cli.study_theatre import theatre
from lesionlab.cli.study_work import DEFAULT_KIMG, DEFAULT_SEEDS, DEFAULT_SIZE_PX, Asked, recipe, work_on
from lesionlab.cli.training_choices import DataChoice, SettingChoice

app = typer.Typer(help="Studies: many runs under one protocol.", no_args_is_help=True, rich_markup_mode=None)
app.command(short_help="Write the protocol of a study of synthetic images, to read and to change.")(init)
app.command("plan", short_help="Say how long a protocol takes here, and what it can answer.")(plan_protocol)
app.command(short_help="Freeze a protocol, and do all that its verdicts rest on.")(run)
app.command(short_help="Say what of a study is done, at work and left.")(status)
app.command(short_help="Train other arms, doses and shares, which no verdict rests on.")(sweep)
app.command(short_help="Say from the records whether synthetic images help.")(verdict)
app.command(short_help="A whole study in a world whose truth is known, in minutes.")(demo)
app.command(short_help="Stage known leaks beside the honest protocol: what each buys.")(theatre)
app.command(short_help="Page, figure and table of what is done, from the records alone.")(report)

SizeChoice = Annotated[int | None, typer.Option("--size", help="Pixels a side.", show_default=str(DEFAULT_SIZE_PX))]
KimgChoice = Annotated[
    float | None, typer.Option("--kimg", help="Thousand images shown in each run.", show_default=str(DEFAULT_KIMG))
]
SeedsChoice = Annotated[
    int | None,
    typer.Option("--seeds", help="How many seeds each arm has: 0, 1, ...", show_default=str(DEFAULT_SEEDS)),
]
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
PlanChoice = Annotated[
    bool, typer.Option("--plan", help="Show what is done, what is left and how long it takes; stop.")
]


@app.command(short_help="The steps from the faithful DCGAN to the full recipe, and the recipe without each.")
def ladder(
    data: DataChoice = None,
    size: SizeChoice = None,
    kimg: KimgChoice = None,
    seeds: SeedsChoice = None,
    settings: SettingChoice = None,
    judge: JudgeChoice = None,
    seed: SeedChoice = None,
    only: OnlyChoice = None,
    threads: ThreadsChoice = 0,
    study: StudyChoice = None,
    new: NewChoice = False,
    results: ResultsChoice = None,
    plan: PlanChoice = False,
) -> None:
    """Train the ladder of recipes, measure each run on the validation part, and draw the staircase.

    Run again, it goes on: finished runs stay, a stopped one resumes. Several processes may work at once.
    """
    from lesionlab.study.plan import plan_ladder

    asked = Asked(
        "ladder", data, size, kimg, seeds, settings or [], judge or [], [], seed or [], only or [],
        threads, study, new, results or [], plan,
    )  # fmt: skip
    work_on(asked, lambda data: plan_ladder(data, *recipe(asked)))


@app.command(short_help="The full recipe on fewer and fewer training images.")
def sizes(
    data: DataChoice = None,
    size: SizeChoice = None,
    kimg: KimgChoice = None,
    images: Annotated[
        list[int] | None,
        typer.Option(help="Training images; may be repeated.", show_default="250, 900, 1750, 3500, 7000"),
    ] = None,
    seeds: SeedsChoice = None,
    settings: SettingChoice = None,
    judge: JudgeChoice = None,
    seed: SeedChoice = None,
    only: OnlyChoice = None,
    threads: ThreadsChoice = 0,
    study: StudyChoice = None,
    new: NewChoice = False,
    results: ResultsChoice = None,
    plan: PlanChoice = False,
) -> None:
    """Train the full recipe on nested subsets of the training part, measure each run, and draw the curve.

    Run again, it goes on: finished runs stay, a stopped one resumes. Several processes may work at once.
    """
    from lesionlab.study.plan import SIZES, plan_sizes

    asked = Asked(
        "sizes", data, size, kimg, seeds, settings or [], judge or [], images or [], seed or [], only or [],
        threads, study, new, results or [], plan,
    )  # fmt: skip
    work_on(asked, lambda data: plan_sizes(data, *recipe(asked), asked.images or SIZES))
