"""Dead and undefined keys, and targets: asked of small trees, each debt beside what must be left alone."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from auditor.graph.configuration.keys import Document
from tests.pages import graphs

PARAMS = "a: 1\nb: 2\nc: 3\npart:\n  d: 4\n  e: 5\nlast: 6\n"
LOAD = "import yaml\nparams = yaml.safe_load(open('params.yaml'))\nprint(params['a'], params['b'], params['c'])\n"


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs({"params.yaml": PARAMS} | files, archetypes="P").components
    return graph


def document(code: str, **more: str) -> Document:
    (found,) = ask({"train.py": LOAD + code, **more}).settings_read()
    return found


def dead(code: str, **more: str) -> list[str]:
    return [key.name for key in document(code, **more).dead]


def test_what_nothing_says_is_dead() -> None:
    assert dead("print(params['part']['d'])\n") == ["part.e", "last"]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("print(params['part'])\nprint(params['last'])\n", id="a part handed on"),
        pytest.param(
            "for name in ('d', 'e', 'last'):\n    print(params[name])\n", id="looked up by a name that is said"
        ),
        pytest.param("class C:\n    d: int\n    e: int\n    last: int\n", id="fields of a class"),
        pytest.param("def f(d, e, last):\n    return d\n", id="parameters"),
        pytest.param("print(vars(params))\n", id="all of it handed on"),
        pytest.param("import lib\nPATH = 'params.yaml'\nlib.run(config=PATH)\n", id="its path handed on"),
    ],
)
def test_what_may_be_read_is_left_alone(code: str) -> None:
    assert dead(code) == []


def test_a_literal_of_the_same_name_reads_nothing() -> None:
    assert dead("print(params['part'])\nfit(last=6)\n") == ["last"]


def test_commands_and_interpolations_read() -> None:
    assert dead("print(params['part'])\n", Makefile="all:\n\techo ${last}\n") == []
    assert dead("print(params['part'])\n", **{"other.yaml": "x: ${last}\n"}) == []


def test_other_languages_may_read() -> None:
    assert document("print(params['part'])\n", **{"plot.R": "x\n"}).open == "plot.R may read it"


def undefined(code: str, **more: str) -> list[str]:
    return [key.name for key in document(f"print(params['part'], params['last'])\n{code}", **more).undefined]


def test_what_nothing_defines_is_undefined() -> None:
    assert undefined("print(params['part']['lost'])\n") == ["part.lost"]


@pytest.mark.parametrize(
    "code",
    [
        "print(params.get('lost'))\n",
        "print(params.get('part', {})['lost'])\n",
        "lost = params.get('lost')\nif lost:\n    print(lost)\n",
        "try:\n    print(params['lost'])\nexcept KeyError:\n    pass\n",
        "if 'lost' in params:\n    print(params['lost'])\n",
        "params['lost'] = 1\nprint(params['lost'])\n",
        "print(params['a'].bit_length(), params['b'].real)\n",
        "print(params['part'].items())\n",
    ],
)
def test_what_has_a_way_out_is_left_alone(code: str) -> None:
    assert undefined(code) == []


def test_a_record_of_a_run_is_no_settings() -> None:
    made = "part:\n  made_by: x\ncreated_at: 2026-02-12\n"
    read = "import json, yaml\nparams = yaml.safe_load(open('record.yaml'))\nprint(params['part']['lost'])\n"
    (graph,) = graphs({"record.yaml": made, "train.py": read}, archetypes="P").components
    assert graph.settings_read() == []
    (graph,) = graphs({"record.yaml": made.replace("_at", ""), "train.py": read}, archetypes="P").components
    assert [key.name for document in graph.settings_read() for key in document.undefined] == ["part.lost"]


def test_other_documents_and_commands_define() -> None:
    assert undefined("print(params['lost'])\n", **{"other.yaml": "lost: 1\n"}) == []
    assert undefined("print(params['lost'])\n", **{"run.sh": "python train.py lost=3\n"}) == []


def test_targets() -> None:
    conf = "a:\n  _target_: pkg.mod.There\nb:\n  _target_: pkg.mod.Gone\nc:\n  _target_: torch.nn.Gone\nd:\n  _target_: pkg.open.Any\n"
    files = {
        "conf/a.yaml": conf,
        "pkg/__init__.py": "",
        "pkg/mod.py": "class There:\n    pass\n",
        "pkg/open.py": "from lib import *\n",
    }
    broken, leading = ask(files).targets()
    assert [(target.dotted, target.place.line) for target in broken] == [("pkg.mod.Gone", 4)]
    assert leading == 2
