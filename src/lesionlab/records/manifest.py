"""The manifest of collected images: what was asked for, what was found, what became of each image, and whose it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

from lesionlab.core.errors import CollectError
from lesionlab.records.collected import STATES, ManifestRecord, QueryRecord, State

MANIFEST_NAME = "manifest.db"
VERSION = 1

_DICTS = ("quality", "details")
_NAMES = tuple(f.name for f in fields(ManifestRecord))
_NUMBERS = ("width", "height", "size_bytes")
_COLUMNS = ", ".join(f"{name} {'INTEGER' if name in _NUMBERS else 'TEXT'} NOT NULL" for name in _NAMES)
_SELECT = f"SELECT {', '.join(_NAMES)} FROM image"
_SCHEMA = f"""
CREATE TABLE query (number INTEGER PRIMARY KEY, source TEXT NOT NULL, text TEXT NOT NULL, licences TEXT NOT NULL,
  requested INTEGER, available INTEGER, started_at TEXT NOT NULL, ended_at TEXT NOT NULL);
CREATE TABLE image ({_COLUMNS}, PRIMARY KEY (source, image_id)) WITHOUT ROWID;
CREATE INDEX image_by_sha256 ON image (sha256);
CREATE INDEX image_by_state ON image (state);
CREATE TABLE found (query INTEGER NOT NULL REFERENCES query, source TEXT NOT NULL, image_id TEXT NOT NULL,
  PRIMARY KEY (query, source, image_id)) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""


class Manifest:
    """The manifest file, opened; each method is one transaction, so that a kill leaves the state before or after it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    # Queries

    def ask(self, query: QueryRecord) -> int:
        """Note a query and return its number; the same one, not yet ended, keeps its number."""
        key = (query.source, query.text, " ".join(query.licences), query.requested)
        with self._writing() as db:
            row = db.execute(
                "SELECT number FROM query WHERE source=? AND text=? AND licences=? AND requested IS ? AND ended_at=''",
                key,
            ).fetchone()
            if row is not None:
                return int(row[0])
            inserted = db.execute(
                "INSERT INTO query (source, text, licences, requested, available, started_at, ended_at) "
                "VALUES (?,?,?,?,?,?,'')",
                (*key, query.available, query.started_at),
            )
            return int(inserted.lastrowid or 0)

    def tell_available(self, number: int, available: int) -> None:
        """Note how many images the source says it has for a query."""
        with self._writing() as db:
            db.execute("UPDATE query SET available=? WHERE number=?", (available, number))

    def end(self, number: int, at: str) -> None:
        """Note that a query came to its end."""
        with self._writing() as db:
            db.execute("UPDATE query SET ended_at=? WHERE number=?", (at, number))

    def queries(self) -> list[QueryRecord]:
        """Return all queries, oldest first."""
        rows = self._connection.execute(
            "SELECT source, text, licences, requested, available, started_at, ended_at, number FROM query ORDER BY 8"
        ).fetchall()
        return [QueryRecord(r[0], r[1], tuple(r[2].split()), *r[3:]) for r in rows]

    def counts(self, number: int | None = None) -> dict[State, int]:
        """Return how many images are in each state, of one query or of all."""
        if number is None:
            rows = self._connection.execute("SELECT state, count(*) FROM image GROUP BY state").fetchall()
        else:
            rows = self._connection.execute(
                "SELECT state, count(*) FROM found JOIN image USING (source, image_id) WHERE query=? GROUP BY state",
                (number,),
            ).fetchall()
        return {state: 0 for state in STATES} | {row[0]: int(row[1]) for row in rows}

    # Images

    def find(self, number: int, record: ManifestRecord) -> ManifestRecord:
        """Note that a query found an image; return the record as it now stands.

        An image that was fetched or forgotten before stays as it was; one that failed or was refused is as found now.
        """
        with self._writing() as db:
            old = self._get(record.source, record.image_id)
            if old is None or old.state not in ("fetched", "forgotten"):
                self._put(db, record)
                old = record
            db.execute("INSERT OR IGNORE INTO found VALUES (?,?,?)", (number, record.source, record.image_id))
        return old

    def has_found(self, number: int, source: str, image_id: str) -> bool:
        """Tell whether a query has found an image."""
        key = (number, source, image_id)
        row = self._connection.execute("SELECT 1 FROM found WHERE query=? AND source=? AND image_id=?", key).fetchone()
        return row is not None

    def put(self, record: ManifestRecord) -> None:
        """Write a record in the place of the one of the same source and id."""
        with self._writing() as db:
            self._put(db, record)

    def change(self, source: str, image_id: str, **values: object) -> ManifestRecord:
        """Change some values of one record and return it.

        Raises:
            CollectError: there is no such record.
        """
        with self._writing() as db:
            old = self._get(source, image_id)
            if old is None:
                raise CollectError(
                    f"{source} has no image '{image_id}' in {self.path}.", "See `lesionlab collect status`."
                )
            new = replace(old, **values)  # type: ignore[arg-type]
            self._put(db, new)
        return new

    def get(self, source: str, image_id: str) -> ManifestRecord | None:
        """Return one record, or None."""
        return self._get(source, image_id)

    def records(
        self, state: State | None = None, source: str | None = None, query: int | None = None
    ) -> Iterator[ManifestRecord]:
        """Yield records in the order of source and id, a thousand at a time in memory."""
        wanted = {"state": state, "source": source}
        clauses = [f"{name}=:{name}" for name, value in wanted.items() if value is not None]
        if query is not None:
            clauses.append(
                "EXISTS (SELECT 1 FROM found f WHERE f.query=:query AND f.source=image.source "
                "AND f.image_id=image.image_id)"
            )
        last = ("", "")
        while True:
            where = " AND ".join([*clauses, "(source, image_id) > (:last_source, :last_id)"])
            rows = self._connection.execute(
                f"{_SELECT} WHERE {where} ORDER BY source, image_id LIMIT 1000",
                {**wanted, "query": query, "last_source": last[0], "last_id": last[1]},
            ).fetchall()
            if not rows:
                return
            yield from (_record(row) for row in rows)
            last = (rows[-1][0], rows[-1][1])

    def with_sha256(self, sha256: str) -> list[ManifestRecord]:
        """Return the fetched records of a file, several where it came from several sources."""
        rows = self._connection.execute(
            f"{_SELECT} WHERE sha256=? AND state='fetched'",
            (sha256,),
        ).fetchall()
        return [_record(row) for row in rows]

    def forgotten_hashes(self) -> frozenset[str]:
        """Return the SHA-256 of every file that was forgotten."""
        rows = self._connection.execute("SELECT sha256 FROM image WHERE state='forgotten' AND sha256<>''").fetchall()
        return frozenset(row[0] for row in rows)

    # Within

    def _get(self, source: str, image_id: str) -> ManifestRecord | None:
        row = self._connection.execute(
            f"{_SELECT} WHERE source=? AND image_id=?",
            (source, image_id),
        ).fetchone()
        return _record(row) if row else None

    def _put(self, db: sqlite3.Connection, record: ManifestRecord) -> None:
        plain = {name: getattr(record, name) for name in _NAMES}
        plain |= {name: json.dumps(plain[name], sort_keys=True) for name in _DICTS}
        marks = ", ".join(f":{name}" for name in _NAMES)
        db.execute(f"INSERT OR REPLACE INTO image ({', '.join(_NAMES)}) VALUES ({marks})", plain)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


@contextmanager
def open_manifest(path: Path, *, create: bool = False) -> Iterator[Manifest]:
    """Open the manifest at `path`, or in the folder `path`, for as long as the block lasts.

    Several processes may have it open; writers wait for one another.

    Raises:
        CollectError: there is none (and `create` is not set), it is damaged, or it is of another version.
    """
    file = path / MANIFEST_NAME if path.is_dir() or path.suffix != ".db" else path
    if not create and not file.is_file():
        raise CollectError(f"There is no manifest at {file}.", "Collect something first: `lesionlab collect --help`.")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(file, timeout=60, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA secure_delete=ON")  # what is forgotten leaves no trace in free pages
            _check_version(connection, file)
            yield Manifest(file, connection)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        full = "disk is full" in str(error)
        cure = "Free some space and run the command again." if full else "Put back a copy of it, or collect anew."
        raise CollectError(f"The manifest {file} cannot be used: {error}.", cure) from error


def _check_version(connection: sqlite3.Connection, file: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if version == 0 and empty:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
    elif version != VERSION:
        raise CollectError(
            f"The manifest {file} is of version {version}; this LesionLab reads version {VERSION}.",
            "Use the LesionLab that wrote it, or collect anew.",
        )
    connection.execute("COMMIT")


def _record(row: tuple[object, ...]) -> ManifestRecord:
    values = dict(zip(_NAMES, row, strict=True))
    for name in _DICTS:
        values[name] = json.loads(str(values[name]))
    return ManifestRecord(**values)  # type: ignore[arg-type]
