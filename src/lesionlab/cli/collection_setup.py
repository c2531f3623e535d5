"""How commands open the collection, with what knows HAM10000's images; what hosts need: packages and patience."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from lesionlab.core.errors import LesionLabError, MissingPartError

if TYPE_CHECKING:
    from lesionlab.collect.collection import Collection
    from lesionlab.collect.looking import Inspect
    from lesionlab.data.prepared import PreparedData

HAM10000 = "ham10000"
PACKAGES = ("httpx2", "tenacity")
SHORTEST_TOLD_S = 2.0
SECONDS_BETWEEN_TOLD = 5.0
_quiet = threading.Lock()


@contextmanager
def collecting() -> Iterator[Collection]:
    """Open the home's collection to add to it; each picture is compared with HAM10000 and its quality measured.

    Raises:
        CollectError: the manifest cannot be used.
    """
    from lesionlab.collect.collection import open_collection
    from lesionlab.collect.looking import looking_apart

    with looking_apart(ham10000_and_quality) as look, open_collection(look=look, create=True) as collection:
        yield collection


def tell_wait(seconds: float, cause: str) -> None:
    """Say on stderr that a host is waited for, at most once in a few seconds, from any thread."""
    with _quiet:
        if seconds < SHORTEST_TOLD_S or time.monotonic() < _Told.again_at:
            return
        _Told.again_at = time.monotonic() + SECONDS_BETWEEN_TOLD
    typer.echo(f"Waiting {seconds:.0f} s: {cause}", err=True)


class _Told:
    again_at = 0.0


def require_packages(*packages: str) -> None:
    """Raise an error unless these packages are installed, or (without any) those that every fetching needs.

    Raises:
        MissingPartError: one of them is not.
    """
    for package in packages or PACKAGES:
        if importlib.util.find_spec(package) is None:
            raise MissingPartError(
                f"Collecting needs '{package}', which is not installed.", 'Run `pip install "lesionlab[collect]"`.'
            )


def ham10000_and_quality() -> Inspect:
    """Return what compares a picture with HAM10000, as far as it is there, and measures its quality."""
    from lesionlab.curate.identity import ham10000_inspector

    return ham10000_inspector(_prepared_ham10000())


def _prepared_ham10000() -> PreparedData | None:
    """Return HAM10000 as it is prepared here, to compare pixels where hashes are near; None where it is not."""
    from lesionlab.data.prepared import open_prepared

    try:
        prepared = open_prepared(HAM10000)
    except LesionLabError:
        return None
    return prepared if prepared.record.kind == HAM10000 else None
