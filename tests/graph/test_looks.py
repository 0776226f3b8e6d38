"""What a look at one file finds is what the world would say of it, is plain data, and is found anew when what it hangs on changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha1
from importlib.resources import files
from typing import Any

import msgspec
import pytest

from auditor.engine import registry
from auditor.engine.registry import Loaded
from auditor.graph.looks import LOOKS
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.knowledge import load
from auditor.model.changes import History
from auditor.model.listing import Entry, Listing, Target
from auditor.program import Memory, resolve
from auditor.program.kept.shelves import inflated
from tests.pages import examples
from tests.program.kept.shop import Contents, Held

RULES = registry().rules
BY_NAME: Mapping[str, Look[Any]] = {look.name: look for look in LOOKS}


def world_of(
    texts: dict[str, str],
    memory: Memory | None = None,
    contents: Contents | None = None,
    looks: tuple[Look[Any], ...] = LOOKS,
) -> World:
    """The world of a tree held in memory."""
    facts = (contents or Contents()).facts({path: text for path, text in texts.items() if _is_read(path)})
    entries = (
        Entry(path, sha1(text.encode(), usedforsecurity=False).hexdigest(), len(text)) for path, text in texts.items()
    )
    listing = Listing(Target("memory", "folder", "example", history="none"), tuple(sorted(entries)))
    program = resolve(facts, frozenset(texts), load(), memory=memory)
    return World(program, listing, lambda: History("none"), looks=looks)


def _is_read(path: str) -> bool:
    from auditor.readers import candidates

    return bool(candidates(path))


def seen(world: World, looks: tuple[Look[Any], ...] = LOOKS) -> dict[tuple[str, str], Any]:
    """All that looks find in all files."""
    found = {(look.name, path): world.seen(look, path) for path in world.resolved.code.paths for look in looks}
    world.resolved.store()
    return found


def _page(loaded: Loaded) -> str:
    package, _, name = loaded.check.__module__.rpartition(".")
    return files(package).joinpath(f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("loaded", RULES.values(), ids=RULES)
def test_a_look_finds_what_the_world_says_and_can_be_stored(loaded: Loaded) -> None:
    for example in examples(_page(loaded)):
        held, contents = Held(), Contents()
        world = world_of(example.files, Memory(held, lasting=False), contents)
        found = seen(world)
        for (name, path), answer in found.items():
            assert answer == BY_NAME[name].find(world, path), (name, path)
        again = world_of(example.files, Memory(held, lasting=False), contents)
        before = dict(held.values)
        assert seen(again) == found
        assert held.values == before  # nothing was found anew


def shelved(held: Held) -> set[bytes]:
    """The keys of all that is stored but pages, which name the functions that asked."""
    return {key for key, value in held.values.items() if b"auditor.program." not in inflated(value)}


def test_looks_are_told_apart_by_their_names() -> None:
    assert len(BY_NAME) == len(LOOKS)


def test_what_breaks_one_look_is_told_to_who_asks_and_is_not_kept() -> None:
    def breaks(_: Sight, path: str) -> tuple[str, ...]:
        if path == "a.py":
            raise ValueError(path)
        return (path,)

    looks = (Look("well", lambda _, path: (path,), tuple[str, ...]), Look("ill", breaks, tuple[str, ...]))
    held, contents, texts = Held(), Contents(), {"a.py": "x = 1\n", "b.py": "y = 2\n"}
    world = world_of(texts, Memory(held, lasting=False), contents, looks)
    before = shelved(held)
    assert world.seen(looks[0], "a.py") == ("a.py",)
    assert world.seen(looks[1], "b.py") == ("b.py",)
    with pytest.raises(ValueError, match=r"a\.py"):
        world.seen(looks[1], "a.py")
    world.resolved.store()
    assert len(shelved(held) - before) == 1


def test_a_look_hangs_on_what_is_said_of_other_files_and_not_on_what_that_was_found_by() -> None:
    asked: list[str] = []

    def read(sight: Sight, path: str) -> tuple[str, ...]:
        asked.append(path)
        return tuple(value.text() for effect in sight.resolved.effects.own["shop.py", 1] for value in effect.targets)

    look, held, contents = Look("read", read, tuple[str, ...]), Held(), Contents()
    shop = "import pandas as pd\nfrom names import SOURCE\n\ndef table():\n    return pd.read_csv(SOURCE)\n"
    texts = {"main.py": FRAMES["main.py"], "shop.py": shop, "names.py": "SOURCE = 'a.csv'\n"}

    def found() -> object:
        world = world_of(texts, Memory(held, lasting=False), contents, (look,))
        told = world.seen(look, "main.py")
        world.resolved.store()
        return told, len(asked)

    assert found() == (("a.csv",), 1)
    texts["names.py"] = "SOURCE = 'a.csv'\nMORE = 1\n"
    assert found() == (("a.csv",), 1)
    texts["names.py"] = "SOURCE = 'b.csv'\n"
    assert found() == (("b.csv",), 2)


@pytest.mark.parametrize(
    ("shop", "anew"),
    [
        pytest.param("SOURCE = 'a.csv'\n\ndef more():\n    return 1\n", False, id="what stands after"),
        pytest.param("SOURCE = 'a.csv'\nMORE = 2\n", False, id="another name"),
        pytest.param("MORE = 1\nSOURCE = 'a.csv'\n", True, id="the line"),
        pytest.param("SOURCE = 'b.csv'\nMORE = 1\n", True, id="the name"),
    ],
)
def test_a_look_hangs_on_what_it_saw_of_other_files_and_in_which_lines(shop: str, anew: bool) -> None:
    asked: list[str] = []

    def placed(sight: Sight, path: str) -> tuple[tuple[str, int], ...]:
        asked.append(path)
        bound = sight.resolved.code.index("shop.py", 0).final("SOURCE") if path == "main.py" else ()
        return tuple((str(getattr(each.value, "value", "")), each.line) for each in bound)

    looks, contents, memory = (Look("placed", placed, tuple[tuple[str, int], ...]),), Contents(), Memory()
    texts = {"main.py": "from shop import SOURCE\n", "shop.py": "SOURCE = 'a.csv'\nMORE = 1\n"}
    assert world_of(dict(texts), memory, contents, looks).seen(looks[0], "main.py") == (("a.csv", 1),)
    asked.clear()
    texts["shop.py"] = shop
    found = world_of(dict(texts), memory, contents, looks).seen(looks[0], "main.py")
    assert bool(asked) is anew
    assert found == world_of(dict(texts), None, contents, looks).seen(looks[0], "main.py")


@pytest.mark.parametrize(
    ("base", "anew"),
    [
        pytest.param("MORE = 1\n\n\nclass Base(nn.Module): ...\n", False, id="the line"),
        pytest.param("class Base: ...\n", True, id="the base"),
        pytest.param("class Other: ...\n\nclass Base(nn.Module): ...\n", True, id="the number"),
    ],
)
def test_networks_are_found_by_no_lines_of_other_files(base: str, anew: bool) -> None:
    asked: list[str] = []
    look = msgspec.structs.replace(BY_NAME["networks"], find=_counting(BY_NAME["networks"].find, asked))
    contents, memory = Contents(), Memory()
    texts = {"main.py": "from shop import Base\n\nclass Net(Base): ...\n"}
    texts["shop.py"] = "from torch import nn\n\nclass Base(nn.Module): ...\n"
    assert world_of(dict(texts), memory, contents, (look,)).seen(look, "main.py") == (1,)
    asked.clear()
    texts["shop.py"] = f"from torch import nn\n\n{base}"
    found = world_of(dict(texts), memory, contents, (look,)).seen(look, "main.py")
    assert bool(asked) is anew
    assert found == world_of(dict(texts)).seen(BY_NAME["networks"], "main.py")


def without(path: str) -> Callable[[dict[str, str]], object]:
    """A file that goes."""
    return lambda texts: texts.pop(path)


def with_(path: str, text: str) -> Callable[[dict[str, str]], object]:
    """A file that comes, or becomes another."""
    return lambda texts: texts.__setitem__(path, text)


ERRORS = {"main.py": "from shop import Missing\n\ndef check(x):\n    Missing(x)\n", "shop.py": "class Missing(ValueError): ...\n"}  # fmt: skip
STARS = {"pkg/__init__.py": "", "pkg/main.py": "from pkg.names import *\n\nprint(limit, helper)\n", "pkg/names.py": "limit = 1\n", "pkg/helper.py": "y = 1\n"}  # fmt: skip
FRAMES = {"main.py": "import pandas as pd\nfrom shop import table\n\ntable().dropna()\n", "shop.py": "import pandas as pd\n\ndef table():\n    return pd.read_csv('a.csv')\n"}  # fmt: skip
ANSWERS = {"main.py": "import joblib\n\nmodel = joblib.load('m.pkl')\n\ndef answer(x):\n    return model.predict(x)\n", "asks.py": "from main import answer\n\nanswer([1])\n"}  # fmt: skip
READING = "import pandas as pd\nfrom main import answer\n\nanswer(pd.read_csv('a.csv'))\n"
LOOP = "import torch\nfrom shop import clear\n\ndef train(model, rows):\n    optimizer = torch.optim.SGD(model.parameters())\n    for row in rows:\n        model(row).backward()\n        optimizer.step()\n        clear(optimizer)\n"
LOOPS = {"main.py": LOOP, "shop.py": "def clear(optimizer):\n    optimizer.zero_grad()\n"}

CHANGES: dict[str, tuple[str, dict[str, str], Callable[[dict[str, str]], object]]] = {
    "a class that is no error any more": ("unraised", ERRORS, with_("shop.py", "class Missing: ...\n")),
    "a module that goes": ("unraised", ERRORS, without("shop.py")),
    "a name of something else": ("unraised", ERRORS, with_("shop.py", "Missing = print\n")),
    "a name that comes": ("unbound", {**ERRORS, "shop.py": "class Other: ...\n"}, with_("shop.py", "Missing = 1\n")),
    "a name that goes": ("unbound", ERRORS, with_("shop.py", "class Other(ValueError): ...\n")),
    "a name that a star brought": ("lacking", STARS, with_("pkg/names.py", "other = 1\n")),
    "a module that a star brought": ("lacking", STARS, without("pkg/helper.py")),
    "a new caller": ("written out", ANSWERS, with_("more.py", READING)),
    "what a caller hands over": ("written out", ANSWERS, with_("asks.py", READING)),
    "a caller that goes": ("written out", ANSWERS, without("asks.py")),
    "what a called function does": ("loops", LOOPS, with_("shop.py", "def clear(optimizer):\n    print(optimizer)\n")),
    "where a called function is": ("loops", LOOPS, without("shop.py")),
    "a module that comes": ("roots", {"main.py": "import shop\n"}, with_("shop.py", "x = 1\n")),
    "what a function gives": ("misuses", FRAMES, with_("shop.py", "def table():\n    return {}\n")),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_what_a_look_hangs_on_changes(change: str) -> None:
    name, texts, made = CHANGES[change]
    look, path = BY_NAME[name], next(each for each in texts if each.endswith("main.py"))
    held, contents, memory = Held(), Contents(), Memory()
    first = world_of(dict(texts)).seen(look, path)
    for each in (Memory(held, lasting=False), memory):
        seen(world_of(dict(texts), each, contents))
    changed = dict(texts)
    made(changed)
    anew = world_of(changed).seen(look, path)
    assert anew != first
    for each in (Memory(held, lasting=False), memory):
        assert world_of(changed, each, contents).seen(look, path) == anew
        assert world_of(dict(texts), each, contents).seen(look, path) == first


def test_what_a_look_does_not_hang_on_leaves_it_as_it_is() -> None:
    held, contents = Held(), Contents()
    texts = {**ERRORS, "other.py": "x = 1\n", "params.yaml": "a: 1\n"}
    seen(world_of(dict(texts), Memory(held, lasting=False), contents))
    changed = {**texts, "other.py": "x = 2\n", "params.yaml": "a: 2\n", "more.py": "y = 1\n"}
    before = shelved(held)
    world = world_of(changed, Memory(held, lasting=False), contents)
    seen(world)
    new = len(shelved(held) - before)
    assert new == 2 * (
        2 + sum(look.rare for look in LOOKS)
    )  # of two files their effects, what looks see, and each rare look


def test_all_looks_are_answered_in_one_view() -> None:
    counted: list[str] = []
    looks = tuple(msgspec.structs.replace(look, find=_counting(look.find, counted)) for look in LOOKS)
    world = world_of(dict(ERRORS), Memory(), looks=looks)
    seen(world, looks)
    seen(world, looks)
    assert len(counted) == len(looks) * len(ERRORS)


def _counting(find: Callable[[Sight, str], Any], counted: list[str]) -> Callable[[Sight, str], Any]:
    def found(sight: Sight, path: str) -> object:
        counted.append(path)
        return find(sight, path)

    return found
