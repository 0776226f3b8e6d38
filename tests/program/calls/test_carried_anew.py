"""What lands on a caller is the very record that it was where nothing about it changed, and holds the calls of its tree."""

from __future__ import annotations

import pytest

from auditor.program import Memory, Resolved
from auditor.program.calls.landing import Chain, Landing
from auditor.program.calls.records import Effect
from tests.program.kept.shop import Contents, resolved

FILES = {
    "lib.py": "import pandas as pd\ndef load(path):\n    return pd.read_csv(path)\n",
    "one.py": "from lib import load\nload('one.csv')\n",
    "two.py": "from lib import load\nload('two.csv')\n",
}


def landed(tree: Resolved, path: str) -> list[tuple[str, int]]:
    """What lands on the body of a file: its path, and which record it is."""
    return [(effect.targets[0].text(), id(effect)) for effect in tree.effects.lifted[path, 0]]


def test_another_caller_that_changes_leaves_the_record() -> None:
    contents, memory = Contents(), Memory()
    before = resolved(contents.facts(FILES), memory)
    one, two = landed(before, "one.py"), landed(before, "two.py")
    after = resolved(contents.facts({**FILES, "two.py": FILES["two.py"].replace("two.csv", "2.csv")}), memory)
    assert landed(after, "one.py") == one
    assert [text for text, _ in landed(after, "two.py")] == ["2.csv"]
    assert [text for text, _ in two] == ["two.csv"]


def test_a_call_that_is_written_anew_is_another() -> None:
    contents, memory = Contents(), Memory()
    before = landed(resolved(contents.facts(FILES), memory), "two.py")
    after = resolved(contents.facts({**FILES, "two.py": FILES["two.py"] + "print()\n"}), memory)
    (effect,), (call,) = after.effects.lifted["two.py", 0], after.effects.calls["two.py", 0]
    assert effect.chain[0] is call
    assert landed(after, "two.py") != before


def test_what_is_named_otherwise_is_another() -> None:
    contents, memory = Contents(), Memory()
    files = {
        **FILES,
        "one.py": "from lib import load\nfrom names import NAME\nload(NAME)\n",
        "names.py": "NAME = 'a'\n",
    }
    before = landed(resolved(contents.facts(files), memory), "one.py")
    after = landed(resolved(contents.facts({**files, "names.py": "NAME = 'b'\n"}), memory), "one.py")
    assert ([text for text, _ in before], [text for text, _ in after]) == (["a"], ["b"])


def test_callers_that_did_not_change_are_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    contents, memory = Contents(), Memory()
    assert landed(resolved(contents.facts(FILES), memory), "one.py")
    asked: list[str] = []
    through = Landing.through

    def noted(landing: Landing, effect: Effect, chain: Chain) -> Effect | None:
        asked.append(chain[0].caller[0])
        return through(landing, effect, chain)

    monkeypatch.setattr(Landing, "through", noted)
    after = resolved(contents.facts({**FILES, "two.py": FILES["two.py"] + "load('3.csv')\n"}), memory)
    assert [text for text, _ in landed(after, "two.py")] == ["two.csv", "3.csv"]
    assert [text for text, _ in landed(after, "one.py")] == ["one.csv"]
    assert set(asked) == {"two.py"}
