"""A small shop, what may change in it, and its programs after each change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from auditor.facts.reading import FactsByPath
from auditor.graph.declared.steps import Steps
from auditor.knowledge import load
from auditor.model.facts import Facts
from auditor.program import Memory, Resolved, resolve
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
    "shop/kinds.py": "from shop.settings import Settings\n\nclass Kind(Settings):\n    kind = 'k'\n\nclass Sort(Kind):\n    pass\n",
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
    "jobs/all.py": "# Databricks notebook source\n# MAGIC %run ./parts/read\n\n# COMMAND ----------\n\nread(SOURCE).to_csv('out/scores.csv')\n",
    "jobs/parts/read.py": "# Databricks notebook source\nimport pandas as pd\n\nSOURCE = 'data/new.csv'\n\ndef read(path):\n    return pd.read_csv(path)\n",
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
    "what a notebook runs turned": replaced("jobs/parts/read.py", "new", "old"),
    "what a notebook runs gone": gone("jobs/parts/read.py"),
    "what a notebook runs elsewhere": put("parts/read.py", "def read(path):\n    return open(path)\n\nSOURCE = 'x.csv'\n"),
    "a notebook of that name beside it": put("jobs/parts/read.ipynb", '{"cells": [{"cell_type": "code", "metadata": {}, "source": "SOURCE = 1"}], "nbformat": 4, "nbformat_minor": 5}'),
    "lines before a constant": replaced("shop/settings.py", "FOLDER", "# where it lies\n\nFOLDER"),
    "a name beside": replaced("shop/settings.py", "NAMES", "OTHER = 1\nNAMES"),
    "a constant under a condition": replaced("shop/settings.py", "NAMES", "if len('x'):\n    FOLDER = 'other'\nelse:\n    FOLDER = 'none'\nNAMES"),
    "a constant in a loop": replaced("shop/settings.py", "if len('x'):", "while len('x'):"),
    "a constant bound again": replaced("shop/settings.py", "class Settings", "FOLDER = 'again'\n\nclass Settings"),
    "a class of another base": replaced("shop/settings.py", "class Settings:\n    root = 'out'\n", "class Base:\n    root = 'base'\n\nclass Settings(Base):\n    other = 1\n"),
    "a base called otherwise": replaced("shop/settings.py", "class Settings", "class Setting"),
    "a base turned": replaced("shop/settings.py", "root = 'base'", "root = 'ground'"),
    "attributes by a method": put("shop/settings.py", "FOLDER = 'x'\nNAMES = []\nclass Settings:\n    def begin(self):\n        self.root = FOLDER\n"),
    "by a method turned": replaced("shop/settings.py", "self.root = FOLDER", "self.root = 'turned'"),
    "a function described": replaced("shop/store.py", "def load(name):\n", "def load(name):\n    'Reads a table.'\n"),
    "a function of another default": replaced("shop/store.py", "path=None", "path='p.pkl'"),
    "a function before": replaced("shop/store.py", "def load", "def first():\n    return 'f'\n\ndef load"),
    "a function decorated": replaced("shop/store.py", "def load", "@joblib.Memory('c').cache\ndef load"),
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


def there_and_back(change: str, told: Callable[[Resolved], object]) -> None:
    """After a change and when it is taken back, what memory and store keep is what is found anew."""
    contents, memory, texts, held = Contents(), Memory(), dict(START), Held()
    start = told(resolved(contents.facts(texts), memory))
    assert told(resolved(contents.facts(texts), Memory(held, lasting=False))) == start
    CHANGES[change](texts)
    facts = contents.facts(texts)
    anew = told(resolved(facts, None))
    assert told(resolved(facts, memory)) == anew
    assert told(resolved(facts, Memory(held, lasting=False))) == anew
    assert told(resolved(contents.facts(dict(START)), memory)) == start
    assert told(resolved(contents.facts(dict(START)), Memory(held, lasting=False))) == start


def one_after_the_other(changes: Iterable[str], told: Callable[[Resolved], object]) -> None:
    """After each of some changes, what memory and store keep is what is found anew."""
    contents, memory, texts, held = Contents(), Memory(), dict(START), Held()
    told(resolved(contents.facts(texts), memory))
    for change in changes:
        CHANGES[change](texts)
        facts = contents.facts(texts)
        anew = told(resolved(facts, None))
        assert told(resolved(facts, memory)) == anew, change
        assert told(resolved(facts, Memory(held, lasting=False))) == anew, change
