"""Where the queue is kept: a file of SQLite in the home folder, or PostgreSQL by its address."""

from __future__ import annotations

import json
import os
from typing import Any

from dbos import Serializer
from sqlalchemy import URL, make_url

from lesionlab.core.home import home

VARIABLE = "LESIONLAB_DATABASE_URL"
APPLICATION = "lesionlab"
# Jobs outlive an update of LesionLab: what a worker of one version left, the next one goes on with.
APPLICATION_VERSION = "1"
QUEUE = "training"
WORKFLOW = "train"


def database_url() -> str:
    """Return the address of the queue: `LESIONLAB_DATABASE_URL`, or `jobs.db` in the home folder."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return chosen
    home().mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{home() / 'jobs.db'}"


def with_driver(url: str) -> URL:
    """Return the address as SQLAlchemy needs it: PostgreSQL through psycopg 3, which dbos brings."""
    found = make_url(url)
    return found.set(drivername="postgresql+psycopg") if found.drivername == "postgresql" else found


class JsonSerializer(Serializer):
    """What the queue keeps as JSON: nothing that it reads can run anything."""

    def serialize(self, data: Any) -> str:
        """Return plain values as JSON, an exception as its text."""
        return json.dumps(data, default=str)

    def deserialize(self, serialized_data: str) -> Any:
        """Return what JSON says."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Name the format in the database."""
        return "json"
