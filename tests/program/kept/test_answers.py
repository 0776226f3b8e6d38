"""What is kept from one tree to the next is what would be found anew, whatever changes in between."""

from __future__ import annotations

import gc
import weakref
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from typing import cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import program
from auditor.facts.reading import FactsByPath
from auditor.model.facts import Facts
from auditor.program import Memory, Resolved
from auditor.program.calls import carrying
from auditor.program.calls.file_effects import FileEffects
from auditor.program.kept import answers, shelves
from auditor.program.kept.traces import Tree
from auditor.program.naming.code import Code
from auditor.program.rows.row_sets import Rows
from auditor.program.rows.trace import Evaluation, Signal, Split, Trace
from auditor.program.rows.values import Fit, Trained
from tests.program.kept.shop import CHANGES, START, Contents, Held, one_after_the_other, resolved, there_and_back

UNASKED: answers.Topic[FileEffects] = answers.Topic("effects", cast("Callable[[answers.View], FileEffects]", None))
"""Effects that cannot be found anew."""
NOTHING: list[object] = [b"", *[[]] * 10]
"""A trace of nothing, as it is stored."""


def told(program: Resolved) -> str:
    """All that is said of calls, rows, names and imports, to the letter; it is stored then."""
    effects = program.effects
    rows = {path: program.rows.of(path) for path in program.code.paths}
    files = {path: effects.files.of(path) for path in program.code.paths}
    named = {path: (file.named, file.documents) for path, file in files.items()}
    brought = {path: (program.code.imports(path), program.code.brought(path, 0)) for path in program.code.paths}
    program.store()
    said = (
        effects.own,
        effects.calls,
        effects.callers,
        effects.made,
        effects.bases,
        effects.lifted,
        rows,
        named,
        brought,
    )
    return "\n".join(shown(dict(part)) for part in said)


def shown(thing: object) -> str:
    """A thing to the letter, sets in an order of their own and row sets by their numbers."""
    if isinstance(thing, Rows):
        above = sorted(rows.id for rows in thing.above)
        part = (
            thing.id,
            thing.how,
            thing.split,
            thing.part,
            thing.name,
            thing.known,
            above,
            thing.members,
            thing.layers,
        )
        return f"Rows{shown(part)}"
    if isinstance(thing, Trace | Signal | Split | Evaluation | Fit | Trained):
        return f"{type(thing).__name__}{shown(msgspec.structs.astuple(thing))}"
    if isinstance(thing, dict):
        return f"{{{', '.join(sorted(f'{shown(key)}: {shown(value)}' for key, value in thing.items()))}}}"
    if isinstance(thing, frozenset | set):
        return f"<{', '.join(sorted(map(shown, thing)))}>"
    if isinstance(thing, tuple | list):
        return f"{type(thing).__name__}({', '.join(map(shown, thing))})"
    return repr(thing)


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_and_back(change: str) -> None:
    there_and_back(change, told)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=8))
def test_what_is_kept_is_what_is_found_anew(changes: list[str]) -> None:
    one_after_the_other(changes, told)


def test_what_is_stored_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    first = told(resolved(facts, Memory(held, lasting=False)))
    assert asked_anew(monkeypatch, facts, Memory(held, lasting=False)) == set()
    monkeypatch.setattr(program, "EFFECTS", UNASKED)
    assert told(resolved(facts, Memory(held, lasting=False))) == first
    with pytest.raises(TypeError):
        told(resolved(facts, Memory(held, "another version")))


def test_what_this_process_remembers_is_used_and_so_is_what_a_branch_comes_back_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contents, memory = Contents(), Memory()
    moved = {**START, "shop/settings.py": START["shop/settings.py"].replace("'data'", "'moved'")}
    start, other = contents.facts(START), contents.facts(moved)
    first, second = told(resolved(start, memory)), told(resolved(other, memory))
    assert told(resolved(start, memory)) == first
    monkeypatch.setattr(program, "EFFECTS", UNASKED)
    for _ in range(2):
        assert told(resolved(start, memory)) == first
        assert told(resolved(other, memory)) == second


def asked_anew(monkeypatch: pytest.MonkeyPatch, facts: FactsByPath, memory: Memory) -> set[tuple[str, str]]:
    """Which topics are asked anew of which files."""
    asked: set[tuple[str, str]] = set()

    class Noted(answers.View):
        def __init__(self, topic: str, path: str, tree: Tree, *how: bool) -> None:
            super().__init__(topic, path, tree, *how)
            asked.add((topic, path))

    with monkeypatch.context() as patch:
        patch.setattr(answers, "View", Noted)
        told(resolved(facts, memory))
    return asked


LIBRARY = (
    "import pandas as pd\nfrom more import *\n\nFOLDER = 'data'\nOTHER = 1\n\ndef load(name):\n    return pd.read_csv(FOLDER + name)\n\n"
    "def aside():\n    return 1\n\ndef named():\n    return 'n.csv'\n\nclass One:\n    low = '1'\n\nclass Two:\n    low = '2'\n\nBase = One\n\n"
    "class Kept(Base):\n    root = 'r'\n    def begin(self):\n        self.place = 'p'\n    def later(self):\n        pass\n"
)
USING = (
    "from lib import FOLDER, STARRED, Kept, load, named\n\nopen(FOLDER)\nopen(STARRED)\nopen(Kept().place)\nopen(Kept.low)\n"
    "open(named())\nload('a.csv')\n"
)


@pytest.mark.parametrize(
    ("old", "new", "anew"),
    [
        pytest.param("import pandas as pd", "import os\nimport pandas as pd\n", False, id="lines"),
        pytest.param("def load(name):\n", "def load(name):\n    'Reads.'\n\n", False, id="words about it"),
        pytest.param("return 1", "return 2", False, id="a function that is not used"),
        pytest.param("OTHER = 1", "OTHER = 2", False, id="a name that is not used"),
        pytest.param("'data'", "'more'", True, id="a name that is used"),
        pytest.param("'p'", "'q'", True, id="an attribute that is used"),
        pytest.param("FOLDER = 'data'\n", "if OTHER:\n    FOLDER = 'data'\n", True, id="under a condition"),
        pytest.param("Base = One", "Base = Two", True, id="a name that a class is made from"),
        pytest.param("'n.csv'", "'m.csv'", True, id="what a function returns"),
        pytest.param("        pass\n", "        self.place = 'z'\n", True, id="an attribute by another method"),
        pytest.param("        pass\n", "        self.other = 'z'\n", False, id="an attribute that is not used"),
        pytest.param("    return 'n.csv'", "    print()\n    return 'n.csv'", False, id="what a function does besides"),
        pytest.param(
            "        pass\n",
            "        pass\n    def last(self):\n        self.place = 'z'\n",
            True,
            id="by a method more",
        ),
        pytest.param("from more", "from less", True, id="a star import"),
        pytest.param("def aside", "def before():\n    return 0\n\ndef aside", True, id="other numbers of scopes"),
    ],
)
def test_effects_are_found_anew_where_what_they_look_at_in_other_files_changed(
    monkeypatch: pytest.MonkeyPatch, old: str, new: str, anew: bool
) -> None:
    texts = {"lib.py": LIBRARY, "use.py": USING, "more.py": "STARRED = 'more'\n", "less.py": "STARRED = 'less'\n"}
    contents, memory = Contents(), Memory()
    told(resolved(contents.facts(texts), memory))
    texts["lib.py"] = LIBRARY.replace(old, new)
    facts = contents.facts(texts)
    assert (("effects", "use.py") in asked_anew(monkeypatch, facts, memory)) is anew
    assert told(resolved(facts, memory)) == told(resolved(facts, None))


BASES = "class Base: ...\n\nclass Made(Base):\n    def name(self, n):\n        return n + SUFFIX\n\nSUFFIX = '.csv'\n"


@pytest.mark.parametrize(
    "using",
    [
        pytest.param("from lib import Made\n\nopen(Made().name('a'))\n", id="what a method returns"),
        pytest.param("from lib import Base\n\nclass Own(Base): ...\n", id="what a class is made of"),
    ],
)
def test_functions_that_come_behind_all_others_leave_effects_as_they_are(
    monkeypatch: pytest.MonkeyPatch, using: str
) -> None:
    contents, memory = Contents(), Memory()
    told(resolved(contents.facts({"lib.py": BASES, "use.py": using}), memory))
    facts = contents.facts({"lib.py": f"{BASES}\ndef last():\n    return 2\n", "use.py": using})
    assert asked_anew(monkeypatch, facts, memory) == {("effects", "lib.py")}
    assert told(resolved(facts, memory)) == told(resolved(facts, None))


def test_callers_whose_calls_are_as_they_were_carry_nothing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "lib.py": "import pandas as pd\n\ndef load(name):\n    return pd.read_csv(name)\n",
        "use.py": "import os\nfrom lib import load\nfrom names import other\n\nload('a.csv')\nopen(other(), 'w')\n",
        "names.py": "def other():\n    return 'a.csv'\n",
    }
    contents, memory = Contents(), Memory()
    told(resolved(contents.facts(texts), memory))
    texts["names.py"] = "def other():\n    name = 'a.csv'\n    return name\n"
    facts = contents.facts(texts)
    assert asked_anew(monkeypatch, facts, memory) == {("effects", "names.py"), ("effects", "use.py")}
    assert told(resolved(facts, memory)) == told(resolved(facts, None))


LOADS = {
    "lib.py": "import pandas as pd\n\ndef load(name):\n    return pd.read_csv(name)\n",
    "between.py": "from lib import load\n\ndef fetch(name, more=''):\n    return load(name)\n",
    "use.py": "from between import fetch\n\nfetch('a.csv')\n",
    "other.py": "import pandas as pd\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new", "anew"),
    [
        pytest.param("other.py", "pd", "pandas", set(), id="what nothing leads to"),
        pytest.param("use.py", "a.csv", "b.csv", {"lib.py"}, id="what a caller supplies"),
        pytest.param("between.py", "load(name)", "load(more)", {"lib.py"}, id="what is handed on in between"),
        pytest.param("lib.py", "read_csv", "read_json", {"lib.py"}, id="what is carried"),
        pytest.param("other.py", "pd", "pd\nfrom lib import load\nload('more.csv')", {"lib.py"}, id="a caller more"),
    ],
)
def test_what_a_store_says_of_callers_holds_while_they_are_the_same(
    path: str, old: str, new: str, anew: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, held, texts = Contents(), Held(), dict(LOADS)
    told(resolved(contents.facts(texts), Memory(held, lasting=False)))
    texts[path] = texts[path].replace(old, new)
    facts = contents.facts(texts)
    asked = asked_anew(monkeypatch, facts, Memory(held, lasting=False))
    assert {path for topic, path in asked if topic == "carried"} == anew
    assert told(resolved(facts, Memory(held, lasting=False))) == told(resolved(facts, None))


def test_a_program_in_a_command_is_known_by_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    held = "run:\n\tpython -c \"import pandas as pd; from lib import load; load('{name}.csv')\"\n"
    texts = {"lib.py": "import pandas as pd\n\ndef load(name):\n    return pd.read_csv(name)\n", "Makefile": held}
    contents, memory = Contents(), Memory()
    texts["Makefile"] = held.format(name="a")
    told(resolved(contents.facts(texts), memory))
    assert asked_anew(monkeypatch, contents.facts(texts), memory) == set()
    texts["Makefile"] = held.format(name="b")
    facts = contents.facts(texts)
    assert asked_anew(monkeypatch, facts, memory) == {("effects", "Makefile!1"), ("carried", "lib.py")}
    assert told(resolved(facts, memory)) == told(resolved(facts, None))


def test_what_contents_alone_say_is_asked_once_of_each_and_forgotten_with_it() -> None:
    contents, memory = Contents(), Memory()
    asked: list[int] = []

    def lines(facts: Facts) -> int:
        asked.append(facts.lines)
        return facts.lines

    start = contents.facts(START)
    for _ in range(2):
        program = resolved(start, memory)
        assert [program.code.alone(path, lines) for path in ("report.py", "judge.py")] == asked[:2]
    assert len(asked) == 2
    left = {path: facts for path, facts in start.items() if path != "judge.py"}
    memory.forget({digest: left[path] for path, digest in start.digests.items() if path in left})
    program = resolved(start, memory)
    assert [program.code.alone(path, lines) for path in ("report.py", "judge.py")] == asked[:2]
    assert asked[2:] == asked[1:2]


def test_what_one_program_says_alone_is_asked_once_whatever_modules_come_beside_it() -> None:
    contents, memory, texts = Contents(), Memory(), dict(START)
    asked: list[str] = []

    def scopes(code: Code, path: str) -> int:
        asked.append(path)
        return len(code.programs[path].scopes)

    for change in ("configuration", "a module of the same name beside", "same content elsewhere", "lines shifted"):
        CHANGES[change](texts)
        program = resolved(contents.facts(texts), memory)
        for path in ("report.py", "shop/store.py"):
            assert program.code.of_program(path, scopes) == len(program.code.programs[path].scopes)
    assert asked == ["report.py", "shop/store.py", "shop/store.py"]


def test_what_is_not_to_last_is_forgotten() -> None:
    contents, memory = Contents(), Memory(lasting=False)
    found = resolved(contents.facts(START), memory)
    told(found)
    assert memory.entries is None
    assert all(entry.trace is answers.FORGOTTEN for entry in found.effects.files._entries.values())


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda value: value[:-3], id="cut"),
        pytest.param(lambda value: bytes(byte ^ 1 for byte in value), id="other bits"),
        pytest.param(lambda _: zlib.compress(msgspec.msgpack.encode([NOTHING, 7])), id="of another type"),
        pytest.param(lambda _: zlib.compress(msgspec.msgpack.encode([NOTHING, [[], [[9, "x.py", 9, 1, ["body", 99, 0, 99], [True] * 5]], [], []]])), id="no such call"),
    ],
)  # fmt: skip
def test_a_damaged_store_costs_time_alone(spoilt: Callable[[bytes], bytes]) -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    first = told(resolved(facts, Memory(held, lasting=False)))
    held.values = {key: spoilt(value) for key, value in held.values.items()}
    assert told(resolved(facts, Memory(held, lasting=False))) == first


@pytest.mark.parametrize(("more", "used"), [(0, True), (-1, False)])
def test_what_inflates_to_more_than_effects_take_is_not_used(
    more: int, used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    resolved(facts, Memory(held, lasting=False)).effects  # noqa: B018  # asked, so that it is stored
    first = told(resolved(facts, None))
    largest = max(len(zlib.decompress(value)) for value in held.values.values())
    monkeypatch.setattr(shelves, "MOST_BYTES", largest + more)
    assert told(resolved(facts, Memory(held, lasting=False))) == first
    monkeypatch.setattr(program, "EFFECTS", UNASKED)
    with nullcontext() if used else pytest.raises(TypeError):
        told(resolved(facts, Memory(held, lasting=False)))


def test_what_was_stored_is_let_go_once_all_is_found() -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    resolved(facts, Memory(held, lasting=False)).effects  # noqa: B018  # asked, so that it is stored
    shelf = resolved(facts, Memory(held, lasting=False)).effects.files._shelf
    assert isinstance(shelf, shelves.Shelf)
    assert shelf._held == {}
    assert shelf._taken is None


def test_what_a_call_picks_from_a_table_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    picking = "def one(): pass\ndef two(): pass\ndef run(kind):\n    {'one': one, 'two': two}[kind]()\none()\n"
    facts, held = Contents().facts({**START, "pick.py": picking}), Held()

    def picks() -> list[tuple[int, bool]]:
        calls = resolved(facts, Memory(held, lasting=False)).effects.calls
        return [
            (edge.callee.scope, edge.picked) for site, edges in calls.items() for edge in edges if site[0] == "pick.py"
        ]

    first = picks()
    assert sorted(first) == [(1, False), (1, True), (2, True)]
    monkeypatch.setattr(program, "EFFECTS", UNASKED)
    assert picks() == first


@pytest.mark.parametrize("most", [2, 9, 40])
def test_how_many_callers_are_followed_is_heeded(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    callers = {
        f"call{n}.py": f"from shop.store import load\n\ndef use(name):\n    load(name)\n\nuse('{n}')\n"
        for n in range(6)
    }
    contents, memory = Contents(), Memory()
    facts = contents.facts({**START, **callers})
    every = told(resolved(facts, memory))
    monkeypatch.setattr(carrying, "MOST_LANDINGS", most)
    monkeypatch.setattr(carrying, "LEAST_LANDINGS", 1)
    fewer = told(resolved(facts, memory))
    assert fewer == told(resolved(facts, None))
    assert (fewer == every) is (most == 40)
    monkeypatch.undo()
    assert told(resolved(facts, memory)) == every


def test_nothing_of_the_way_to_an_answer_stays_in_memory() -> None:
    contents = Contents()
    made: list[weakref.ref[object]] = []

    class Seen(answers.View):
        def __init__(self, topic: str, path: str, tree: Tree, *how: bool) -> None:
            super().__init__(topic, path, tree, *how)
            made.extend(map(weakref.ref, (self.evaluator, self.evaluator.denoter, self.code)))

    gc.disable()  # as in an audit
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(answers, "View", Seen)
            told(resolved(contents.facts(dict(START)), Memory()))
        assert made
        assert not any(vars(left) for each in made if (left := each()) is not None)
    finally:
        gc.enable()
