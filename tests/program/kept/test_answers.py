"""What is kept from one tree to the next is what would be found anew, whatever changes in between."""

from __future__ import annotations

import gc
import hashlib
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import program
from auditor.facts.reading import FactsByPath
from auditor.graph.declared.steps import Steps
from auditor.knowledge import load
from auditor.model.facts import Facts
from auditor.program import Memory, Resolved, resolve
from auditor.program.calls import carrying, stored
from auditor.program.kept import answers
from auditor.program.kept.traces import Tree
from auditor.program.rows.row_sets import Rows
from auditor.program.rows.trace import Evaluation, Signal, Split, Trace
from auditor.program.rows.values import Fit, Trained
from auditor.readers import candidates, read_file

Texts = dict[str, str]

START: Texts = {
    "shop/__init__.py": "from shop.store import save\n",
    "shop/settings.py": "FOLDER = 'data'\nNAMES = ['a', 'b']\n\nclass Settings:\n    root = 'out'\n",
    "shop/store.py": (
        "import joblib\nimport pandas as pd\nfrom shop import settings\nfrom shop.settings import Settings\n\n"
        "def load(name):\n    return pd.read_csv(f'{settings.FOLDER}/{name}.csv')\n\n"
        "def save(model, path=None):\n    joblib.dump(model, path or Settings.root + '/model.pkl')\n"
    ),
    "shop/names.py": "DEFAULT = 'raw'\n",
    "train.py": (
        "import argparse\nimport yaml\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\n"
        "from shop.store import load, save\nfrom shop.names import *\n\n"
        "params = yaml.safe_load(open('params.yaml'))\n\n"
        "def main():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--out', default='model.bin')\n"
        "    args = parser.parse_args()\n    df = load(DEFAULT)\n    more = pd.read_csv(params['source'])\n"
        "    X = StandardScaler().fit_transform(df.drop(columns=['y']))\n"
        "    X_tr, X_te, y_tr, y_te = train_test_split(X, df['y'])\n"
        "    model = LogisticRegression().fit(X_tr, y_tr)\n    print(model.score(X_te, y_te))\n    save(model, args.out)\n"
        "    df.to_csv(args.out)\n\n"
        "if __name__ == '__main__':\n    main()\n"
    ),
    "report.py": (
        "import pandas as pd\nfrom shop.settings import NAMES, Settings\n\nmade = Settings()\n"
        "for name in NAMES:\n    pd.read_csv(f'{made.root}/{name}.csv').to_parquet(f'{name}.parquet')\n"
    ),
    "judge.py": (
        "import pandas as pd\nfrom dataclasses import dataclass\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import train_test_split\n\n"
        "@dataclass\nclass Choice:\n    fast: bool = False\n\n"
        "def named(choice):\n    if choice.fast:\n        return 'few.csv'\n    return 'all.csv'\n\n"
        "def inner(X, y):\n    X_tr, X_te, y_tr, y_te = train_test_split(X, y)\n"
        "    print(LogisticRegression().fit(X_tr, y_tr).score(X_te, y_te))\n\n"
        "def outer():\n    df = pd.read_csv(named(Choice(fast=True)))\n    inner(df, df['y'])\n"
    ),
    "tests/conftest.py": "import pytest\n\n@pytest.fixture\ndef folder(tmp_path):\n    return tmp_path\n",
    "tests/test_store.py": (
        "from shop.store import save\n\ndef test_save(folder):\n    save(1, folder / 'm.pkl')\n    assert folder\n"
    ),
    "params.yaml": "source: data/more.csv\n",
    "Makefile": "train:\n\tpython train.py --out models/a.pkl\n",
}  # fmt: skip


def replaced(path: str, old: str, new: str) -> Callable[[Texts], None]:
    """A change of a text in a file, where it is there."""

    def change(texts: Texts) -> None:
        if path in texts:
            texts[path] = texts[path].replace(old, new)

    return change


def put(path: str, text: str) -> Callable[[Texts], None]:
    """A file that comes, or becomes another."""
    return lambda texts: texts.__setitem__(path, text)


def gone(path: str) -> Callable[[Texts], None]:
    """A file that goes."""

    def change(texts: Texts) -> None:
        texts.pop(path, None)

    return change


CHANGES: Mapping[str, Callable[[Texts], None]] = {
    "constant in a module": replaced("shop/settings.py", "'data'", "'input'"),
    "constant back": replaced("shop/settings.py", "'input'", "'data'"),
    "more in a list": replaced("shop/settings.py", "['a', 'b']", "['a', 'b', 'c']"),
    "attribute of a class": replaced("shop/settings.py", "root = 'out'", "root = 'built'"),
    "class of other fields": put("shop/settings.py", "FOLDER = 'x'\nNAMES = []\nclass Settings:\n    def __init__(self):\n        self.root = FOLDER\n"),
    "function renamed": replaced("shop/store.py", "def load", "def fetch"),
    "lines shifted": replaced("shop/store.py", "import joblib", "import os\nimport joblib"),
    "function takes another path": replaced("shop/store.py", ".csv'", ".tsv'"),
    "star import turned": replaced("shop/names.py", "'raw'", "'clean'"),
    "star import of nothing": put("shop/names.py", ""),
    "star import through another": put("shop/names.py", "from shop.other import *\n"),
    "what it leads to": put("shop/other.py", "DEFAULT = 'deep'\n"),
    "module gone": gone("shop/names.py"),
    "package gone": gone("shop/__init__.py"),
    "settings become a package": put("shop/settings/__init__.py", "FOLDER = 'p'\nNAMES = ['z']\nclass Settings:\n    root = 'q'\n"),
    "a module of the same name beside": put("settings.py", "FOLDER = 'no'\n"),
    "a library becomes our own": put("joblib.py", "def dump(model, path):\n    open(path, 'w').write(str(model))\n"),
    "configuration": replaced("params.yaml", "more", "other"),
    "configuration gone": gone("params.yaml"),
    "configuration in another folder": put("shop/params.yaml", "source: data/far.csv\n"),
    "command": replaced("Makefile", "models/a.pkl", "models/b.pkl"),
    "command before it": replaced("Makefile", "train:\n", "train:\n\tpython report.py\n\tpython train.py\n"),
    "no command": put("Makefile", "all:\n\techo\n"),
    "fixture": replaced("tests/conftest.py", "return tmp_path", "return 'kept'"),
    "nearer fixture": put("tests/deep/conftest.py", "import pytest\n\n@pytest.fixture\ndef folder():\n    return 'n'\n"),
    "no fixture": gone("tests/conftest.py"),
    "attribute set from outside": put("tune.py", "from report import made\n\nmade.root = 'elsewhere'\n"),
    "a caller": put("again.py", "from train import main\n\nmain()\n"),
    "a caller of a helper": put("again.py", "from shop.store import load\n\nload('again')\n"),
    "a caller of all": put("again.py", "from judge import outer\n\nouter()\n"),
    "attribute that decides set from outside": put("tune.py", "def tuned(choice):\n    choice.fast = False\n"),
    "no caller": gone("again.py"),
    "broken": put("shop/store.py", "def load(:\n"),
    "mended": put("shop/store.py", START["shop/store.py"]),
    "each imports the other": put("shop/names.py", "from train import *\nDEFAULT = 'round'\n"),
    "same content elsewhere": put("copy.py", START["report.py"]),
}  # fmt: skip


class Contents:
    """Facts of contents, read once: what a history keeps from one commit to the next."""

    def __init__(self) -> None:
        self._facts: dict[bytes, Facts] = {}

    def facts(self, texts: Texts) -> FactsByPath:
        """The facts of a tree, with the digests of its contents."""
        digests = {}
        for path, text in texts.items():
            kinds = ",".join(reader.name for reader in candidates(path))
            digest = digests[path] = hashlib.blake2b(f"{kinds}\0{text}".encode(), digest_size=16).digest()
            if digest not in self._facts:
                self._facts[digest] = read_file(candidates(path), text.encode())
        return FactsByPath({path: self._facts[digest] for path, digest in digests.items()}, digests)


class Held:
    """A store in memory."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}

    def get_many(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """The stored ones among some keys."""
        return ((key, self.values[key]) for key in keys if key in self.values)

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Store all values."""
        self.values.update(values)


def resolved(facts: FactsByPath, memory: Memory | None) -> Resolved:
    """The program of a tree, as far as the graph has started it."""
    found = resolve(facts, frozenset(facts), load(), memory=memory)
    Steps(found)
    return found


def told(program: Resolved) -> str:
    """All that is said of calls and rows, to the letter."""
    effects = program.effects
    rows = {path: program.rows.of(path) for path in program.code.paths}
    said = (effects.own, effects.calls, effects.callers, effects.made, effects.lifted, rows)
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
    contents, memory, texts, held = Contents(), Memory(), dict(START), Held()
    start = told(resolved(contents.facts(texts), memory))
    assert told(resolved(contents.facts(texts), Memory(held))) == start
    CHANGES[change](texts)
    facts = contents.facts(texts)
    anew = told(resolved(facts, None))
    assert told(resolved(facts, memory)) == anew
    assert told(resolved(facts, Memory(held))) == anew
    assert told(resolved(contents.facts(dict(START)), memory)) == start
    assert told(resolved(contents.facts(dict(START)), Memory(held))) == start


@settings(max_examples=30)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=8))
def test_what_is_kept_is_what_is_found_anew(changes: list[str]) -> None:
    contents, memory, texts, held = Contents(), Memory(), dict(START), Held()
    told(resolved(contents.facts(texts), memory))
    for change in changes:
        CHANGES[change](texts)
        facts = contents.facts(texts)
        anew = told(resolved(facts, None))
        assert told(resolved(facts, memory)) == anew, change
        assert told(resolved(facts, Memory(held))) == anew, change


def test_what_is_stored_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    first = told(resolved(facts, Memory(held)))
    assert len(held.values) == sum(path.endswith(".py") for path in START)
    monkeypatch.setattr(program, "of_file", None)
    assert told(resolved(facts, Memory(held))) == first
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
    monkeypatch.setattr(program, "of_file", None)
    for _ in range(2):
        assert told(resolved(start, memory)) == first
        assert told(resolved(other, memory)) == second


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
        pytest.param(lambda _: zlib.compress(b"\x92\x94\x90\x90\x90\x90\xc0"), id="no effects"),
        pytest.param(lambda _: zlib.compress(msgspec.msgpack.encode([[[], [], [], []], [[], [[9, "x.py", 9, ["body", 99, 0, 99], [True] * 5]], []]])), id="no such call"),
    ],
)  # fmt: skip
def test_a_damaged_store_costs_time_alone(spoilt: Callable[[bytes], bytes]) -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    first = told(resolved(facts, Memory(held)))
    held.values = {key: spoilt(value) for key, value in held.values.items()}
    assert told(resolved(facts, Memory(held))) == first


@pytest.mark.parametrize(("more", "used"), [(0, True), (-1, False)])
def test_what_inflates_to_more_than_effects_take_is_not_used(
    more: int, used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    first = told(resolved(facts, Memory(held)))
    largest = max(len(zlib.decompress(value)) for value in held.values.values())
    monkeypatch.setattr(stored, "MOST_BYTES", largest + more)
    assert told(resolved(facts, Memory(held))) == first
    monkeypatch.setattr(program, "of_file", None)
    with nullcontext() if used else pytest.raises(TypeError):
        told(resolved(facts, Memory(held)))


def test_what_was_stored_is_let_go_once_all_is_found() -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    resolved(facts, Memory(held)).effects  # noqa: B018  # asked, so that it is stored
    shelf = resolved(facts, Memory(held)).effects.files._shelf
    assert isinstance(shelf, stored.Shelf)
    assert shelf._held is None


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
        def __init__(self, topic: str, path: str, tree: Tree) -> None:
            super().__init__(topic, path, tree)
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
