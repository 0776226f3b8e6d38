"""What was read before, by content: one SQLite file in the user's cache folder.

Two processes may use it at once. A damaged file is moved aside and begun anew; where the cache cannot be used at all
(read-only home, full disk, locked for long) a warning is logged and the run goes on without it: a cache may make an
audit slow, never wrong.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

FILE = "facts-2.sqlite3"  # the number is that of the tables below
MAX_BYTES = 2_000_000_000
KEEP = 0.8  # of max_bytes, once it is exceeded
SUM = 4  # bytes before each value that tell whether it is what was written
ROW = 100  # bytes that an entry costs beside its value, about
BATCH = 500  # keys asked for in one query
BUSY_SECONDS = 20.0
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
TABLES = ("facts", "audits")
NO_ROWS: list[tuple[bytes, bytes]] = []
SCHEMA = "".join(
    f"CREATE TABLE IF NOT EXISTS {table}"
    " (id INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, value BLOB NOT NULL, used INTEGER NOT NULL);"
    f"CREATE INDEX IF NOT EXISTS {table}_used ON {table} (used);"
    for table in TABLES
)


def default_folder() -> Path:
    """The user's cache folder for auditor, by the custom of the operating system."""
    from platformdirs import user_cache_path

    return user_cache_path("auditor", appauthor=False)


class CacheStats(NamedTuple):
    """What the cache holds: numbers of entries, and bytes in use on the disk."""

    path: Path
    facts: int
    audits: int
    size: int
    max_bytes: int


class Cache:
    """Stored facts by key, and finished audits by digest. Use it as a context manager, from one thread."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
        """Opens or creates the cache in `folder` (created with mode 0700, its parents too)."""
        self.path = folder / FILE
        self.max_bytes = max_bytes
        self._db: sqlite3.Connection | None = None
        try:
            _private_folder(folder)
            self._db = _open_or_rebuild(self.path)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; what was put is kept."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def get_many(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Yields (key, value) of the stored ones among `keys`, a batch at a time."""
        pending = list(dict.fromkeys(keys))
        for start in range(0, len(pending), BATCH):
            batch = pending[start : start + BATCH]
            yield from self._attempt(partial(_fetch, table="facts", keys=batch), NO_ROWS)

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Stores all values in one transaction, and drops the longest unused ones when the cache is too large."""
        self._put("facts", values)

    def get_audit(self, key: str) -> bytes | None:
        """The finished audit stored under this digest, or None."""
        rows = self._attempt(partial(_fetch, table="audits", keys=[key.encode()]), NO_ROWS)
        return rows[0][1] if rows else None

    def put_audit(self, key: str, value: bytes) -> None:
        """Stores a finished audit under its digest."""
        self._put("audits", {key.encode(): value})

    def stats(self) -> CacheStats:
        """Counts what is stored; all zero where the cache cannot be used."""
        facts, audits = (self._attempt(partial(_count, table=table), 0) for table in TABLES)
        return CacheStats(self.path, facts, audits, self._attempt(_bytes_used, 0), self.max_bytes)

    def clear(self) -> None:
        """Drops everything and gives the disk space back, also that of damaged files and of older forms."""
        self._attempt(_empty, None)
        own = {f"{FILE}{side}" for side in ("", "-wal", "-shm")}
        for left in self.path.parent.glob("facts-*.sqlite3*"):
            if left.name not in own:
                with contextlib.suppress(OSError):
                    left.unlink()

    def _put(self, table: str, values: Mapping[bytes, bytes]) -> None:
        if values:
            self._attempt(partial(_store, table=table, values=values), None)
            self._attempt(partial(_shrink, max_bytes=self.max_bytes), None)

    def _attempt(self, action: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Runs one action; on damage begins the file anew, on any other trouble goes on without the cache."""
        if self._db is None:
            return otherwise
        try:
            return action(self._db)
        except sqlite3.Error as error:
            self.close()
            if not _is_damage(error):
                self._give_up(error)
                return otherwise
        try:
            _move_aside(self.path)
            self._db = _open(self.path)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)
        return otherwise

    def _give_up(self, error: Exception) -> None:
        self._db = None
        log.warning("the cache %s cannot be used (%s); going on without it", self.path, error)


def _private_folder(folder: Path) -> None:
    """Creates the folder for this user alone; one that exists keeps its mode, unless it is the default one."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # another process was faster
            folder.mkdir(mode=0o700)
    elif folder == default_folder():
        folder.chmod(0o700)


def _open_or_rebuild(path: Path) -> sqlite3.Connection:
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise
    _move_aside(path)
    return _open(path)


def _open(path: Path) -> sqlite3.Connection:
    # Created by hand so that nobody else can read it; SQLite gives its side files the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        present = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not present.issuperset(TABLES):
            db.executescript(SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def _is_damage(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in DAMAGED


def _move_aside(path: Path) -> None:
    """Keeps the damaged file for a look, under one name, so that damage cannot fill the disk."""
    log.warning("the cache %s was damaged; it is moved aside and begun anew", path)
    with contextlib.suppress(FileNotFoundError):  # another process was faster
        path.replace(path.with_name(path.name + ".damaged"))
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)


def _today() -> int:
    """Days since 1970: the use of an entry is noted once a day, so that a warm run writes nothing."""
    return int(time.time() // 86_400)


def _fetch(db: sqlite3.Connection, table: str, keys: list[bytes]) -> list[tuple[bytes, bytes]]:
    marks = ",".join("?" * len(keys))
    rows = db.execute(f"SELECT key, value, id, used FROM {table} WHERE key IN ({marks})", keys).fetchall()  # noqa: S608  # a fixed name
    today = _today()
    stale = [(today, row_id) for _, _, row_id, used in rows if used < today]
    if stale:
        with _transaction(db):
            db.executemany(f"UPDATE {table} SET used = ? WHERE id = ?", stale)  # noqa: S608  # a fixed name
    return [(bytes(key), bytes(value[SUM:])) for key, value, _, _ in rows if value[:SUM] == _sum(key, value[SUM:])]


def _sum(key: bytes, value: bytes) -> bytes:
    """Stands before each value: SQLite does not notice when a page holds other bytes than were written."""
    return zlib.crc32(value, zlib.crc32(key)).to_bytes(SUM, "big")


def _store(db: sqlite3.Connection, table: str, values: Mapping[bytes, bytes]) -> None:
    today = _today()
    with _transaction(db):
        db.executemany(
            f"INSERT INTO {table} (key, value, used) VALUES (?, ?, ?)"  # noqa: S608  # a fixed name
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value, used = excluded.used",
            ((key, _sum(key, value) + value, today) for key, value in values.items()),
        )


def _shrink(db: sqlite3.Connection, max_bytes: int) -> None:
    """Drops the longest unused entries until the rest fits. Freed pages are used again, so the file stays bounded."""
    excess = _bytes_used(db) - int(max_bytes * KEEP)
    if excess <= max_bytes * (1 - KEEP):
        return
    with _transaction(db):
        oldest = db.execute(
            "SELECT 'audits', id, length(value), used FROM audits"
            " UNION ALL SELECT 'facts', id, length(value), used FROM facts ORDER BY used, id"
        ).fetchall()
        for table, row_id, size, _ in oldest:
            if excess <= 0:
                break
            db.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))  # noqa: S608  # a fixed name
            excess -= size + ROW


def _empty(db: sqlite3.Connection) -> None:
    with _transaction(db):
        for table in TABLES:
            db.execute(f"DELETE FROM {table}")  # noqa: S608  # a fixed name
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _count(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608  # a fixed name


def _bytes_used(db: sqlite3.Connection) -> int:
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:  # a full disk has already rolled back
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
