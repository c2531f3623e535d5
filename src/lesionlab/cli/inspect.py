"""`lesionlab inspect`: did a generator of ours make this file?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lesionlab.cli.failures import EXIT_USER, explain_os_error, report
from lesionlab.cli.progress import progress_bar
from lesionlab.core.errors import ImageError, LesionLabError, TooLargeError
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.inference.inspection import Finding, Inspector

LONGEST_LINE = 300  # of what a record says of itself: it may say anything


@dataclass(frozen=True)
class Outcome:
    """What became of one file: what was found out, or cause and cure of why nothing was."""

    path: Path
    finding: Finding | None = None
    error: tuple[str, str] | None = None


def inspect(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Images, or folders of images.")],
    models: Annotated[
        list[Path] | None,
        typer.Option(
            "--model",
            metavar="FOLDER",
            help="A generator that lies elsewhere; may be given again.",
            show_default="those of `models list`",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say whether files are ours, not ours or unknown, and make each image again to prove it.

    A file that cannot be read stops none of the others; the exit code is then 2.
    """
    from lesionlab.cli.image_files import find_images
    from lesionlab.inference.inspection import Inspector

    paths = find_images(files)
    inspector = Inspector(models or [])
    outcomes = []
    with progress_bar("Inspecting", "files") as progress:
        for outcome in _inspect_all(inspector, paths):
            outcomes.append(outcome)
            progress(len(outcomes), len(paths))
    for outcome in outcomes:
        if outcome.error is not None:
            report(f"{outcome.path}: {outcome.error[0]}", outcome.error[1])
        elif not as_json:
            typer.echo(_told(outcome))
    if as_json:
        plain = {"notice": NOTICE, "files": [_plain(outcome) for outcome in outcomes]}
        typer.echo(json.dumps(plain, indent=2))  # in ASCII: a record's letters may be anything
    if any(outcome.error is not None for outcome in outcomes):
        raise typer.Exit(EXIT_USER)


def _inspect_all(inspector: Inspector, paths: Sequence[Path]) -> Iterator[Outcome]:
    for path in paths:
        try:
            yield Outcome(path, inspector.inspect(_read(path)))
        except ImageError as error:  # its own cure is for who brings an image to classify
            yield Outcome(path, error=(error.cause, "Name an image file; of a damaged one nothing can be shown."))
        except LesionLabError as error:
            yield Outcome(path, error=(error.cause, error.cure))
        except OSError as error:
            yield Outcome(path, error=explain_os_error(OSError(error.errno, error.strerror)))


def _read(path: Path) -> bytes:
    from lesionlab.inference.animation import MAX_BYTES

    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLargeError(f"The file has more than {MAX_BYTES // 2**20} MB.", "No file of ours is so large.")
    return content


def _told(outcome: Outcome) -> str:
    from lesionlab.inference.provenance import told_recipe

    found = outcome.finding
    assert found is not None
    recorded = [] if found.record is None else [f"recorded: {told_recipe(found.record)}"]
    lines = [_printable(line) for line in (found.reason, *found.notes, *recorded)]
    return "\n  ".join([f"{outcome.path}: {found.verdict}", *lines])


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in line[:LONGEST_LINE])


def _plain(outcome: Outcome) -> dict[str, Any]:
    from lesionlab.records.codec import to_plain

    if outcome.error is not None:
        return {"file": str(outcome.path), "error": {"cause": outcome.error[0], "cure": outcome.error[1]}}
    return {"file": str(outcome.path), **to_plain(outcome.finding)}
