"""Where credentials stand: asked of small trees."""

from __future__ import annotations

import json

from auditor.graph.configuration.credentials import Leaked
from auditor.model.place import Place
from tests.pages import graphs

KEY = "AKIA" + "Q7M2X9K4W8R3T6Z5"
LINE = f"key = '{KEY}'\n"


def ask(files: dict[str, str]) -> list[Leaked]:
    (graph,) = graphs(files, archetypes="P").components
    return graph.credentials()[0]


def notebook(source: list[str], output: str = "") -> str:
    outputs = [{"output_type": "stream", "name": "stdout", "text": [output]}] if output else []
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "a",
        "metadata": {},
        "source": source,
        "outputs": outputs,
    }
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}, indent=1, sort_keys=True)


def test_in_code_the_line_is_told() -> None:
    assert ask({"a.py": "x = 1\n" + LINE}) == [
        Leaked("an AWS access key id", Place("a.py", 2), brief=False, shown=False)
    ]


def test_in_a_notebook_cell_and_line_are_told() -> None:
    (leak,) = ask({"a.ipynb": notebook(["x = 1\n", LINE])})
    assert leak.place == Place("a.ipynb", 2, None, 0)


def test_in_an_output_only_the_cell_is_told() -> None:
    (leak,) = ask({"a.ipynb": notebook(["print(key)\n"], f"{KEY}\n")})
    assert (leak.place.path, leak.place.line) in {("a.ipynb", None)}


def test_tests_templates_and_fixtures_are_left_out() -> None:
    program = {"a.py": "x = 1\n"}
    for path in ("tests/a.py", "b/.env.example", "pkg/testdata/x.pem", "config.template.yaml"):
        assert ask(program | {path: LINE.replace("key =", "key:") if path.endswith("yaml") else LINE}) == []


def test_documents_show_it() -> None:
    (leak,) = ask({"a.py": "x = 1\n", "README.md": f"# Use\n\n    key = {KEY}\n"})
    assert leak.shown


def test_the_path_tells_quick_starts_and_machines_of_ones_own() -> None:
    names = ("quick-start", "deploy/local", "localisation", "devices", "quickstarter")
    leaks = ask({f"{name}/a.py": LINE for name in names} | {"settings.dev.py": LINE, "settings.py": LINE})
    assert {leak.place.path for leak in leaks if leak.shown} == {"quick-start/a.py"}
    assert {leak.place.path for leak in leaks if leak.local} == {"deploy/local/a.py", "settings.dev.py"}


def test_nothing_keeps_the_text() -> None:
    (graph,) = graphs({"a.py": LINE, "b.yaml": f"k: {KEY}\n", "c.ipynb": notebook([LINE])}, archetypes="P").components
    assert KEY not in repr([*graph._world.files.values()])  # all that later rooms can ever say
