"""One line for each step: what is done, and how long it took."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from launch.failures import LaunchError, explain_os_error, explain_output

_KEPT_LINES = 60
_WIDTH = 100


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(error: LaunchError) -> None:
    """Print an error's cause and cure."""
    sys.stdout.flush()
    sys.stderr.write(f"{error.cause}\n{error.cure}\n")


def seconds(duration: float) -> str:
    """Return a duration as people read it."""
    if duration < 60:
        return f"{duration:.1f} s"
    return f"{int(duration) // 60} min {int(duration) % 60} s"


class Line:
    """The line of a step that goes on: its title, on a terminal its latest news, at the end its duration."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = time.monotonic()
        self._live = sys.stdout.isatty()
        sys.stdout.write(f"  {title} ... ")
        sys.stdout.flush()

    def news(self, text: str) -> None:
        """Show the latest line of output, on a terminal only."""
        if self._live and text.strip():
            spent = seconds(time.monotonic() - self._started)
            shown = f"  {self._title} ... {spent}  {text.strip()}"[:_WIDTH]
            sys.stdout.write(f"\r\x1b[2K{shown}")
            sys.stdout.flush()

    def end(self, word: str = "") -> None:
        """Close the line with the duration, or with a word in its place."""
        if self._live:
            sys.stdout.write(f"\r\x1b[2K  {self._title} ... ")
        say(word or seconds(time.monotonic() - self._started))


def run_step(title: str, command: Sequence[str | Path], env: Mapping[str, str], log: Path) -> None:
    """Run a command as a step, its output appended to `log`.

    Raises:
        LaunchError: it cannot be started or fails; the output decides on cause and cure.
    """
    line = Line(title)
    kept: deque[str] = deque(maxlen=_KEPT_LINES)
    try:
        status = _follow([str(part) for part in command], env, log, line, kept)
    except BaseException as error:
        line.end("stopped")
        if isinstance(error, OSError):
            raise explain_os_error(error) from error
        raise
    if status != 0:
        line.end("failed")
        raise explain_output(title, list(kept), str(log))
    line.end()


def _follow(command: list[str], env: Mapping[str, str], log: Path, line: Line, kept: deque[str]) -> int:
    with (
        log.open("a", encoding="utf-8") as file,
        subprocess.Popen(
            command,
            env=dict(env),
            close_fds=False,  # the lock of launch.alone goes along; everything else of Python's closes itself
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        file.write(f"$ {' '.join(command)}\n")
        try:
            for text in process.stdout or ():
                file.write(text)
                kept.append(text.rstrip())
                line.news(text)
        except BaseException:
            process.terminate()
            raise
    return process.returncode
