"""What is kept of audited commits: one SQLite file, one writer, whole transactions (LIFECYCLE §8)."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import msgspec

from auditor.model.audit import Audit, Versions
from auditor.model.errors import UsageError

log = logging.getLogger(__name__)

VERSION = 1
MOST_BYTES = 2**28  # of one stored audit, written out: what lies beside a target may be made to swell
MOST_STEPS = 100_000_000
"""Of one question to a file that is only read, some seconds: in what lies beside a target `run` may be a view without end."""
KEPT = "make room or name another file; what was audited so far is kept in it"
FORM = 1
"""Of what is stored of an audit: raise it where stored audits can no longer be read."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
  id INTEGER PRIMARY KEY, commit_id TEXT NOT NULL, committed_at INTEGER NOT NULL,
  tool TEXT NOT NULL, ruleset TEXT NOT NULL, score_model TEXT NOT NULL, calibration TEXT NOT NULL, profile TEXT NOT NULL,
  scope TEXT NOT NULL, coverage REAL, debt REAL, debt_lo REAL, debt_hi REAL, debt_net REAL,
  hours_p50 REAL, hours_p90 REAL, grade TEXT, verdict TEXT, form INTEGER NOT NULL, inputs BLOB NOT NULL,
  UNIQUE (commit_id, ruleset, score_model, calibration, profile, scope));
CREATE INDEX IF NOT EXISTS run_time ON run(committed_at);
"""

_INSERT = """
INSERT INTO run (commit_id, committed_at, tool, ruleset, score_model, calibration, profile, scope, coverage, debt,
  debt_lo, debt_hi, debt_net, hours_p50, hours_p90, grade, verdict, form, inputs)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (commit_id, ruleset, score_model, calibration, profile, scope) DO UPDATE SET
  committed_at = excluded.committed_at, tool = excluded.tool, coverage = excluded.coverage, debt = excluded.debt,
  debt_lo = excluded.debt_lo, debt_hi = excluded.debt_hi, debt_net = excluded.debt_net, hours_p50 = excluded.hours_p50,
  hours_p90 = excluded.hours_p90, grade = excluded.grade, verdict = excluded.verdict, form = excluded.form, inputs = excluded.inputs
"""  # an update, and no replacement, so that the order of the rows stays that in which runs were first stored


class Key(NamedTuple):
    """What a stored run is known by besides its commit: the versions that scores are comparable under, and the scope."""

    ruleset: str
    score_model: str
    calibration: str
    profile: str
    scope: str

    @classmethod
    def of(cls, versions: Versions, scope: str) -> Key:
        """The key of an audit's versions. `scope` is the folder of the repository that was audited."""
        return cls(versions.ruleset, versions.score_model, versions.calibration, versions.profile, scope)


class Reported(NamedTuple):
    """The debt of a commit as it was reported, and the versions it was reported under."""

    debt: float | None
    ruleset: str
    score_model: str
    calibration: str
    profile: str


class Runs(Protocol):
    """What a history is kept in: `Store` for one repository, `auditor.history.team.TeamStore` for many."""

    def has(self, commit: str, key: Key) -> bool:
        """Whether a commit is stored under these versions."""

    def get(self, commit: str, key: Key) -> Audit | None:
        """The stored audit of a commit."""

    def put(self, commit: str, time: int, scope: str, audit: Audit) -> None:
        """Store the audit of a commit, in place of an older one under the same versions."""

    def reported(self, commit: str, scope: str) -> Reported | None:
        """What was said of a commit when it was first audited, under whichever versions."""

    def all(self) -> Iterator[tuple[str, int, str, Audit]]:
        """Every stored run that can still be read: commit, time, scope, audit; by time and versions."""


class Store:
    """The runs of one repository. Use it with `with`; a second process may read while one writes.

    With `read_only` nothing is stored, nor made where it is missing. Raises UsageError where the file cannot be used.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        with self._told("name another file, or remove it"):
            self._db = sqlite3.connect(_address(path, read_only=read_only), timeout=30, uri=True)
        if read_only:
            self._db.set_progress_handler(lambda: 1, MOST_STEPS)
        try:
            with self._told("name another file, or remove it"):
                self._require_form()
                if not read_only:
                    self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _require_form(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise UsageError(
                f"{self._path} was written by a newer auditor (form {version}); update auditor, or name another file"
            )

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        with self._db:
            self._db.executescript(_SCHEMA)
            self._db.execute(f"PRAGMA user_version = {VERSION}")

    @contextlib.contextmanager
    def _told(self, way_out: str = KEPT) -> Iterator[None]:
        """Trouble with the file (full disk, damage, no permission, locked for long) as a sentence for people."""
        try:
            yield
        except sqlite3.Error as error:
            raise UsageError(f"the history {self._path} cannot be used: {error}; {way_out}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    def has(self, commit: str, key: Key) -> bool:
        """Whether a commit is stored under these versions."""
        row = self._one(
            "SELECT 1 FROM run WHERE commit_id = ? AND ruleset = ? AND score_model = ? AND calibration = ? AND profile = ?"
            " AND scope = ? AND form = ?",
            (commit, *key, FORM),
        )
        return row is not None

    def get(self, commit: str, key: Key) -> Audit | None:
        """The stored audit of a commit: what scoring and comparing need, pictures and lists left out."""
        row = self._one(
            "SELECT inputs FROM run WHERE commit_id = ? AND ruleset = ? AND score_model = ? AND calibration = ? AND profile = ?"
            " AND scope = ? AND form = ?",
            (commit, *key, FORM),
        )
        return None if row is None else unpacked(row[0])

    def put(self, commit: str, time: int, scope: str, audit: Audit) -> None:
        """Store the audit of a commit, in place of an older one under the same versions."""
        key, score = Key.of(audit.versions, scope), audit.score
        row = (
            commit, time, audit.versions.tool, *key, score.coverage, score.debt, score.low, score.high, score.net,
            score.hours_p50, score.hours_p90, score.grade, score.verdict, FORM, packed(audit),
        )  # fmt: skip
        with self._told(), self._db:
            self._db.execute(_INSERT, row)

    def reported(self, commit: str, scope: str) -> Reported | None:
        """What was said of a commit when it was first audited, under whichever versions."""
        row = self._one(
            "SELECT debt, ruleset, score_model, calibration, profile FROM run WHERE commit_id = ? AND scope = ? ORDER BY id",
            (commit, scope),
        )
        with contextlib.suppress(msgspec.ValidationError):  # a column of SQLite holds values of any type
            return None if row is None else msgspec.convert(row, Reported)
        log.warning("commit %s: what was reported of it is damaged", commit[:12])
        return None

    def _one(self, question: str, words: tuple[object, ...]) -> tuple[Any, ...] | None:
        with self._told():
            row: tuple[Any, ...] | None = self._db.execute(question, words).fetchone()
            return row

    def all(self) -> Iterator[tuple[str, int, str, Audit]]:
        """Every stored run that can still be read: commit, time, scope, audit; by time and versions, for export."""
        with self._told():
            rows = self._db.execute(
                "SELECT commit_id, committed_at, scope, inputs FROM run WHERE form = ?"
                " ORDER BY committed_at, commit_id, ruleset, score_model, calibration, profile, scope",
                (FORM,),
            )
            yield from readable(rows)


def _address(path: Path, *, read_only: bool) -> str:
    """A file as SQLite opens it. To read a file SQLite makes two more beside it, unless it is told that nobody writes there."""
    if not read_only:
        return f"{path.absolute().as_uri()}?mode=rwc"
    alone = not path.with_name(f"{path.name}-wal").exists()
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"


class DamagedError(UsageError):
    """A stored run that cannot be read."""


def slim(audit: Audit) -> Audit:
    """An audit without what only a report shows."""
    return msgspec.structs.replace(
        audit,
        impacts=(),
        system_map=type(audit.system_map)(),
        resolution=(),
        excerpts=(),
        co_changes=(),
        authors={},
        owners={},
        blurbs={},
        inventory=(),
        artefacts={},
        problems=tuple(problem for problem in audit.problems if problem.code not in ("listing",)),
    )


def packed(audit: Audit) -> bytes:
    """The stored form of an audit."""
    return zlib.compress(msgspec.msgpack.encode(slim(audit)), 6)


def unpacked(data: object) -> Audit:
    """The audit of a stored form. Raises DamagedError where it is broken."""
    if not isinstance(data, bytes | memoryview):  # a column of SQLite holds values of any type
        raise DamagedError("what is stored of it is damaged (these are no bytes)")
    try:
        return msgspec.msgpack.decode(_inflated(data), type=Audit)
    except (zlib.error, msgspec.DecodeError) as error:
        raise DamagedError(f"what is stored of it is damaged ({error})") from error


def _inflated(data: bytes | memoryview) -> bytes:
    stream = zlib.decompressobj()
    whole = stream.decompress(data, MOST_BYTES)
    if not stream.eof:
        raise DamagedError(f"what is stored of it is cut off, or larger than {MOST_BYTES / 1e6:,.0f} MB")
    return whole


def readable(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, int, str, Audit]]:
    """The runs of rows as they are stored; one that is damaged is told and left out: nobody can audit anew what older rules said."""
    for commit, time, scope, data in rows:
        try:
            audit = unpacked(data)
        except DamagedError as error:
            log.warning("commit %s is left out: %s", commit[:12], error)
            continue
        yield commit, time, scope, audit


def export_lines(store: Runs) -> Iterator[str]:
    """Every run as one line of JSON, for machines without a disk that lasts."""
    for commit, time, scope, audit in store.all():
        row = {"commit": commit, "time": time, "scope": scope, "audit": msgspec.to_builtins(audit)}
        yield msgspec.json.encode(row).decode("utf-8", "replace") + "\n"


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    commit: str
    time: int
    scope: str
    audit: Audit


def import_lines(store: Runs, lines: Iterable[str | bytes]) -> int:
    """Store exported runs; how many. Raises UsageError at the first line that is none."""
    count = 0
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            row = msgspec.json.decode(text, type=_Row)
        except msgspec.DecodeError as error:
            raise UsageError(f"line {number} is no exported run: {error}") from error
        store.put(row.commit, row.time, row.scope, row.audit)
        count += 1
    return count
