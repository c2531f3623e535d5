"""Who works on what in the folder of a study: one process at a time, until its block or the process ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lesionlab.core.locks import try_lock


@contextmanager
def claim(folder: Path, name: str) -> Iterator[bool]:
    """Yield whether this process may work on what goes by a name in a study's folder."""
    claims = folder / "claims"
    claims.mkdir(parents=True, exist_ok=True)
    with (claims / name).open("ab") as file, try_lock(file) as held:
        yield held


def claimed(folder: Path, name: str) -> bool:
    """Return whether some process on this machine works on what goes by a name."""
    path = folder / "claims" / name
    if not path.is_file():
        return False
    with path.open("ab") as file, try_lock(file) as free:
        return not free
