"""Where following configuration documents begins, and which calls may supply the path of one."""

from __future__ import annotations

from typing import cast

from auditor.program.calls.carrying import MOST_LANDINGS
from auditor.program.calls.seen import SeenEffects
from auditor.program.configuration.beginnings import Beginnings, Supplies
from auditor.program.naming.code import Frame
from tests.program.asking import program

PARAMS = {"params.yaml": "out: models\n"}
LOAD = "import yaml\ndef load(path):\n    return yaml.safe_load(open(path))\n"


def begins(files: dict[str, str]) -> list[tuple[str, str]]:
    """The scopes that documents can be known in without arguments."""
    asked = program({**PARAMS, **files})
    found = Beginnings(asked.effects).sites.values()
    return [(path, asked.code.scope(path, number).name) for sites in found for path, number in sites]


def read(files: dict[str, str]) -> list[tuple[str, str, int]]:
    """The keys that are read, with where."""
    return [(r.key, r.site[0], r.line) for r in program({**PARAMS, **files}).readings.all()]


def test_only_who_names_a_document_of_the_tree_begins() -> None:
    named = LOAD + "def main():\n    print(load('params.yaml')['out'])\n"
    assert begins({"main.py": named}) == [("main.py", "main")]
    assert begins({"main.py": named.replace("params", "absent")}) == []
    assert begins({"main.py": named.replace("'params.yaml'", "out_of_sight()")}) == []


def test_who_is_handed_a_document_begins_for_whoever_calls_him() -> None:
    source = "import yaml\ndef settings():\n    return yaml.safe_load(open('params.yaml'))\ndef main():\n    settings()['out']\n"
    assert begins({"main.py": source}) == [("main.py", "settings"), ("main.py", "main")]


def test_a_path_is_followed_over_functions_that_hand_it_on() -> None:
    source = (
        LOAD
        + "def use(path):\n    c = load(path)\n    print(c['out'])\ndef main(path):\n    use(path)\nmain('params.yaml')\n"
    )
    assert read({"main.py": source}) == [("out", "main.py", 6)]


def test_a_path_in_a_document_leads_to_the_next_document() -> None:
    source = LOAD + "def use(path):\n    c = load(path)\n    print(c['out'])\nuse(load('first.yaml')['next'])\n"
    assert ("out", "main.py", 6) in read({"main.py": source, "first.yaml": "next: params.yaml\n"})


def test_a_test_in_a_folder_of_its_own_names_no_document_of_the_tree() -> None:
    use = LOAD + "def use(path):\n    c = load(path)\n    print(c['out'])\n"
    test = "from main import use\ndef test_use(tmp_path, monkeypatch):\n{}    use('params.yaml')\n"
    moved = test.format("    monkeypatch.chdir(tmp_path)\n")
    assert read({"main.py": use, "tests/test_use.py": test.format("")}) == [("out", "main.py", 6)]
    assert read({"main.py": use, "tests/test_use.py": moved}) == []


def test_of_a_function_with_very_many_callers_none_is_left_out() -> None:
    """Effects land on so many callers only: who is beyond them may name a document all the same, through whatever hands it on."""
    use = LOAD + "def use(path):\n    c = load(path)\n    print(c['out'])\n"
    crowd = "".join(f"def f{n}(path):\n    use(path)\n" for n in range(MOST_LANDINGS + 5))
    calls = "".join(f"def g{n}():\n    f{n}('absent.yaml')\n" for n in range(MOST_LANDINGS + 5))
    last = "def last(path):\n    use(path)\ndef main():\n    last('params.yaml')\n"
    assert program({"main.py": use + crowd + calls + last}).effects.cut
    assert read({"main.py": use + last}) == [("out", "main.py", 6)]
    assert read({"main.py": use + crowd + calls + last}) == [("out", "main.py", 6)]


def test_of_very_many_callers_those_that_give_nothing_supply_no_path() -> None:
    use = LOAD + "def use(path=None):\n    c = load(path)\n    print(c['out'])\n"
    use += "class Uses:\n    def use(self, path=None):\n        use(path)\n"
    crowd = "".join(f"def f{n}(path):\n    Uses().use(path)\n" for n in range(MOST_LANDINGS + 5))
    calls = "".join(f"def g{n}():\n    f{n}('absent.yaml')\n" for n in range(MOST_LANDINGS + 5))
    last = "def plain():\n    use()\ndef of_object():\n    Uses().use()\ndef main():\n    use('params.yaml')\n"
    asked = program({**PARAMS, "main.py": use + crowd + calls + last})
    assert asked.effects.cut
    names = {asked.code.scope("main.py", number).name: number for number in asked.code.scopes("main.py")}
    supplies = Supplies(cast("SeenEffects", asked.effects), Beginnings(asked.effects))
    told = {}
    for name in ("plain", "of_object", "main", "f1"):
        site = ("main.py", names[name])
        told[name] = any(supplies.may(edge, Frame(*site)) for edge in asked.effects.calls[site])
    assert told == {"plain": False, "of_object": True, "main": True, "f1": True}


def test_a_parser_that_read_a_document_is_followed_where_it_is_handed_over() -> None:
    """A function that waits for the path of one file may be handed the parser of another."""
    source = (
        "import configparser, yaml\n"
        "def check(path, parser):\n    c = yaml.safe_load(open(path))\n    print(parser['a']['b'])\n"
        "p = configparser.ConfigParser()\np.read('app.ini')\ncheck('absent.yaml', p)\n"
    )
    assert ("a.b", "main.py", 4) in read({"main.py": source, "app.ini": "[a]\nb = 1\n"})


def test_a_document_that_is_composed_by_its_name_is_followed() -> None:
    source = (
        "import hydra\nclass Model:\n    def __init__(self, args):\n        self.out = args.out\n"
        "def compose(name):\n    with hydra.initialize(config_path='conf'):\n        return hydra.compose(name)\n"
        "def use(name):\n    Model(compose(name))\n"
        "use('params')\n"
    )
    assert [key for key, _, _ in read({"main.py": source, "conf/params.yaml": "out: models\n"})] == ["out"]


def test_a_document_is_imported_whatever_else_is_before_it() -> None:
    files = {"settings.py": "import yaml\nCFG = yaml.safe_load(open('params.yaml'))\n", "tools.py": "X = 1\n"}
    use = "def main():\n    print(CFG['out'])\n"
    imports = ["from settings import CFG\n", "from tools import *\n"]
    for before in (imports, imports[::-1]):
        assert ("out", "main.py", 4) in read({**files, "main.py": "".join(before) + use})


def test_a_document_is_imported_where_it_is_used() -> None:
    settings = {"settings.py": "import yaml\nCFG = yaml.safe_load(open('params.yaml'))\n"}
    for said, name in (("from settings import CFG", "CFG"), ("import settings", "settings.CFG")):
        main = f"def main():\n    {said}\n    print({name}['out'])\n"
        assert ("out", "main.py", 3) in read({**settings, "main.py": main})
