"""`lesionlab study status`: what of a study is done, at work, stopped or left, and how many hours are to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.cli.text import table
from lesionlab.records.protocol import PROTOCOL_NAME

if TYPE_CHECKING:
    from lesionlab.study.frozen import FrozenStudy
    from lesionlab.study.state import StageState, StudyState, TrialState

STAGES = {"choice": "choice", "verdict": "verdicts", "sweeps": "sweeps"}
AT_KIMG = ("running", "stopped")
NAMED = 6  # of what is left in an arm; more are counted


def status(
    study: Annotated[str, typer.Argument(help="A study of synthetic images: number, name or folder.")],
) -> None:
    """Say what is done, at work, stopped, diverged and left, arm by arm, and how many hours are to come."""
    from lesionlab.study.frozen import find_frozen
    from lesionlab.study.state import state_of

    found = find_frozen(study)
    state = state_of(found)
    frozen = found.frozen
    others = "another version" if len(frozen.earlier) == 1 else f"{len(frozen.earlier)} other versions"
    before = f", after {others}" if frozen.earlier else ""
    typer.echo(f"{found.path.name}: {found.protocol.title}")
    typer.echo(f"protocol {found.protocol.sha256[:12]}, frozen {frozen.version.frozen_at}{before}")
    typer.echo(_chosen(state))
    typer.echo(table(("", "trainings", "done", "diverged", "running", "left", "hours left"), _overview(state)))
    typer.echo(_generators(state))
    waited_for = [stage for stage in state.stages if stage.stage != "sweeps"]
    shown = waited_for if any(stage.left for stage in waited_for) else state.stages
    lines = [line for stage in shown for line in _arms(stage)]
    if lines:
        typer.echo(f"\n{table(('not done', 'of the real images', 'left', 'which'), lines)}")
    typer.echo(f"  next: lesionlab study {_next(state, found)}")


def _chosen(state: StudyState) -> str:
    if state.choices is None:
        return "arms are not chosen yet: what follows is counted as if the first candidates were\n"
    return f"arms: {state.choices.synthetic} with synthetic images, {state.choices.real} without\n"


def _overview(state: StudyState) -> list[tuple[str, ...]]:
    return [
        (
            STAGES[stage.stage],
            str(len(stage.trials)),
            *(str(_count(stage, fate)) for fate in ("done", "diverged", "running")),
            str(stage.left),
            "?" if stage.seconds_left is None else f"{stage.seconds_left / 3600:.1f}",
        )
        for stage in state.stages
    ]


def _count(stage: StageState, fate: str) -> int:
    return sum(each.fate == fate for each in stage.trials)


def _generators(state: StudyState) -> str:
    every = [each for stage in state.stages for each in stage.generators]
    counts = ", ".join(
        f"{sum(each.fate == fate for each in every)} {fate}" for fate in ("done", "running", "stopped", "left")
    )
    begun = [f"{each.place.name} {each.fate} at {each.kimg:g} kimg" for each in every if each.fate in AT_KIMG]
    return "\n".join([f"\ngenerators: {counts}", *(f"  {line}" for line in begun)])


def _arms(stage: StageState) -> list[tuple[str, ...]]:
    """Return a line for each arm and share of which something is not done."""
    found: dict[tuple[str, float], list[TrialState]] = {}
    for each in stage.trials:
        if each.fate not in ("done", "diverged"):
            found.setdefault((each.trial.arm, each.trial.share), []).append(each)
    return [(arm, f"{100 * share:g}%", str(len(left)), _which(left)) for (arm, share), left in found.items()]


def _which(left: list[TrialState]) -> str:
    named = [
        f"fold {each.trial.fold} seed {each.trial.seed}{' (running)' if each.fate == 'running' else ''}"
        for each in left[:NAMED]
    ]
    more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
    return ", ".join(named) + more


def _next(state: StudyState, study: FrozenStudy) -> str:
    if state.stage("choice").left or state.stage("verdict").left:
        return f"run {study.path / PROTOCOL_NAME}"
    return f"{'sweep' if state.stage('sweeps').left else 'report'} {study.path.name}"
