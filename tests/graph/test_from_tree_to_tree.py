"""The graph of a tree after another one is the graph of that tree alone, whatever is kept in between."""

from __future__ import annotations

import pytest

from auditor.graph.artefacts.identity import Identities
from auditor.graph.observed.known_touches import Found, KnownTouches
from auditor.graph.testing.suites import suites
from auditor.graph.world import World
from auditor.program import Memory
from auditor.program.calls.effects import Effect
from auditor.program.symbolic.values import literal
from tests.graph.test_looks import world_of
from tests.program.kept.shop import CHANGES, START, Contents, Texts

USING = "import pandas as pd\n\npd.read_csv('in.csv').to_csv('out.csv')\n"
PLAIN: Texts = {
    "jobs/use.py": USING,
    "Makefile": "all:\n\tcp data/a.csv data/b.csv\n",
    "model.py": "class Model:\n    def fit(self):\n        return 1\n",
    "tests/test_model.py": "from heir import Heir\n\ndef test_it():\n    assert Heir()\n",
    "heir.py": "from model import Model\n\nclass Heir(Model):\n    pass\n",
}


def said(world: World) -> tuple[object, ...]:
    """All nodes and edges, what is touched and could not be named, and what tests reach."""
    lineage = world.lineage
    unnamed = {site: [effect.name for effect in found] for site, found in lineage.unresolved.items() if found}
    touched = {site: list(map(repr, found)) for site, found in lineage.touches.items() if found}
    return dict(world.nodes), world.edges, touched, unnamed, lineage.sites, sorted(suites(world).touched)


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_shop_that_changes(change: str) -> None:
    contents, memory, texts = Contents(), Memory(), dict(START)
    start = said(world_of(texts, memory, contents, ()))
    CHANGES[change](texts)
    assert said(world_of(texts, memory, contents, ())) == said(world_of(texts, None, contents, ()))
    assert said(world_of(dict(START), memory, contents, ())) == start


@pytest.mark.parametrize(
    ("more", "node"),
    [
        ({"jobs/in.csv": "a\n1\n"}, "file:jobs/in.csv"),  # it is there now
        ({"jobs/make.py": "open('jobs/in.csv', 'w').write('')\n"}, "file:jobs/in.csv"),  # somebody writes it
        ({"compose.yaml": "services:\n  a:\n    image: x\n    volumes: ['./jobs:/d']\n", "jobs/use.py": USING.replace("in.csv", "/d/in.csv")}, "file:jobs/in.csv"),
        ({"Makefile": "all:\n\tcp data/a.csv data/c.csv\n"}, "file:data/c.csv"),  # the command moves something else
    ],
)  # fmt: skip
def test_what_texts_mean_when_the_tree_around_them_changes(more: Texts, node: str) -> None:
    contents, memory = Contents(), Memory()
    before = said(world_of(PLAIN, memory, contents, ()))
    assert node not in world_of(PLAIN, memory, contents, ()).nodes
    world = world_of(PLAIN | more, memory, contents, ())
    assert node in world.nodes
    assert said(world) == said(world_of(PLAIN | more, None, contents, ()))
    assert said(world_of(PLAIN, memory, contents, ())) == before


def test_heirs_have_the_methods_of_what_their_base_is_now() -> None:
    contents, memory = Contents(), Memory()
    assert ("model.py", 2) in suites(world_of(PLAIN, memory, contents, ())).touched
    other = PLAIN | {"model.py": "class Model:\n    pass\n\nclass Other:\n    def fit(self):\n        return 1\n"}
    assert not [site for site in suites(world_of(other, memory, contents, ())).touched if site == ("model.py", 3)]
    turned = other | {"heir.py": "from model import Other\n\nclass Heir(Other):\n    pass\n"}
    assert ("model.py", 3) in suites(world_of(turned, memory, contents, ())).touched


def test_what_is_known_of_texts_is_kept_and_what_is_written_is_not() -> None:
    value = literal("new.csv")
    first = Identities(frozenset({"run.py"}))
    guessed = first.of(value, "run.py")
    first.written.add("new.csv")
    known, again = first.of(value, "run.py"), first.anew()
    assert guessed is not None
    assert known is not None
    assert (guessed.guessed, known.guessed) == (True, False)
    assert again.of(value, "run.py") is guessed  # not found anew
    assert not again.written


def test_another_folder_base_or_use_is_another_question() -> None:
    value, identities = literal("new.csv"), Identities(frozenset({"run.py", "jobs/run.py", "made/x"}))
    asked = [
        identities.of(value, "run.py"),
        identities.of(value, "run.py", ["jobs"]),
        identities.of(value, "run.py", ["jobs"], written=True),
        identities.of(value, "run.py", base="made"),
        identities.of(value, "jobs/deep/run.py"),
    ]
    assert [one.id if one else "" for one in asked] == [
        "file:new.csv", "file:jobs/new.csv", "file:jobs/new.csv", "file:made/new.csv", "file:jobs/deep/new.csv",
    ]  # fmt: skip
    assert [one.confidence if one else 0 for one in asked] == [0.7, 0.9, 0.9, 0.8, 0.7]


def test_what_is_made_of_the_same_is_made_once() -> None:
    program = world_of(PLAIN, Memory(), Contents(), ()).resolved
    made: list[str] = program.made_of(list, ("a",))
    assert program.made_of(list, ("a",)) is made
    assert program.made_of(list, ("b",)) == ["b"]
    assert program.made_of(list, ("a",)) is not made


SAME: Texts = {
    "jobs/deep/use.py": "open('in.csv')\n",
    "jobs/deep/other.py": "",
    "jobs/here.csv": "a\n1\n",
    "jobs/move.py": "import os\nimport settings\n\nos.chdir(settings.WORK)\nopen('moved.txt')\n",
    "lib.py": "import pandas as pd\n\ndef load(path):\n    return pd.read_csv(path)\n",
    "make.py": "",
    "settings.py": "WORK = 'jobs'\n",
    "Makefile": "all:\n\tpython jobs/move.py\n",
}


@pytest.mark.parametrize(
    "turned",
    [
        {"make.py": "open('jobs/in.csv', 'w').write('')\n"},  # what is written
        {"make.py": "from lib import load\n\nload('far.csv')\n"},  # who supplies what a function names
        {"Makefile": "all:\n\tpython jobs/move.py\n\tcd jobs/deep && python use.py\n"},  # where it is started
        {"jobs/deep/other.py": "open('here.csv')\n"},  # where its neighbours work
        {"settings.py": "WORK = 'other'\n"},  # where it goes to by itself
    ],
)
def test_what_a_file_touches_hangs_on_more_than_its_effects(turned: Texts) -> None:
    contents, memory = Contents(), Memory()
    before = said(world_of(SAME, memory, contents, ()))
    after = said(world_of(SAME | turned, memory, contents, ()))
    assert after == said(world_of(SAME | turned, None, contents, ()))
    assert after[2] != before[2] or after[3] != before[3]
    assert said(world_of(SAME, memory, contents, ())) == before


def test_touches_are_known_by_all_that_they_were_found_by() -> None:
    known, files, asked = KnownTouches(), object(), list[str]()

    def found() -> Found:
        asked.append("a.py")
        return Found([], [], [])

    def find(effects: list[Effect], around: str) -> bool:
        """Whether it was found anew."""
        count = len(asked)
        known.find("a.py", effects, around, found)
        return len(asked) > count

    one, equal = [_effect()], [_effect()]
    known.begin(files, frozenset())
    assert find(one, "here")
    known.begin(files, frozenset())
    assert not find(one, "here")
    assert find(one, "there")
    assert find(equal, "there")  # other records, which say the same
    known.begin(files, frozenset({"x.csv"}))
    assert find(equal, "there")
    known.begin(object(), frozenset({"x.csv"}))
    assert find(equal, "there")
    known.begin(object(), frozenset())
    known.begin(files, frozenset())
    assert find(equal, "there")  # nobody asked of the tree between


def _effect() -> Effect:
    (effect,) = world_of({"a.py": "open('x')\n"}, None, Contents(), ()).resolved.effects.all()
    return effect
