"""Settings that many steps load whole, and features that several models are trained on."""

from __future__ import annotations

import pytest

from auditor.graph.coupling.fanout import Shared
from auditor.graph.coupling.hub_config import HubConfig, shared_keys
from auditor.graph.coupling.sides import every
from tests.pages import graphs

PARAMS = "".join(f"part{n}:\n  rate: {n}\n  size: {n}\n" for n in range(6))


def step(number: int, read: str) -> str:
    return f"import yaml\nimport pandas as pd\nc = yaml.safe_load(open('params.yaml'))\npd.read_csv('raw.csv').head({read}).to_csv('d{number}.csv')\n"


def hubs(files: dict[str, str]) -> list[HubConfig]:
    return graphs({"params.yaml": PARAMS, "raw.csv": "a\n", **files}).components[0].hub_configs()[0]


def stages(keyed: bool) -> str:
    params = ", params: [part{n}]" if keyed else ""
    return "stages:\n" + "".join(
        f"  s{n}: {{cmd: python s{n}.py{params.replace('{n}', str(n))}, outs: [d{n}.csv]}}\n" for n in range(6)
    )


STEPS = {f"s{n}.py": step(n, f"c['part{n}']['size']") for n in range(6)}


def test_a_file_that_all_steps_load_and_none_needs_whole() -> None:
    (hub,) = hubs({**STEPS, "dvc.yaml": stages(keyed=False)})
    assert (hub.path, hub.keys, hub.steps, len(hub.loads)) == ("params.yaml", 12, 6, 6)
    assert hub.loads[0].keys == {"part0.size"}
    assert hub.used == pytest.approx(1 / 12, abs=0.001)
    assert hub.is_hub


def test_programs_that_do_io_are_steps_where_none_are_declared() -> None:
    (hub,) = hubs(STEPS)
    assert (hub.steps, hub.is_hub) == (6, True)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({**STEPS, "dvc.yaml": stages(keyed=True)}, id="the stages name their keys"),
        pytest.param({f"s{n}.py": step(n, f"c['part{n}']['size']") for n in range(4)}, id="four steps"),
        pytest.param({f"s{n}.py": step(n, "sum(p['size'] + p['rate'] for p in c.values())") + "print(c)\nuse(**c)\n" for n in range(6)}, id="steps that use it whole"),
        pytest.param({**STEPS, "params.yaml": "part0: {size: 1}\npart1: {size: 1}\n"}, id="a small file"),
    ],
)  # fmt: skip
def test_what_is_no_hub(files: dict[str, str]) -> None:
    assert not any(hub.is_hub for hub in hubs(files))


def test_keys_that_files_of_two_concerns_read() -> None:
    read = "import yaml\nimport pandas as pd\nc = yaml.safe_load(open('params.yaml'))\npd.read_csv('raw.csv').head(c['part0']['size'])\n"
    fit = (
        "import yaml\nfrom sklearn.linear_model import Ridge\nc = yaml.safe_load(open('params.yaml'))\n"
        "Ridge(alpha=c['part1']['rate'], max_iter=c['part0']['size']).fit(x, y)\n"
    )
    world = graphs({"params.yaml": PARAMS, "raw.csv": "a\n", "read.py": read, "fit.py": fit}).world
    assert shared_keys(world, every) == (1, 2)


MAKE = "import pandas as pd\nd = pd.read_csv('raw.csv')\nd['ratio'] = d['a'] / d['b']\nd['more'] = d['a'] * 2\nd.to_csv('features.csv')\n"
FIT = (
    "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n{lib}d = {read}\n"
    "joblib.dump(Ridge().fit(d[['ratio']], d['{target}']), '{target}.pkl')\n"
)


def shared(files: dict[str, str]) -> list[Shared]:
    return graphs({"raw.csv": "a,b\n1,2\n", **files}, archetypes="P").components[0].shared_features()


def fit(target: str, read: str = "pd.read_csv('features.csv')", lib: str = "") -> str:
    return FIT.replace("{target}", target).replace("{read}", read).replace("{lib}", lib)


def test_a_feature_table_with_the_models_it_feeds() -> None:
    files = {"make.py": MAKE, **{f"fit_{name}.py": fit(name) for name in ("churn", "value", "risk")}}
    (found,) = shared(files)
    assert (found.name, found.kind, found.contract) == ("features.csv", "table", None)
    assert [fed.learns for fed in found.models] == ["target churn", "target risk", "target value"]
    assert (found.place.path, found.place.line) == ("make.py", 5)


def test_variants_of_one_model_are_one() -> None:
    (found,) = shared({"make.py": MAKE, "fit_a.py": fit("churn"), "fit_b.py": fit("churn")})
    assert len(found.models) == 1


def test_a_feature_function_that_several_fits_use() -> None:
    lib = "def build(d):\n    d['ratio'] = d['a'] / d['b']\n    return d\n"
    files = {
        f"fit_{name}.py": fit(name, "build(pd.read_csv('raw.csv'))", "from lib import build\n")
        for name in ("churn", "value")
    }
    (found,) = shared({"lib.py": lib, **files})
    assert (found.name, found.kind, len(found.models)) == ("build() of lib.py", "function", 2)


def test_a_check_on_the_way_is_a_contract() -> None:
    check = "import pandera as pa\nschema = pa.DataFrameSchema({'ratio': pa.Column(float)})\n"
    made = check + MAKE.replace("d.to_csv", "schema.validate(d)\nd.to_csv")
    (found,) = shared({"make.py": made, **{f"fit_{name}.py": fit(name) for name in ("churn", "value")}})
    assert found.contract is not None
    assert found.contract.path == "make.py"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            "import pandas as pd\npd.read_csv('raw.csv').to_csv('features.csv')\n", id="a copy makes no features"
        ),
        pytest.param("", id="nobody writes it"),
    ],
)
def test_a_table_without_feature_code_is_data(make: str) -> None:
    assert shared({"make.py": make, **{f"fit_{name}.py": fit(name) for name in ("churn", "value")}}) == []
