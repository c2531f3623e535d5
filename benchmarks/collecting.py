"""`collect isic` from a host on loopback, without delays, beside a loop of plain httpx2 in one thread.

`python -m benchmarks.collecting 20000` collects so many once, and tells the memory at each tenth of the way.
"""

from __future__ import annotations

import dataclasses
import itertools
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import httpx2

from benchmarks.comparison import Comparison, compare
from lesionlab.collect.collection import open_collection
from lesionlab.collect.isic import collect_isic
from lesionlab.collect.isic_archive import IsicArchive
from lesionlab.collect.isic_query import isic_query
from lesionlab.collect.looking import looking_apart
from lesionlab.collect.transfer import Transfer
from lesionlab.curate.identity import ham10000_inspector

HOSTS = Path(__file__).resolve().parent.parent / "tests" / "hosts"
DRAWINGS = 18  # distinct pictures; the others repeat them with other bytes behind
HOST = "host"
PROC = Path("/proc")
TENTHS = 10


def comparisons(count: int = 2000, rounds: int = 3) -> Iterator[Comparison]:
    """Collect `count` small files both ways; the plain way keeps no manifest, checks nothing and cannot go on."""
    with tempfile.TemporaryDirectory() as temporary, host(count) as address:
        folder = Path(temporary)
        numbers = itertools.count()  # a new folder each round: what is there already is not fetched again
        resident: list[list[float]] = []

        def ours() -> None:
            resident.append(collect(address, folder / f"ours-{next(numbers)}", count))

        def plain() -> None:
            collect_plainly(address, folder / f"plain-{next(numbers)}", count)

        name = f"collect isic, {count:,} files, no delays"
        found = compare(name, "httpx2, one thread", "files", count, ours, plain, rounds)
        first = resident[0]  # later rounds find warm what the first one had to fill
        told = (
            f"{found.plain}; resident {first[-1] - first[0]:+.1f} MiB after the first tenth" if first else found.plain
        )
        yield dataclasses.replace(found, plain=told)


def collect(address: str, folder: Path, count: int) -> list[float]:
    """Collect all images; return the MiB resident at each tenth of the way, empty where the system does not tell."""
    resident: list[float] = []
    marks = {count * tenth // TENTHS for tenth in range(1, TENTHS + 1)}

    def watch(done: float, total: float, **figures: float) -> None:
        if done in marks and (held := resident_mib()) is not None:
            resident.append(held)

    with (
        Transfer(["127.0.0.1"], delay_s=0) as transfer,
        looking_apart(ham10000_inspector) as look,  # as the command does: is it HAM10000's, and how good is it
        open_collection(folder, look, create=True) as collection,
    ):
        outcome = collect_isic(collection, IsicArchive(transfer, address), isic_query(), None, watch)
    if outcome.fetched != count:
        raise SystemExit(f"{outcome.fetched:,} of {count:,} files came.")
    return resident


def collect_plainly(address: str, folder: Path, count: int) -> None:
    """List and fetch as one would write it in ten minutes."""
    folder.mkdir()
    with httpx2.Client() as client:
        url: str | None = f"{address}images/search/?limit=100"
        while url:
            page = client.get(url).json()
            for image in page["results"]:
                content = client.get(image["files"]["full"]["url"]).content
                (folder / f"{image['isic_id']}.jpg").write_bytes(content)
            url = page["next"]
    if len(list(folder.iterdir())) != count:
        raise SystemExit("Not all files came.")


def resident_mib() -> float | None:
    """Return the resident MiB of this process and of those that look at pictures; None where the system is silent.

    The host's own process does not count.
    """
    pids = [os.getpid(), *(p.pid for p in multiprocessing.active_children() if p.name != HOST)]
    files = [PROC / str(pid) / "statm" for pid in pids]
    if not all(file.exists() for file in files):
        return None
    return sum(int(file.read_text().split()[1]) for file in files) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def host(count: int) -> Iterator[str]:
    """Serve an archive of `count` images from a process of its own; yield the address of its API."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(count, there), daemon=True, name=HOST)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("enough")
        process.join(timeout=10)
        process.terminate()


def _serve(count: int, pipe: Connection) -> None:
    sys.path.insert(0, str(HOSTS))
    from isic_host import Held, IsicHost, pictures  # type: ignore[import-not-found]
    from loopback import serving  # type: ignore[import-not-found]

    drawn = pictures(DRAWINGS)
    held = [
        Held(f"ISIC_{number:07d}", drawn[number % DRAWINGS].content + number.to_bytes(4, "big"))
        for number in range(count, 0, -1)
    ]
    by_id = {each.isic_id: each for each in held}

    class Archive(IsicHost):  # type: ignore[misc]
        """One that searches nothing and remembers nothing, so that the clients are measured and not the host."""

        find: Callable[[str], object] = staticmethod(by_id.get)

        def _found(self, query: dict[str, str]) -> list[object]:
            self.requests.clear()
            return held

    with serving(Archive(held)) as archive:
        pipe.send(archive.address)
        pipe.recv()


def main(count: int) -> None:
    """Collect so many once and print the rate, and the memory at each tenth."""
    with tempfile.TemporaryDirectory() as temporary, host(count) as address:
        started = time.perf_counter()
        resident = collect(address, Path(temporary) / "collected", count)
        rate = count / (time.perf_counter() - started)
    print(f"collect isic, {count:,} files: {rate:.0f} files/s")
    print("MiB resident at each tenth:", " ".join(f"{held:.0f}" for held in resident) or "not told by this system")


if __name__ == "__main__":
    main(int((sys.argv[1:2] or ["2000"])[0]))
