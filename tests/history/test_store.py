"""The store: whole, versioned, refusing what it does not know."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from pathlib import Path

import msgspec
import pytest

from auditor.history.store import DamagedError, Key, Store, export_lines, import_lines, packed, slim, unpacked
from auditor.model.errors import UsageError
from tests.lifecycle.builders import audit, found

SCOPE = ""


def test_what_is_put_is_there_under_its_versions_alone(tmp_path: Path) -> None:
    made = audit([found()])
    with Store(tmp_path / "h.db") as store:
        store.put("c1", 5, SCOPE, made)
        key = Key.of(made.versions, SCOPE)
        assert store.has("c1", key)
        assert store.get("c1", key) == slim(made)
        assert not store.has("c1", key._replace(ruleset="other"))
        assert not store.has("c1", key._replace(scope="services/a"))
        assert store.get("c2", key) is None


def test_it_is_there_after_it_was_closed(tmp_path: Path) -> None:
    made = audit([found()])
    with Store(tmp_path / "h.db") as store:
        store.put("c1", 5, SCOPE, made)
    with Store(tmp_path / "h.db") as store:
        assert store.has("c1", Key.of(made.versions, SCOPE))


def test_a_second_put_replaces(tmp_path: Path) -> None:
    one, other = audit([found()]), audit()
    with Store(tmp_path / "h.db") as store:
        store.put("c1", 5, SCOPE, one)
        store.put("c1", 5, SCOPE, other)
        assert [row[3] for row in store.all()] == [slim(other)]


def test_export_and_import_keep_everything(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        store.put("c2", 9, SCOPE, audit([found()]))
        store.put("c1", 5, SCOPE, audit())
        lines = list(export_lines(store))
    with Store(tmp_path / "b.db") as store:
        assert import_lines(store, io.StringIO("".join(lines))) == 2
        assert list(export_lines(store)) == lines


def test_a_damaged_run_of_older_rules_costs_itself_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Today's are audited again; what older rules said nobody can say anew."""
    with Store(tmp_path / "h.db") as store:
        for commit, at in (("c1", 5), ("c2", 6), ("c3", 7)):
            store.put(commit, at, SCOPE, audit(ruleset="r0"))
        with contextlib.closing(sqlite3.connect(tmp_path / "h.db")) as db, db:
            db.execute("UPDATE run SET inputs = ? WHERE commit_id = 'c2'", (b"\0" * 50,))
        assert [row[0] for row in store.all()] == ["c1", "c3"]
        assert len(list(export_lines(store))) == 2
    assert "commit c2 is left out: what is stored of it is damaged" in caplog.text


@pytest.mark.parametrize("value", ["'text'", "5", "x''"])
def test_values_of_another_type_are_damage(tmp_path: Path, value: str) -> None:
    made = audit()
    with Store(tmp_path / "h.db") as store:
        store.put("c1", 5, SCOPE, made)
        assert store.reported("c1", SCOPE) is not None
        with contextlib.closing(sqlite3.connect(tmp_path / "h.db")) as db, db:
            db.execute(f"UPDATE run SET inputs = {value}, debt = 'much'")
        with pytest.raises(DamagedError):
            store.get("c1", Key.of(made.versions, SCOPE))
        assert list(store.all()) == []
        assert store.reported("c1", SCOPE) is None


def test_a_file_that_breaks_while_it_is_read_is_told(tmp_path: Path) -> None:
    with Store(tmp_path / "h.db") as store:
        store.put("c1", 5, SCOPE, audit())
        with contextlib.closing(sqlite3.connect(tmp_path / "h.db")) as db, db:
            db.execute("DROP TABLE run")
        with pytest.raises(UsageError, match=r"the history .* cannot be used: no such table"):
            list(store.all())


def test_what_is_only_read_is_left_as_it_was(tmp_path: Path) -> None:
    made = audit([found()])
    with Store(tmp_path / "h.db") as store:
        store.put("c1", 5, SCOPE, made)
    (tmp_path / "empty.db").write_bytes(b"")
    before = {place: place.read_bytes() for place in tmp_path.iterdir()}
    with Store(tmp_path / "h.db", read_only=True) as store:
        assert store.get("c1", Key.of(made.versions, SCOPE)) == slim(made)
        with pytest.raises(UsageError, match="readonly"):
            store.put("c2", 5, SCOPE, made)
    with (
        Store(tmp_path / "empty.db", read_only=True) as store,
        pytest.raises(UsageError, match=r"cannot be used: no such table"),
    ):
        store.has("c1", Key.of(made.versions, SCOPE))
    with pytest.raises(UsageError, match="unable to open"):
        Store(tmp_path / "none.db", read_only=True)
    assert {place: place.read_bytes() for place in tmp_path.iterdir()} == before


def test_a_question_without_an_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = "commit_id, committed_at, ruleset, score_model, calibration, profile, scope, form, inputs"
    values = ", ".join(f"n + {number} AS {name}" for number, name in enumerate(names.split(", ")))
    endless = "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up)"
    with contextlib.closing(sqlite3.connect(tmp_path / "h.db")) as db, db:
        db.execute(f"CREATE VIEW run AS {endless} SELECT {values} FROM up")
    monkeypatch.setattr("auditor.history.store.MOST_STEPS", 100_000)
    with Store(tmp_path / "h.db", read_only=True) as store, pytest.raises(UsageError, match="interrupted"):
        store.has("c1", Key.of(audit().versions, SCOPE))


@pytest.mark.parametrize("name", ["a?mode=memory.db", "a#b.db", "a%20b.db"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    with Store(tmp_path / name) as store:
        store.put("c1", 5, SCOPE, audit())
    assert [place.name for place in tmp_path.iterdir()] == [name]


def test_what_would_swell_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(audit([found()]))
    assert unpacked(data) == slim(audit([found()]))
    for cut in (data[:-1], data[: len(data) // 2]):
        with pytest.raises(DamagedError, match="cut off"):
            unpacked(cut)
    monkeypatch.setattr("auditor.history.store.MOST_BYTES", 1_000)
    with pytest.raises(DamagedError, match="larger than 0 MB"):
        unpacked(data)


def test_a_broken_line_is_told_by_its_number(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store, pytest.raises(UsageError, match="line 2 is no exported run"):
        import_lines(store, ["\n", "{}\n"])


def test_a_newer_form_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "h.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UsageError, match="newer auditor"):
        Store(tmp_path / "h.db")


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "h.db").write_text("no database, whatever its name says, and long enough to be looked at" * 20)
    with pytest.raises(UsageError, match="is not a database; name another file"):
        Store(tmp_path / "h.db")


def test_what_is_stored_can_be_scored_again(tmp_path: Path) -> None:
    from auditor.score import restated
    from tests.lifecycle.builders import POLICY, TITLES

    made = audit([found(), found("PIP008", "b.py")])
    with Store(tmp_path / "h.db") as store:
        store.put("c1", 5, SCOPE, made)
        kept = store.get("c1", Key.of(made.versions, SCOPE))
    assert kept is not None
    assert restated(kept, POLICY, TITLES).score == made.score
    assert msgspec.structs.replace(kept, findings=()) != kept


def test_what_was_reported_first_stays_known(tmp_path: Path) -> None:
    old, new = audit(ruleset="r0"), audit([found()], ruleset="r1")
    with Store(tmp_path / "h.db") as store:
        assert store.reported("c1", SCOPE) is None
        for made in (old, new, old):
            store.put("c1", 5, SCOPE, made)
        said = store.reported("c1", SCOPE)
        assert said is not None
        assert (said.debt, said.ruleset) == (old.score.debt, "r0")
