"""Semantics of the lookup, on small tables of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.knowledge import Knowledge, load, tables
from auditor.knowledge.patterns import NameTable, segments
from auditor.model.artefact import Role

FRAMES = """\
library = "Frames"
distributions = ["frames-py"]
import_names = ["frames"]
domain = "data"

[aliases]
"frames.old" = "frames"
"frames.impl.Frame" = "frames.Frame"

[types."frames.Frame"]
from = ["frames.Frame", "frames.read_*"]
closed_under_methods = true

[types."frames.Wide"]
inherits = ["frames.Frame"]

[types."frames.Series"]
from = ["frames.Frame.column"]

[[entry]]
within = "frames"
names = ["read_csv", "read_json"]
role = "read"
path = { arg = "path", pos = 0 }
status = "checked"

[[entry]]
name = "frames.Frame.save"
role = "write"
path = { arg = "path", pos = 0, required = true, also = ["file"] }
status = "checked"

[[entry]]
name = "frames.Frame.drop"
role = "transform"
status = "checked"

[[entry]]
name = "frames.open"
role = { by = "mode", pos = 1, default = "read", map = { w = "write", r = "read" } }
path = { arg = "path", pos = 0 }
status = "checked"

[[entry]]
name = "frames.log"
role = "log"
path = { arg = "old", pos = 0 }
removed = "2.0"
status = "legacy"

[[entry]]
name = "frames.log"
role = "log_metric"
path = { arg = "new", pos = 0 }
since = "2.0"
status = "checked"
"""

LEARN = """\
library = "Learn"
distributions = ["learn"]
import_names = ["learn", "learn_extra"]
domain = "ml"

[types."learn.*.*"]
inherits = ["learn.Base"]

[types."learn.Base"]

[[entry]]
name = "learn.**.fit"
role = "fit"
returns = "self"
status = "pattern"

[[entry]]
name = "learn.slow.**.fit"
role = "tune"
status = "pattern"

[[entry]]
name = "learn.lines.Exact.fit"
role = "evaluate"
status = "checked"

[[entry]]
name = "learn.**.expect_*"
role = "validate"
status = "pattern"

[[entry]]
name = "learn.Base.describe"
role = "analyse"
attrs = { drift = "data" }
status = "checked"

[[entry]]
name = "learn.lines.Line"
role = "estimator"
kind = "class"
status = "checked"

[[entry]]
name = "learn.client('s3').get"
role = "read"
status = "pattern"
"""


@pytest.fixture
def knowledge() -> Knowledge:
    texts = {"frames.toml": FRAMES, "learn.toml": LEARN}
    return Knowledge(texts, {"PIL": ("pillow",)}, {"save": "frames.Frame.save"})


def role(knowledge: Knowledge, name: str) -> Role | None:
    entry = knowledge.lookup(name)
    return entry.role if entry is not None else None


def test_names_in_a_list_are_entries_of_their_own(knowledge: Knowledge) -> None:
    entry = knowledge.lookup("frames.read_json")
    assert entry is not None
    assert (entry.name, entry.library, entry.role) == ("frames.read_json", "frames", Role.READ)


def test_aliases_apply_to_the_longest_prefix(knowledge: Knowledge) -> None:
    assert role(knowledge, "frames.old.read_csv") is Role.READ
    assert role(knowledge, "frames.impl.Frame.save") is Role.WRITE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("learn.lines.Line.fit", Role.FIT),
        ("learn.fit", Role.FIT),  # ** stands for no name as well
        ("learn.slow.deep.Net.fit", Role.TUNE),  # the more literal pattern
        ("learn.lines.Exact.fit", Role.EVALUATE),  # the literal name
        ("learn.data.expect_no_nulls", Role.VALIDATE),
        ("learn.data.unexpected", None),
        ("learn.lines.Line.fitting", None),
        ("learn.lines", None),
        ("unheard.of.fit", None),
        ("", None),
    ],
)
def test_a_literal_beats_a_wildcard(knowledge: Knowledge, name: str, expected: Role | None) -> None:
    assert role(knowledge, name) is expected


def test_a_call_with_a_literal_argument_is_part_of_a_name(knowledge: Knowledge) -> None:
    assert role(knowledge, "learn.client('s3').get") is Role.READ
    assert role(knowledge, 'learn.client("s3").get') is Role.READ
    assert role(knowledge, "learn.client('ec2').get") is None
    assert segments("learn.client('a.b').get") == ["learn", "client('a.b')", "get"]


def test_the_role_may_hang_on_an_argument(knowledge: Knowledge) -> None:
    entry = knowledge.lookup("frames.open")
    assert entry is not None
    assert entry.role_by is not None
    assert (entry.role_by.by, entry.role_by.pos) == ("mode", 1)
    assert [entry.role_for(mode) for mode in (None, "rb", "wb", "?")] == [Role.READ, Role.READ, Role.WRITE, Role.READ]


def test_methods_are_inherited_and_keep_the_receiver(knowledge: Knowledge) -> None:
    described = knowledge.method("learn.lines.Line", "describe")
    fitted = knowledge.method("learn.lines.Line", "fit")
    assert described is not None
    assert described.role is Role.ANALYSE
    assert fitted is not None
    assert fitted.returns == "learn.lines.Line"
    assert knowledge.method("learn.lines.Line", "absent") is None
    assert knowledge.method("frames.Wide", "save") is not None


def test_methods_of_a_closed_type_return_it_unless_they_write(knowledge: Knowledge) -> None:
    dropped = knowledge.method("frames.Frame", "drop")
    saved = knowledge.method("frames.Frame", "save")
    assert dropped is not None
    assert dropped.returns == "frames.Frame"
    assert saved is not None
    assert saved.returns is None
    assert knowledge.returns("frames.Frame.anything") == "frames.Frame"
    assert knowledge.returns("frames.Frame.save") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("frames.read_csv", "frames.Frame"),
        ("frames.old.read_csv", "frames.Frame"),
        ("frames.Frame.column", "frames.Series"),
        ("frames.Wide.column", "frames.Series"),
        ("learn.lines.Line", "learn.lines.Line"),
        ("learn.lines.Line.fit", "learn.lines.Line"),
        ("frames.log", None),
        ("nothing", None),
    ],
)
def test_what_a_call_returns(knowledge: Knowledge, name: str, expected: str | None) -> None:
    assert knowledge.returns(name) == expected
    assert knowledge.returns(name) == expected  # remembered answers are the same


def test_version_ranges_of_a_name_stand_side_by_side(knowledge: Knowledge) -> None:
    current, older = knowledge.variants("frames.log")
    assert (current.role, older.role) == (Role.LOG_METRIC, Role.LOG)
    assert knowledge.variants("frames.nothing") == ()


def test_a_unique_method_needs_no_type(knowledge: Knowledge) -> None:
    entry = knowledge.unique_method("save")
    assert entry is not None
    assert entry.name == "frames.Frame.save"
    assert knowledge.unique_method("fit") is None


def test_libraries(knowledge: Knowledge) -> None:
    assert knowledge.covers("learn_extra")
    assert not knowledge.covers("lear")
    assert knowledge.is_ml("learn")
    assert not knowledge.is_ml("frames")
    assert not knowledge.is_ml("unheard")
    assert [library.name for library in knowledge.libraries()] == ["Frames", "Learn"]


def test_distributions(knowledge: Knowledge) -> None:
    assert knowledge.distributions("frames") == ("frames-py",)
    assert knowledge.distributions("frames.sub") == ("frames-py",)
    assert knowledge.distributions("PIL.Image") == ("pillow",)
    assert knowledge.distributions("json") == ()
    assert knowledge.distributions("unheard.of") == ("unheard",)


def test_what_was_searched(knowledge: Knowledge) -> None:
    assert knowledge.searched(Role.ANALYSE, drift="data") == ("Learn",)
    assert knowledge.searched(Role.ANALYSE, drift="target") == ()
    assert knowledge.searched(Role.MONITOR) == ()


def test_the_version_follows_the_tables(knowledge: Knowledge) -> None:
    same = Knowledge({"frames.toml": FRAMES, "learn.toml": LEARN}, {"PIL": ("pillow",)}, {"save": "frames.Frame.save"})
    other = Knowledge({"frames.toml": FRAMES + "\n", "learn.toml": LEARN}, {}, {})
    assert knowledge.version() == same.version()
    assert knowledge.version() != other.version()


def test_a_table_is_parsed_when_first_asked_for_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = tables.parse

    def counting(text: str, name: str = "") -> tables.WrittenTable:
        parsed.append(text)
        return parse(text, name)

    monkeypatch.setattr(tables, "parse", counting)
    knowledge = Knowledge({"frames.toml": FRAMES, "learn.toml": LEARN}, {}, {})
    assert parsed == []
    for _ in range(3):
        knowledge.lookup("frames.read_csv")
        knowledge.lookup("frames.absent")
    assert parsed == [FRAMES]


def test_inheritance_in_a_circle_ends() -> None:
    circle = LEARN.replace('[types."learn.Base"]', '[types."learn.Base"]\ninherits = ["learn.lines.Line"]')
    assert Knowledge({"learn.toml": circle}, {}, {}).method("learn.lines.Line", "absent") is None


def test_calls_are_told_apart_by_a_literal_argument() -> None:
    table = """\
library = "Cloud"
distributions = ["cloud"]
import_names = ["cloud"]
domain = "cloud"

[types."cloud.Store"]
from = ["cloud.Session.client('store')"]

[[entry]]
name = "cloud.load('csv')"
role = "read"
status = "checked"

[[entry]]
name = "cloud.load"
role = "download"
status = "checked"
"""
    knowledge = Knowledge({"cloud.toml": table}, {}, {})
    assert knowledge.tells_apart("cloud.load")
    assert knowledge.tells_apart("cloud.Session.client")
    assert not knowledge.tells_apart("cloud.Session")
    assert knowledge.knows("cloud.load('csv')")
    assert knowledge.knows('cloud.Session.client("store")')
    assert not knowledge.knows("cloud.load('org/name')")
    assert knowledge.returns("cloud.Session.client('store')") == "cloud.Store"


def test_load_is_remembered() -> None:
    assert load() is load()


def test_importing_the_room_parses_nothing() -> None:
    code = "import sys, auditor.knowledge; sys.exit('tomllib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


NAMES = st.lists(st.sampled_from(["a", "b", "ab", "abc"]), min_size=1, max_size=5).map(".".join)


@given(st.lists(NAMES, unique=True), NAMES)
def test_without_patterns_a_table_is_a_dictionary(names: list[str], asked: str) -> None:
    table = NameTable[str]()
    for name in names:
        table.add(name, name)
    assert table.get(asked) == (asked if asked in names else None)


@given(NAMES, st.data())
def test_a_name_with_parts_made_wild_still_matches(name: str, data: st.DataObject) -> None:
    parts = name.split(".")
    wild = [parts[0]] + [data.draw(st.sampled_from([part, "*", "**", part[0] + "*"])) for part in parts[1:]]
    table = NameTable[str]()
    table.add(".".join(wild), "found")
    assert table.get(name) == "found"
