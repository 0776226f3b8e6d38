"""The team's store says what the file says: on a real PostgreSQL server, and on SQLite through the same code."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.history.store import Key, Store, export_lines, import_lines, slim
from auditor.model.errors import UsageError
from tests.history.postgres import server
from tests.lifecycle.builders import audit, found

sqlalchemy = pytest.importorskip("sqlalchemy", reason="ml-debt-auditor[team] is not installed")
pytest.importorskip("psycopg", reason="ml-debt-auditor[team] is not installed")

from auditor.history.team import TeamStore  # noqa: E402  # after what decides whether there is anything to test

ONE, OTHER = "example.org/team/churn", "example.org/team/prices"


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'team.db'}"
    address: str = request.getfixturevalue("postgres")
    with TeamStore(address, ONE) as store:
        store._run.metadata.drop_all(store._engine)
    return address


def test_what_is_put_is_there_under_its_repository_and_versions_alone(url: str) -> None:
    made = audit([found()])
    key = Key.of(made.versions, "")
    with TeamStore(url, ONE) as store, TeamStore(url, OTHER) as other:
        store.put("c1", 5, "", made)
        assert store.has("c1", key)
        assert store.get("c1", key) == slim(made)
        assert not other.has("c1", key)
        assert not store.has("c1", key._replace(ruleset="other"))
        assert not store.has("c1", key._replace(scope="services/a"))
        assert store.get("c2", key) is None
    with TeamStore(url, ONE) as store:
        assert store.get("c1", key) == slim(made)


def test_a_newer_audit_takes_the_place_of_an_older_one(url: str) -> None:
    with TeamStore(url, ONE) as store:
        store.put("c1", 5, "", audit([found()]))
        store.put("c1", 5, "", audit())
        assert [row[3] for row in store.all()] == [slim(audit())]


def test_a_damaged_run_costs_itself_alone(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with TeamStore(url, ONE) as store:
        for commit, at in (("c1", 5), ("c2", 6), ("c3", 7)):
            store.put(commit, at, "", audit())
        with store._engine.begin() as connection:
            run = store._run
            connection.execute(sqlalchemy.update(run).where(run.c.commit_id == "c2").values(inputs=b"\0" * 50))
        assert [row[0] for row in store.all()] == ["c1", "c3"]
    assert "commit c2 is left out: what is stored of it is damaged" in caplog.text


def test_what_was_reported_first_stays_known(url: str) -> None:
    old, new = audit(ruleset="r0"), audit([found()], ruleset="r1")
    with TeamStore(url, ONE) as store, TeamStore(url, OTHER) as other:
        for made in (old, new, old):
            store.put("c1", 5, "", made)
        said = store.reported("c1", "")
        assert said is not None
        assert (said.debt, said.ruleset) == (old.score.debt, "r0")
        assert other.reported("c1", "") is None


def test_lines_go_from_a_file_to_a_team_and_back(url: str, tmp_path: Path) -> None:
    with Store(tmp_path / "h.db") as file, TeamStore(url, ONE) as team, Store(tmp_path / "again.db") as again:
        for at, made in enumerate((audit(), audit([found()]), audit(ruleset="r2"))):
            file.put(f"c{at}", 100 - at, "", made)
        text = "".join(export_lines(file))
        assert import_lines(team, io.StringIO(text)) == 3
        assert "".join(export_lines(team)) == text
        import_lines(again, io.StringIO("".join(export_lines(team))))
        assert "".join(export_lines(again)) == text


def test_two_write_at_once_and_nothing_is_lost(postgres: str) -> None:
    made, key, failed = audit([found()]), Key.of(audit().versions, ""), list[Exception]()

    def write(part: int) -> None:
        try:
            with TeamStore(postgres, "example.org/both") as store:
                for at in range(20):
                    store.put(f"c{at}", at, "", made)
                    store.put(f"p{part}-{at}", at, "", made)
        except Exception as error:  # noqa: BLE001  # told by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=write, args=(part,)) for part in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with TeamStore(postgres, "example.org/both") as store:
        assert len(list(store.all())) == 20 + 3 * 20
        assert store.has("p2-19", key)


def test_a_newer_form_is_refused(url: str) -> None:
    with TeamStore(url, ONE) as store, store._engine.begin() as connection:
        connection.execute(sqlalchemy.insert(store._form).values(version=99))
    with pytest.raises(UsageError, match="newer auditor"):
        TeamStore(url, ONE)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:s3cret@127.0.0.1:9/db",
        "postgresql://me:s3cret@[broken",
        "nosuch://me:s3cret@h/db",
        "sqlite:////nowhere/at/all.db",
    ],
)
def test_what_cannot_be_reached_is_said_without_its_password(address: str) -> None:
    with pytest.raises(UsageError) as said:
        TeamStore(address, ONE)
    assert "s3cret" not in str(said.value)
    assert str(said.value)
