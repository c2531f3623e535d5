"""The options with which a command opens the part that a model is measured on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PurposeChoice = Annotated[str, typer.Option(help="Why the test or external part is opened; goes into the ledger.")]
LedgerChoice = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The ledger of test openings.", show_default="in LESIONLAB_HOME"),
]
