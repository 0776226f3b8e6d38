"""The audited commits of many repositories in one database, for teams: any that SQLAlchemy reaches. Its only importer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from auditor.history.store import FORM, Key, Reported, packed, readable, unpacked
from auditor.model.audit import Audit
from auditor.model.errors import UsageError

VERSION = 1
_MOST_BYTES = 2**28  # of one stored audit; some databases choose the type of the column by it
_UNIQUE = ("repository", "commit_id", "ruleset", "score_model", "calibration", "profile", "scope")


class TeamStore:
    """The runs of one repository in a database that others may use at the same time. Has the methods of `Store`."""

    def __init__(self, url: str, repository: str) -> None:
        """Connects, and makes the tables where they are missing. Raises UsageError where that cannot be done.

        `repository` is what its clones have in common; see `auditor.tree.identity_of`. A password in the URL is never repeated.
        """
        self._alchemy = alchemy = _sqlalchemy()
        try:
            address = alchemy.make_url(url)
        except alchemy.exc.ArgumentError:
            raise UsageError("--store is no address of a database; write as postgresql://HOST/NAME") from None
        if address.drivername == "postgresql":  # else the default of SQLAlchemy's version decides
            address = address.set(drivername="postgresql+psycopg")
        self._shown = address.render_as_string(hide_password=True)
        self._repository = repository
        self._run, self._form = _tables(alchemy)
        try:
            self._engine = alchemy.create_engine(address, pool_pre_ping=True)
        except (ImportError, alchemy.exc.SQLAlchemyError) as error:
            raise UsageError(f"{self._shown} needs a driver that is not installed: {error}") from error
        self._prepare()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def has(self, commit: str, key: Key) -> bool:
        """Whether a commit is stored under these versions."""
        return bool(self._rows(self._alchemy.select(self._run.c.commit_id).where(*self._at(commit, key))))

    def get(self, commit: str, key: Key) -> Audit | None:
        """The stored audit of a commit, in the same form as `Store` keeps it."""
        rows = self._rows(self._alchemy.select(self._run.c.inputs).where(*self._at(commit, key)))
        return unpacked(rows[0][0]) if rows else None

    def put(self, commit: str, time: int, scope: str, audit: Audit) -> None:
        """Store the audit of a commit, in place of an older one under the same versions."""
        key, score = Key.of(audit.versions, scope), audit.score
        row = {
            "repository": self._repository, "commit_id": commit, "committed_at": time, "tool": audit.versions.tool,
            **key._asdict(), "coverage": score.coverage, "debt": score.debt, "debt_lo": score.low, "debt_hi": score.high,
            "debt_net": score.net, "hours_p50": score.hours_p50, "hours_p90": score.hours_p90, "grade": score.grade,
            "verdict": score.verdict, "form": FORM, "inputs": packed(audit),
        }  # fmt: skip
        try:
            try:
                self._replace(row)
            except self._alchemy.exc.IntegrityError:  # somebody else stored it between our two statements
                self._replace(row)
        except self._alchemy.exc.SQLAlchemyError as error:
            raise self._failed(error) from error

    def reported(self, commit: str, scope: str) -> Reported | None:
        """What was said of a commit when it was first audited, under whichever versions."""
        run = self._run.c
        here = (run.repository == self._repository, run.commit_id == commit, run.scope == scope)
        wanted = self._alchemy.select(*(run[name] for name in Reported._fields)).where(*here).order_by(run.id).limit(1)
        rows = self._rows(wanted)
        return Reported(*rows[0]) if rows else None

    def all(self) -> Iterator[tuple[str, int, str, Audit]]:
        """Every stored run of this repository that can still be read, as `Store` yields them."""
        run = self._run.c
        order = (run.committed_at, run.commit_id, run.ruleset, run.score_model, run.calibration, run.profile, run.scope)
        mine = (run.repository == self._repository, run.form == FORM)
        wanted = self._alchemy.select(run.id).where(*mine).order_by(*order)
        for (id_,) in self._rows(wanted):
            whole = self._alchemy.select(run.commit_id, run.committed_at, run.scope, run.inputs).where(run.id == id_)
            yield from readable(self._rows(whole))

    def _replace(self, row: dict[str, Any]) -> None:
        same = [self._run.c[name] == row[name] for name in _UNIQUE]
        with self._engine.begin() as connection:
            # The order of the rows stays that in which runs were first stored.
            if not connection.execute(self._alchemy.update(self._run).where(*same).values(row)).rowcount:
                connection.execute(self._alchemy.insert(self._run).values(row))

    def _at(self, commit: str, key: Key) -> list[Any]:
        run = self._run.c
        versions = [run[name] == value for name, value in key._asdict().items()]
        return [run.repository == self._repository, run.commit_id == commit, run.form == FORM, *versions]

    def _rows(self, wanted: Any) -> Sequence[Any]:
        try:
            with self._engine.connect() as connection:
                rows: Sequence[Any] = connection.execute(wanted).all()
                return rows
        except self._alchemy.exc.SQLAlchemyError as error:
            raise self._failed(error) from error

    def _prepare(self) -> None:
        make = self._run.metadata.create_all
        try:
            try:
                make(self._engine)
            except self._alchemy.exc.SQLAlchemyError:  # somebody else made them at the same moment, or it fails again
                make(self._engine)
        except self._alchemy.exc.SQLAlchemyError as error:
            raise self._failed(error) from error
        found = [row[0] for row in self._rows(self._alchemy.select(self._form.c.version))]
        if any(version > VERSION for version in found):
            self.close()
            raise UsageError(f"{self._shown} was written by a newer auditor (form {max(found)}); update auditor")
        if not found:
            self._note_form()

    def _note_form(self) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(self._alchemy.insert(self._form).values(version=VERSION))
        except self._alchemy.exc.IntegrityError:  # somebody else noted it at the same moment
            pass
        except self._alchemy.exc.SQLAlchemyError as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> UsageError:
        self.close()
        reason = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
        return UsageError(f"the store {self._shown} cannot be used: {reason}")


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy
    except ImportError as error:
        raise UsageError("a store with an address needs SQLAlchemy; install ml-debt-auditor[team]") from error
    return sqlalchemy


def _tables(alchemy: Any) -> tuple[Any, Any]:
    """The runs of all repositories, and the form that they are kept in."""
    column, text, real = alchemy.Column, alchemy.String, alchemy.Float
    metadata = alchemy.MetaData()
    run = alchemy.Table(
        "auditor_run",
        metadata,
        column("id", alchemy.Integer, primary_key=True),
        column("repository", text(200), nullable=False),
        column("commit_id", text(64), nullable=False),
        column("committed_at", alchemy.BigInteger, nullable=False),
        column("tool", text(40), nullable=False),
        *(column(name, text(40), nullable=False) for name in ("ruleset", "score_model", "calibration", "profile")),
        column("scope", text(200), nullable=False),
        *(
            column(name, real)
            for name in ("coverage", "debt", "debt_lo", "debt_hi", "debt_net", "hours_p50", "hours_p90")
        ),
        *(column(name, text(20)) for name in ("grade", "verdict")),
        column("form", alchemy.Integer, nullable=False),
        column("inputs", alchemy.LargeBinary(_MOST_BYTES), nullable=False),
        alchemy.UniqueConstraint(*_UNIQUE, name="auditor_run_key"),
    )
    alchemy.Index("auditor_run_time", run.c.repository, run.c.committed_at)
    return run, alchemy.Table("auditor_form", metadata, column("version", alchemy.Integer, primary_key=True))
