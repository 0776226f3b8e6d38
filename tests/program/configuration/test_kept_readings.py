"""What reads configuration is kept from one tree to the next, and is what would be found anew whatever changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.program import Memory, Resolved
from auditor.program.configuration.followed import Reading
from auditor.program.configuration.readings import Readings
from tests.program.kept.shop import CHANGES, Contents, Held, one_after_the_other, resolved, there_and_back

READS = "import yaml\ndef read():\n    return yaml.safe_load(open('params.yaml'))\n"
NOTHING = "def read():\n    pass\n"
SHOP = {
    "params.yaml": "lr: 1\nfile: other.yaml\n",
    "other.yaml": "depth: 2\n",
    "far.py": NOTHING,
    "near.py": "from far import read\ndef ask():\n    read()\n",
    "deep.py": READS + "".join(f"def r{n}():\n    return {f'r{n - 1}' if n else 'read'}()\n" for n in range(3)),
    "show.py": "from shown import inner\ndef show(path):\n    inner(path)\n",
    "shown.py": "def inner(path):\n    print(path)\n",
    "main.py": (
        "import yaml\nfrom near import ask\nfrom deep import r2\nfrom show import show\n"
        "class Task:\n    def first(self):\n        ask()\n    def second(self):\n        c = r2()\n        print(c['lr'])\n"
        "def main():\n    c = yaml.safe_load(open('params.yaml'))\n    show(c['file'])\n"
    ),
}


def told(program: Resolved) -> list[Reading]:
    """All readings of a tree."""
    found = program.readings.all()
    program.store()
    return found


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_and_back(change: str) -> None:
    there_and_back(change, told)


@settings(max_examples=10)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=6))
def test_what_is_kept_is_what_is_found_anew(changes: list[str]) -> None:
    one_after_the_other(changes, told)


@pytest.mark.parametrize(
    ("path", "text", "key"),
    [
        pytest.param("far.py", READS, "lr", id="another method of a class begins to lead to a document"),
        pytest.param(
            "shown.py",
            "import yaml\ndef inner(path):\n    c = yaml.safe_load(open(path))\n    print(c['depth'])\n",
            "depth",
            id="a function begins to wait for a path",
        ),
        pytest.param("params.yaml", "lr: 1\nfile: {part: 2}\n", "file", id="a key becomes a part of the document"),
    ],
)
def test_what_is_not_in_the_file_counts(path: str, text: str, key: str) -> None:
    contents, memory, held = Contents(), Memory(), Held()
    before = told(resolved(contents.facts(SHOP), memory))
    assert told(resolved(contents.facts(SHOP), Memory(held))) == before
    facts = contents.facts({**SHOP, path: text})
    anew = told(resolved(facts, None))
    assert {key} <= {reading.key for reading in {*anew} - {*before}}
    assert told(resolved(facts, memory)) == anew
    assert told(resolved(facts, Memory(held))) == anew


def test_what_did_not_change_is_not_followed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    contents, memory = Contents(), Memory()
    before = told(resolved(contents.facts(SHOP), memory))
    monkeypatch.setattr(Readings, "_find", None)
    assert told(resolved(contents.facts({**SHOP, "far.py": NOTHING + "\n"}), memory)) == before
    with pytest.raises(TypeError):
        told(resolved(contents.facts({**SHOP, "main.py": SHOP["main.py"] + "\n"}), memory))


def test_a_place_that_two_files_lead_to_is_one() -> None:
    use = "def use(c, d):\n    print(c['lr'], d.get('lr'))\n"
    leads = "import yaml\nfrom use import use\nread = yaml.safe_load(open('params.yaml'))\n"
    files = {
        "params.yaml": "lr: 1\n",
        "use.py": use,
        "one.py": leads + "use(read, {})\n",
        "two.py": leads + "use({}, read)\n",
    }
    found = told(resolved(Contents().facts(files), None))
    assert [(each.key, each.site, each.optional) for each in found if each.key] == [("lr", ("use.py", 1), True)]


def test_a_test_that_works_in_a_folder_of_its_own_reads_the_document_all_the_same() -> None:
    """What its call names lies in that folder, and what it stands for is known: from the store of another process, too."""
    text = "def test_it(monkeypatch, tmp_path):\n    monkeypatch.chdir(tmp_path)\n    conf = yaml.safe_load(open('params.yaml'))\n    assert conf['a']\n"
    texts = {"params.yaml": "a: 1\n", "tests/test_conf.py": f"import yaml\n\n{text}"}
    contents, held, memory = Contents(), Held(), Memory()
    anew = told(resolved(contents.facts(texts), None))
    assert [(each.document, each.key, each.site[0]) for each in anew] == [("params.yaml", "a", "tests/test_conf.py")]
    assert told(resolved(contents.facts(texts), Memory(held, lasting=False))) == anew
    assert told(resolved(contents.facts(texts), Memory(held, lasting=False))) == anew
    assert told(resolved(contents.facts(texts), memory)) == anew
    assert not told(resolved(contents.facts(texts | {"params.yaml": ""}), memory))
    assert told(resolved(contents.facts(texts), memory)) == anew
