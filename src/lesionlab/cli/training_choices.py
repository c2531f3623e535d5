"""What a user may ask of `gan train` and `classifier train`: their options, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lesionlab.records.presets import DEFAULT_PRESET

DEFAULT_DATA = "ham10000"

DataChoice = Annotated[
    str | None, typer.Option("--data", help="A prepared data set, by name or folder.", show_default=DEFAULT_DATA)
]
SplitChoice = Annotated[
    Path | None,
    typer.Option("--split", metavar="FILE", help="Another split of the data, as `lesionlab data split` writes it."),
]
PresetChoice = Annotated[
    str | None, typer.Option("--preset", help="Options to start from.", show_default=DEFAULT_PRESET)
]
ConfigChoice = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="A TOML file with options; changes the preset.")
]
SettingChoice = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="One option; changes preset and file. May be repeated."),
]
ResumeChoice = Annotated[
    str | None, typer.Option("--resume", metavar="RUN", help="Go on with a run, by number, name or folder.")
]
FromChoice = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="RUN", help="Begin with the weights and options of a finished run, for fewer images."
    ),
]
OnlyChoice = Annotated[
    list[str] | None, typer.Option("--only", metavar="CODE", help="Train on this diagnosis alone. May be repeated.")
]
EndChoice = Annotated[
    bool, typer.Option("--end", help="With --resume: train no further, export the best of what the run has.")
]
DryRunChoice = Annotated[bool, typer.Option("--dry-run", help="Print the options and stop.")]
QueueChoice = Annotated[bool, typer.Option("--queue", help="Leave it to a worker (`lesionlab worker`).")]
JobChoice = Annotated[str, typer.Option("--job", hidden=True)]  # the worker says whose training this is


@dataclass(frozen=True)
class Choices:
    """What the user asked for."""

    data: str | None
    preset: str | None
    config: Path | None
    settings: Sequence[str]
    resume: str | None
    dry_run: bool
    split: Path | None = None
    origin: str | None = None
    only: tuple[str, ...] = ()
    end: bool = False
    queue: bool = False
    job: str = ""
