"""Shadowed settings, fixed thresholds, what experiments left: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from tests.pages import graphs

PARAMS = "test_size: 0.3\na: 1\nb: 2\nc: 3\n"
LOAD = "import yaml\nparams = yaml.safe_load(open('params.yaml'))\nprint(params['a'], params['b'], params['c'])\n"
SPLIT = "from sklearn.model_selection import train_test_split\n"


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs(files, archetypes="PS").components
    return graph


def shadowed(code: str) -> list[str]:
    return [one.key.name for one in ask({"params.yaml": PARAMS, "train.py": LOAD + code}).shadowed()]


def test_a_literal_beside_a_setting_that_nothing_reads() -> None:
    assert shadowed(f"{SPLIT}train_test_split([1], test_size=0.2)\n") == ["test_size"]
    assert shadowed(f"{SPLIT}train_test_split([1], test_size=0.2)\nsaid['test_size'] = 0.2\n") == ["test_size"]


@pytest.mark.parametrize(
    "code",
    [
        f"{SPLIT}train_test_split([1], test_size=params['test_size'])\n",
        f"{SPLIT}print(params['test_size'])\ntrain_test_split([1], test_size=0.2)\n",
        f"{SPLIT}train_test_split([1], test_size=0.2)\nprint(other()['part']['test_size'])\n",
        f"{SPLIT}train_test_split([1], test_size=0.2)\nprint(other().get('test_size', 1))\n",
        "def own(test_size):\n    return test_size\n\n\nown(test_size=0.2)\n",
    ],
)
def test_one_place_or_another_thing(code: str) -> None:
    assert shadowed(code) == []


SERVE = (
    "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m.pkl')\n{before}\n\n"
    "@app.post('/x')\ndef x(a: float, b: float):\n    score = model.predict_proba([[a]])[0][1]\n    return {answer}\n"
)


@pytest.mark.parametrize(
    ("before", "answer", "values"),
    [
        ("", "score > 0.7", [0.7]),
        ("LIMIT = 0.7", "score >= LIMIT", [0.7]),
        ("", "0.7 < score", [0.7]),
        ("", "a > 0.7", []),
        ("", "score > b", []),
        ("import os\nLIMIT = float(os.environ['LIMIT'])", "score > LIMIT", []),
        ("", "len([score]) > 1", []),
        ("", "'a' if score > 0.7 else 'b' if score > 0.3 else 'c'", [0.7, 0.3]),
        ("", "model.predict_proba([[a]]).mean() > 0.7", []),
        ("", "abs(model.predict_proba([[a]]).mean() - b) > 0.7", []),
        ("", "(model.predict_proba([[a]])[:, 1] < 0.7).sum()", []),
        ("", "(model.predict_proba([[a]])[:, 1] < 0.7).any()", [0.7]),
    ],
)
def test_thresholds(before: str, answer: str, values: list[float]) -> None:
    found, _ = ask({"app.py": SERVE.format(before=before, answer=answer)}).thresholds()
    assert [value for threshold in found for value in threshold.values] == values
    assert len(found) == bool(values)


def test_who_knows_the_truth_decides_nothing() -> None:
    judging = SERVE.format(before="", answer="score > 0.7").replace("b: float", "labels: list")
    assert ask({"app.py": judging}).thresholds()[0] == []


def kinds(code: str) -> list[str]:
    return [each.kind for each in ask({"train.py": code}).buried()[0]]


def test_what_experiments_leave() -> None:
    assert kinds("# x = f(1)\n# y = f(2)\n# z = f(3)\n# print(x)\n# for a in x:\n#     print(a)\n") == ["comment"]
    assert kinds("if False:\n    print(1)\nif 0:\n    print(2)\n") == ["branch", "branch"]


def test_prose_and_licences_are_no_code() -> None:
    assert (
        kinds(
            "# Copyright 2020 Somebody\n# Licensed under the terms of use;\n# you may not use this file.\n# See below for more.\n# Done.\n"
        )
        == []
    )


def test_settings_shown_by_a_template_are_no_code() -> None:
    assert (
        kinds("# MAIL_SERVER = 'smtp'\n# MAIL_PORT = 3\n# MAIL_USER = 'x'\n# MAIL_TLS = True\n# MAIL_NAME = 'y'\n")
        == []
    )


PARSE = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--alpha')\np.add_argument('--beta')\nargs = p.parse_args()\n"


@pytest.mark.parametrize(
    ("use", "dead"),
    [
        ("print(args.alpha)\n", ["option"]),
        ("print(args.alpha, args.beta)\n", []),
        ("print(vars(args), args.alpha)\n", []),
        ("import lib\nlib.run(args)\nprint(args.alpha)\n", []),
    ],
)
def test_options(use: str, dead: list[str]) -> None:
    assert kinds(PARSE + use) == dead
