"""In which folder the paths of a program are seen, where no command tells it."""

from __future__ import annotations

import json

import pytest

from tests.pages import graphs

PD = "import os\nimport pandas as pd\n"
DEEP = "flows/local/train.py"


def written(files: dict[str, str], program: str = DEEP) -> set[str]:
    """The ids of what a program writes."""
    return {t.artefact.id for t in graphs(files).world.lineage.of_program(program) if t.way == "write"}


def notebook(*cells: str) -> str:
    shown = [{"cell_type": "code", "source": cell, "outputs": [], "metadata": {}} for cell in cells]
    return json.dumps({"cells": shown, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


WRITES = "pd.DataFrame().to_csv('model.csv')\n"
READS = "pd.read_csv('data/raw.csv')\n"


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        pytest.param("data/raw.csv", "file:model.csv", id="at the root"),
        pytest.param("flows/data/raw.csv", "file:flows/model.csv", id="in a folder above"),
        pytest.param("flows/local/data/raw.csv", "file:flows/local/model.csv", id="beside the script"),
        pytest.param("data/other.csv", "file:model.csv", id="where the folder of its data lies"),
    ],
)
def test_a_bare_name_lies_where_the_other_paths_of_the_program_do(held: str, expected: str) -> None:
    assert written({DEEP: PD + READS + WRITES, held: "a\n"}) == {expected}


def test_of_two_folders_that_fit_the_nearest_is_taken() -> None:
    both = {DEEP: PD + READS + WRITES, "data/raw.csv": "a\n", "flows/data/raw.csv": "a\n"}
    assert written(both) == {"file:flows/model.csv"}
    read = {t.artefact.id for t in graphs(both).world.lineage.of_program(DEEP) if t.way == "read"}
    assert read == {"file:flows/data/raw.csv"}


def test_a_folder_that_nobody_tells_is_not_put_under_the_root() -> None:
    source = "from pathlib import Path\nROOT = Path(__file__).parent\npd.read_csv(ROOT / mystery() / 'a.csv')\n"
    files = {"a.py": PD + source}
    assert {t.artefact.id for t in graphs(files).world.lineage.of_program("a.py")} == {"unknown:a.py:{?}/a.csv"}


def asked(main: str) -> set[str]:
    """The variables that a program asks for, with a library that asks for one where it is given none."""
    lib = "import os\nclass Client:\n    def __init__(self, token=None):\n        if token is None:\n            token = os.environ.get('TOKEN')\n"
    found = graphs({"lib.py": lib, "main.py": f"from lib import Client\nif __name__ == '__main__':\n    {main}\n"})
    return {t.artefact.id for t in found.world.lineage.of_program("main.py")}


def test_what_a_function_does_for_want_of_an_argument_is_not_done_where_it_is_given() -> None:
    assert asked("Client()") == {"env:TOKEN"}
    assert asked("Client(None)") == {"env:TOKEN"}
    assert asked("Client('x')") == set()
    assert asked("Client('x'), Client()") == {"env:TOKEN"}


def test_a_script_that_tells_nothing_works_where_the_scripts_around_it_do() -> None:
    quiet = {"flows/cloud/deploy.py": PD + WRITES, DEEP: PD + READS}
    assert written({**quiet, "data/raw.csv": "a\n"}, "flows/cloud/deploy.py") == {"file:model.csv"}
    own = {**quiet, "flows/local/data/raw.csv": "a\n"}
    assert written(own, "flows/cloud/deploy.py") == {"file:flows/cloud/model.csv"}


def test_a_module_works_where_the_programs_that_import_it_do() -> None:
    lib = PD + "def save():\n    pd.DataFrame().to_csv('metrics.csv')\n"
    cell = "from helpers.lib import save\nsave()\n"
    files = {"shop/helpers/lib.py": lib, "shop/run.ipynb": notebook(cell)}
    assert written(files, "shop/run.ipynb") == {"file:shop/metrics.csv"}
    files["other/run.ipynb"] = notebook(cell)
    assert "file:other/metrics.csv" not in written(files, "shop/run.ipynb")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param("os.chdir('..')", "file:model.csv", id="up"),
        pytest.param("os.chdir('../data')", "file:data/model.csv", id="beside"),
        pytest.param("os.chdir(mystery())", "file:notebooks/model.csv", id="somewhere: its own folder stays the guess"),
        pytest.param("pass", "file:notebooks/model.csv", id="nowhere"),
    ],
)
def test_a_notebook_works_where_it_changes_to(change: str, expected: str) -> None:
    files = {"notebooks/a.ipynb": notebook(f"{PD}{change}", WRITES)}
    assert written(files, "notebooks/a.ipynb") == {expected}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("s3://your-bucket/train.csv", "uri:s3://{placeholder}/train.csv"),
        ("s3://my-bucket/train.csv", "uri:s3://{placeholder}/train.csv"),
        ("s3://data-yourinitials-id/train.csv", "uri:s3://{placeholder}/train.csv"),
        ("gs://<BUCKET>/train.csv", "uri:gs://{placeholder}/train.csv"),
        ("/path/to/train.csv", "unknown:a.py:{placeholder}/train.csv"),
        ("path/to/your_data/train.csv", "unknown:a.py:{placeholder}/{placeholder}/train.csv"),
        ("s3://acme-data/train.csv", "uri:s3://acme-data/train.csv"),
        ("s3://myco-prod/my_data/train.csv", "uri:s3://myco-prod/my_data/train.csv"),
        ("data/yours.csv", "file:data/yours.csv"),
    ],
)
def test_a_placeholder_names_nothing(address: str, expected: str) -> None:
    files = {"a.py": f"{PD}pd.read_csv('{address}')\n"}
    assert {t.artefact.id for t in graphs(files).world.lineage.of_program("a.py")} == {expected}


def test_an_address_of_placeholders_alone_is_none() -> None:
    files = {"a.py": f"{PD}pd.read_csv('gs://yourpath')\n"}
    assert not list(graphs(files).world.lineage.of_program("a.py"))
