"""`lesionlab inspect`: did a generator of ours make this file?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lesionlab.cli.failures import EXIT_USER, explain_os_error, report
from lesionlab.cli.progress import progress_bar
from lesionlab.core.errors import LesionLabError, TooLargeError
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.inference.inspection import Finding, Inspector

Outcome = tuple[Path, "Finding | tuple[str, str]"]  # what was found out, or cause and cure of why nothing was


def inspect(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Images, or folders of images.")],
    models: Annotated[
        list[Path] | None,
        typer.Option(
            "--model", metavar="FOLDER", help="A generator that lies elsewhere.", show_default="the known ones"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say whether files are ours, not ours or unknown, and make each image again to prove it.

    A file that cannot be read stops none of the others; the exit code is then 2.
    """
    from lesionlab.cli.predict_files import find_images
    from lesionlab.inference.inspection import Inspector

    paths = find_images(files)
    inspector = Inspector(models or [])
    with progress_bar("Inspecting", "files") as progress:
        outcomes = []
        for outcome in _inspect_all(inspector, paths):
            outcomes.append(outcome)
            progress(len(outcomes), len(paths))
    for path, found in outcomes:
        if isinstance(found, tuple):
            report(f"{path}: {found[0]}", found[1])
        elif not as_json:
            typer.echo(_told(path, found))
    if as_json:
        listed = [_plain(path, found) for path, found in outcomes]
        typer.echo(json.dumps({"notice": NOTICE, "files": listed}, indent=2, ensure_ascii=False))
    if any(isinstance(found, tuple) for _, found in outcomes):
        raise typer.Exit(EXIT_USER)


def _inspect_all(inspector: Inspector, paths: Sequence[Path]) -> Iterator[Outcome]:
    from lesionlab.inference.animation import MAX_BYTES

    for path in paths:
        try:
            if path.stat().st_size > MAX_BYTES:
                raise TooLargeError(
                    f"The file has {path.stat().st_size / 2**20:.1f} MB.", "No file of ours has more than 100."
                )
            yield path, inspector.inspect(path.read_bytes())
        except LesionLabError as error:
            yield path, (error.cause, error.cure)
        except OSError as error:
            yield path, explain_os_error(OSError(error.errno, error.strerror))


def _told(path: Path, found: Finding) -> str:
    from lesionlab.inference.provenance import told_recipe

    lines = [f"{path}: {found.verdict}", f"  {found.reason}", *(f"  {note}" for note in found.notes)]
    if found.record is not None:
        lines.append(f"  recorded: {told_recipe(found.record)}")
    return "\n".join(lines)


def _plain(path: Path, found: Finding | tuple[str, str]) -> dict[str, Any]:
    from lesionlab.records.codec import to_plain

    if isinstance(found, tuple):
        return {"file": str(path), "error": {"cause": found[0], "cure": found[1]}}
    plain: dict[str, Any] = {"file": str(path), **to_plain(found)}
    return plain
