"""`lesionlab study init`: a protocol to begin with, as a file that one reads and changes before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesionlab.cli.training_choices import DEFAULT_DATA, DataChoice
from lesionlab.core.errors import InputError
from lesionlab.records.protocol import PROTOCOL_NAME

HEAD = """\
# A protocol of LesionLab: everything that could change the verdict of a study. docs/studies.md tells each key.
# Change it now. The first run freezes it; another protocol is another study, and the report lists them all.
"""


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="The file to write.")] = Path(PROTOCOL_NAME),
    data: DataChoice = None,
    size: Annotated[int, typer.Option("--size", help="Pixels a side.")] = 64,
    generator_kimg: Annotated[
        float, typer.Option("--generator-kimg", help="Thousand images shown to each generator.")
    ] = 500,
    classifier_kimg: Annotated[
        float, typer.Option("--classifier-kimg", help="Thousand images shown to each classifier.")
    ] = 80,
) -> None:
    """Write the protocol of a study of synthetic images, to read and to change; nothing runs yet."""
    from lesionlab.core.files import write_text
    from lesionlab.records.protocol import protocol_as_toml
    from lesionlab.study.first_protocol import first_protocol

    if file.suffix != ".toml" or file.exists():
        raise InputError(
            f"{file} exists already." if file.exists() else f"{file} does not end in .toml.",
            "Name a new file, such as protocol.toml.",
        )
    protocol = first_protocol(data or DEFAULT_DATA, size, generator_kimg, classifier_kimg)
    write_text(file, HEAD + "\n" + protocol_as_toml(protocol))
    typer.echo(f"{file}: {len(protocol.arms)} arms, {protocol.folds} folds, protocol {protocol.sha256[:12]}")
