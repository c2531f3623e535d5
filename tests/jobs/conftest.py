"""A queue of its own for each test, in a file of SQLite, with leases that lapse within a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lesionlab.jobs.database import database_url
from lesionlab.jobs.queue import JobQueue


@pytest.fixture
def queue(home) -> Iterator[JobQueue]:
    found = JobQueue(database_url(), lease_seconds=1.0)
    yield found
    found.close()
