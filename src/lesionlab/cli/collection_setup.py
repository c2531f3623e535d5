"""How commands open the collection: with what knows HAM10000's images, and only where the extra packages are there."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from lesionlab.core.errors import MissingPartError

if TYPE_CHECKING:
    from lesionlab.collect.collection import Collection, Inspect

PACKAGES = ("httpx2", "tenacity")
SHORTEST_TOLD_S = 2.0
SECONDS_BETWEEN_TOLD = 5.0
_quiet = threading.Lock()


@contextmanager
def collecting() -> Iterator[Collection]:
    """Open the home's collection to add to it; each picture is compared with HAM10000 and its quality measured.

    Raises:
        MissingPartError: the packages that fetch are not installed.
        CollectError: the manifest cannot be used.
    """
    require_packages()
    from lesionlab.collect.collection import open_collection

    with open_collection(inspect=_inspector(), create=True) as collection:
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


def _inspector() -> Inspect:
    from lesionlab.curate.identity import ham10000_inspector

    return ham10000_inspector()
