"""A queue of its own for each test, with leases that lapse within a second: in SQLite, and the same in PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from absent import absent

from lesionlab.jobs.database import VARIABLE, database_url
from lesionlab.jobs.queue import JobQueue


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def queue(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobQueue]:
    if request.param == "postgres":
        monkeypatch.setenv(VARIABLE, request.getfixturevalue("database"))
    found = JobQueue(database_url(), lease_seconds=1.0)
    yield found
    found.close()


@pytest.fixture
def database(server: str, request: pytest.FixtureRequest) -> str:
    """The address of a new database."""
    name = f"test_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server of the tests' own, on loopback."""
    programs = _programs()
    # Not pytest's folder, which the server's own user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="lesionlab-postgres-"))
    folder.chmod(0o777)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, settings = str(folder / "data"), f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    _as_no_root([f"{programs}/initdb", "-D", data, "-U", "lesionlab", "-A", "trust", "-E", "UTF8"])
    _as_no_root([f"{programs}/pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start"])
    yield f"postgresql://lesionlab@127.0.0.1:{port}"
    _as_no_root([f"{programs}/pg_ctl", "-D", data, "-m", "immediate", "stop"])
    shutil.rmtree(folder)


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs, or skip."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if on_path is None and not found:
        absent("PostgreSQL's server is not installed")
    return Path(on_path).parent if on_path else found[-1].parent


def _as_no_root(command: Sequence[str]) -> None:
    user = ["runuser", "-u", "postgres", "--"] if os.name != "nt" and os.getuid() == 0 else []
    subprocess.run([*user, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")
