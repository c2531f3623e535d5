"""Which workers live: each says so every few seconds, by the database's clock; one looks after the rest."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Float,
    MetaData,
    String,
    Table,
    cast,
    delete,
    extract,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import func
from sqlalchemy.sql.elements import ColumnElement

from lesionlab.records.job import WorkerRecord

CARETAKER = "caretaker"  # the lease of the one that looks after jobs whose worker died

_METADATA = MetaData()
_LEASES = Table(
    "lesionlab_leases",
    _METADATA,
    Column("name", String(100), primary_key=True),
    Column("holder", String(100), nullable=False),
    Column("host", String(255), nullable=False),
    Column("trains", Boolean, nullable=False),
    Column("seen_at", Float, nullable=False),  # seconds, by the clock of the database
)


@dataclass(frozen=True)
class Leases:
    """The table of leases; one that was not renewed for `seconds` has lapsed."""

    engine: Engine
    seconds: float

    def create(self) -> None:
        """Make the table where there is none."""
        _METADATA.create_all(self.engine)

    def renew(self, worker: WorkerRecord) -> None:
        """Say that a worker lives."""
        self._take(worker.id, worker)

    def look_after(self, worker: WorkerRecord) -> bool:
        """Return whether this worker is the one that looks after the others; it is then, for as long as a lease."""
        return self._take(CARETAKER, worker)

    def let_go(self, worker: WorkerRecord) -> None:
        """Say that a worker has gone."""
        with self.engine.begin() as connection:
            connection.execute(delete(_LEASES).where(_LEASES.c.holder == worker.id))

    def living(self) -> tuple[WorkerRecord, ...]:
        """Return the workers whose lease has not lapsed."""
        rows = select(_LEASES).where(_LEASES.c.name != CARETAKER, _LEASES.c.seen_at > self._now() - self.seconds)
        with self.engine.connect() as connection:
            found = connection.execute(rows.order_by(_LEASES.c.name)).all()
        return tuple(WorkerRecord(row.holder, row.host, row.trains) for row in found)

    def _take(self, name: str, worker: WorkerRecord) -> bool:
        now, mine = self._now(), _LEASES.c.holder == worker.id
        free = mine | (_LEASES.c.seen_at <= now - self.seconds)
        held = update(_LEASES).where(_LEASES.c.name == name, free)
        values = {"name": name, "holder": worker.id, "host": worker.host, "trains": worker.trains, "seen_at": now}
        with self.engine.begin() as connection:
            if connection.execute(held.values(values)).rowcount:
                return True
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(_LEASES).values(values))
        except IntegrityError:
            return False  # there is one, and another's
        return True

    def _now(self) -> ColumnElement[float]:
        if self.engine.dialect.name == "sqlite":
            return (func.julianday("now") - 2440587.5) * 86400.0
        return cast(extract("epoch", func.clock_timestamp()), Float)
