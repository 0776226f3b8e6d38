"""Outside suppliers and the modules that call them; dicts that modules hand to each other; what calls are for."""

from __future__ import annotations

import pytest

from auditor.graph.coupling.plain_dicts import PlainDict
from auditor.graph.coupling.vendors import Spread
from tests.pages import graphs

CALLER = "import boto3\ndef f{n}(key):\n    return boto3.client('s3').get_object(Bucket='b', Key=key)\n"


def spreads(files: dict[str, str]) -> dict[str, Spread]:
    (component,) = graphs(files, archetypes="P").components
    return {spread.vendor: spread for spread in component.vendors()}


def callers(count: int) -> dict[str, str]:
    return {f"m{n}.py": CALLER.replace("{n}", str(n)) for n in range(count)}


def test_a_supplier_with_the_modules_that_call_it() -> None:
    found = spreads({**callers(6), "own.py": "x = 1\n", "p/__init__.py": ""})["AWS"]
    assert (len(found.modules), found.among) == (6, 7)
    assert found.modules[0][1].line == 1
    assert found.sprawls


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(callers(5), id="five modules"),
        pytest.param({**callers(6), **{f"own{n}.py": f"x = {n}\n" for n in range(12)}}, id="a third of the modules"),
        pytest.param({f"m{n}.py": CALLER.replace("import boto3", "from . import boto3") for n in range(7)}, id="a module of the repository"),
        pytest.param({f"tests/test_{n}.py": CALLER for n in range(7)}, id="tests"),
    ],
)  # fmt: skip
def test_what_does_not_sprawl(files: dict[str, str]) -> None:
    assert not any(spread.sprawls for spread in spreads(files).values())


def test_functions_deployed_one_by_one_cannot_share() -> None:
    files = {
        f"fn{n}/app.py": f"import boto3\ndef lambda_handler(event, context):\n    return boto3.client('s3'), {n}\n"
        for n in range(8)
    }
    found = spreads(files)["AWS"]
    assert (found.modules, found.standing_alone, found.sprawls) == ((), 8, False)


def test_a_module_that_most_go_through_stands_for_the_supplier() -> None:
    users = {f"u{n}.py": f"from m0 import f0\nf0('{n}')\n" for n in range(6)}
    found = spreads({**callers(6), **users})["AWS"]
    assert found.adapter == "m0.py"
    assert not found.sprawls


@pytest.mark.parametrize(
    ("statement", "vendor"),
    [
        ("from google.cloud import storage\nstorage.Client()", "Google Cloud"),
        ("import google.cloud.storage as s\ns.Client()", "Google Cloud"),
        ("from azure.storage.blob import BlobClient\nclass Own(BlobClient):\n    pass", "Azure"),
        ("import mlflow.sklearn\n@mlflow.trace\ndef f():\n    pass", "MLflow"),
        ("import wandb\nwandb.init()", "Weights & Biases"),
        ("import googleads\ngoogleads.f()", None),
        ("import pandas\npandas.read_csv('a')", None),
        ("from openai import RateLimitError\ndef f(e):\n    raise RateLimitError(e)", None),
        ("from azureml.core import Run\ndef f(run: Run) -> int:\n    return 1", None),
    ],
)
def test_suppliers_are_known_by_what_is_called(statement: str, vendor: str | None) -> None:
    assert list(spreads({"a.py": f"{statement}\n"})) == ([vendor] if vendor else [])


KEYS = ("name", "age", "city", "plan", "since")
BODY = "".join(f"    use(person['{key}'])\n" for key in KEYS)


def plain(files: dict[str, str]) -> list[PlainDict]:
    return graphs(files, archetypes="P").components[0].plain_dicts()


SENDER = "from lib import write\nwrite({'name': 1, 'age': 2})\n"


def test_a_function_that_reads_many_keys_off_a_dict_from_elsewhere() -> None:
    (found,) = plain({"lib.py": f"def write(person: dict):\n{BODY}", "main.py": SENDER})
    assert (found.function, found.parameter, found.keys, found.sender) == (
        "write",
        "person",
        tuple(sorted(KEYS)),
        "main.py",
    )


@pytest.mark.parametrize(
    "annotation", [": dict", ": Dict[str, Any]", ": dict | None", ": Optional[dict]", ": Mapping", ""]
)
def test_a_dict_is_known_by_annotation_or_by_what_is_given(annotation: str) -> None:
    assert len(plain({"lib.py": f"def write(person{annotation}):\n{BODY}", "main.py": SENDER})) == 1


@pytest.mark.parametrize(
    ("lib", "main"),
    [
        pytest.param(f"def write(person: Person):\n{BODY}", SENDER, id="a type"),
        pytest.param(f"def write(person: pd.DataFrame):\n{BODY}", SENDER, id="a frame"),
        pytest.param(f"def write(person):\n{BODY}", "from lib import write\nwrite(load())\n", id="what it is, is not known"),
        pytest.param(f"def write(person: dict):\n{BODY}write({{}})\n", "", id="only its own module calls it"),
        pytest.param("def write(person: dict):\n    return person['name'], person['age']\n", SENDER, id="two keys"),
        pytest.param(f"def write(person: dict):\n{BODY}".replace("person", "event"), SENDER, id="the form of a protocol"),
        pytest.param(f"def write(person: dict):\n    person = Person(**person)\n{BODY}", SENDER, id="made into something else first"),
    ],
)  # fmt: skip
def test_what_is_no_plain_dict(lib: str, main: str) -> None:
    assert plain({"lib.py": lib, "main.py": main}) == []


def test_calls_carry_or_model() -> None:
    source = (
        "import pandas as pd\nfrom sklearn.linear_model import Ridge\nd = pd.read_csv('a.csv')\n"
        "m = Ridge()\nm.fit(d, d)\nd.to_csv('b.csv')\n"
    )
    mix = graphs({"a.py": source, "tests/test_a.py": source}).components[0].call_mix()
    assert (mix.glue, mix.kernel) == (2, 2)
    assert mix.ratio == pytest.approx(0.5)
    assert graphs({"a.py": "x = 1\n"}).components[0].call_mix().ratio == 0.0
