"""What a user sees when something fails: one sentence of cause, one of what to do next, and an exit code."""

from __future__ import annotations

import errno
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from lesionlab.core.errors import LesionLabError
from lesionlab.core.files import write_text
from lesionlab.core.home import home

EXIT_UNEXPECTED = 1
EXIT_USER = 2
EXIT_INTERRUPTED = 130

_CURES = {
    errno.ENOSPC: "Free some space, or set LESIONLAB_HOME to a folder on another disk.",
    errno.EDQUOT: "Free some space, or set LESIONLAB_HOME to a folder on another disk.",
    errno.EACCES: "Choose a place that you may read and write, or set LESIONLAB_HOME to one.",
    errno.EPERM: "Choose a place that you may read and write, or set LESIONLAB_HOME to one.",
    errno.EROFS: "Choose a place that you may read and write, or set LESIONLAB_HOME to one.",
    errno.ENOENT: "Check the path for a typing mistake.",
    errno.ENOTDIR: "Name a folder here, or another path.",
    errno.EISDIR: "Name a file here, not a folder.",
}


class ReportingGroup(TyperGroup):
    """The root of all commands: turns whatever leaves a command into two lines and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; typer itself would turn Ctrl-C into an exit code without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _stopped()
            raise typer.Exit(EXIT_INTERRUPTED) from None

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run the command that the arguments name and leave with its exit code."""
        settings["standalone_mode"] = False
        try:
            sys.exit(super().main(*args, **settings) or 0)
        except (KeyboardInterrupt, typer.Abort):
            _stopped()
            sys.exit(EXIT_INTERRUPTED)
        except LesionLabError as error:
            report(error.cause, error.cure)
        except OSError as error:
            report(*explain_os_error(error))
        except Exception as error:  # noqa: BLE001 - the last stop: a traceback is for the log, not for the user
            if not hasattr(error, "format_message"):
                report(*_explain_unexpected(error))
                sys.exit(EXIT_UNEXPECTED)
            _report_usage(error)
        sys.exit(EXIT_USER)


def _stopped() -> None:
    typer.echo("Stopped.", err=True)


def report(cause: str, cure: str) -> None:
    """Print a cause and what to do next to stderr."""
    typer.echo(f"error: {cause}", err=True)
    typer.echo(f"  next: {cure}", err=True)


def explain_os_error(error: OSError) -> tuple[str, str]:
    """Return cause and cure of a failure of the operating system, such as a full disk."""
    reason = error.strerror or str(error) or type(error).__name__
    where = f" ({error.filename})" if error.filename else ""
    cure = _CURES.get(error.errno or 0, "Check this path and the disk it lies on, then run the command again.")
    return f"{reason[:1].upper()}{reason[1:]}{where}.", cure


def _report_usage(error: Any) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "lesionlab"
    report(" ".join(error.format_message().split()), f"Run `{command} --help` to see what it accepts.")


def _explain_unexpected(error: Exception) -> tuple[str, str]:
    cause = f"LesionLab failed in a way that it should not ({type(error).__name__})."
    try:
        return cause, f"Please report this, with the file {_write_log(error)}."
    except OSError:
        return cause, f"Please report this: {error}"


def _write_log(error: Exception) -> Path:
    now = datetime.now(UTC)
    path = home() / "logs" / f"failure-{now:%Y%m%d-%H%M%S}.log"
    text = "".join(traceback.format_exception(error))
    write_text(path, f"{now.isoformat()}\nPython {sys.version}\n{text}")
    return path
