"""What reading pipelines and data of real repositories showed: each debt beside the look-alike that was once accused."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs

RULES = registry().rules
PD = "import pandas as pd\n"
RAW = "a,b\n1,2\n"
STAGE = "  {name}:\n    cmd: {cmd}\n    deps: [{deps}]\n    outs: [{outs}]\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[str]:
    tree = graphs(files, archetypes=archetypes)
    return [finding.message for finding in judge(tree.components, [RULES[rule]]).findings]


def stages(*listed: tuple[str, str, str, str]) -> str:
    return "stages:\n" + "".join(
        STAGE.format(name=name, cmd=cmd, deps=deps, outs=outs) for name, cmd, deps, outs in listed
    )


WRITE = PD + "pd.read_csv('raw.csv').to_csv('mid.csv')\n"
READ = PD + "print(pd.read_csv('mid.csv'))\n"
FIT = PD + "from sklearn.linear_model import Ridge\nf = pd.read_csv('{path}')\nRidge().fit(f[['a']], f['b'])\n"
TRAIN = FIT.format(path="data/x.csv")

STEP_A = (
    PD + "def clean():\n    pd.read_csv('raw.csv').to_csv('mid.csv')\n\n\nif __name__ == '__main__':\n    clean()\n"
)
STEP_B = PD + "def report():\n    print(pd.read_csv('mid.csv'))\n\n\nif __name__ == '__main__':\n    report()\n"
GET = PD + "pd.read_csv('https://example.org/x.csv').to_csv('data/x.csv')\n"
NOTEBOOK = (
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "id": "a", "metadata": {}, '
    '"execution_count": null, "outputs": [], "source": ["import pandas as pd\\n", "pd.read_csv(\'x.csv\').to_csv(\'y.csv\')\\n"]}]}'
)
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n{more}      - run: {run}\n"
SERVICE_OF_TODAY = (
    PD + "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/x')\ndef show():\n"
    "    return pd.read_csv('https://example.org/latest/x.csv').to_dict()\n"
)


def table(row: str, header: str = "a,b") -> str:
    return f"{header}\n" + "".join(row.replace("{n}", str(n)) + "\n" for n in range(60))


PAIRS = [
    pytest.param(
        "PIP001",
        {"a.py": WRITE, "b.py": READ, "raw.csv": RAW},
        {"docs/a.py": WRITE, "docs/b.py": READ, "docs/raw.csv": RAW},
        id="programs that draw a documentation",
    ),
    pytest.param(
        "PIP001",
        {"a.py": WRITE, "b.py": READ, "raw.csv": RAW},
        {
            "a.py": PD + "def clean():\n    pd.read_csv('raw.csv').to_csv('mid.csv')\n",
            "b.py": PD + "def report():\n    print(pd.read_csv('mid.csv'))\n",
            "flow.py": "from prefect import flow\nfrom a import clean\nfrom b import report\n\n\n@flow\ndef run():\n"
            "    clean()\n    report()\n\n\nif __name__ == '__main__':\n    run()\n",
            "raw.csv": RAW,
        },
        id="a flow in code that calls both ends",
    ),
    pytest.param(
        "PIP001",
        {"x/a.py": WRITE, "x/b.py": READ, "raw.csv": RAW},
        {"x/y/one/a.py": WRITE, "z/w/two/b.py": READ, "raw.csv": RAW},
        id="one name in folders far apart",
    ),
    pytest.param(
        "PIP004",
        {"a.py": READ},
        {"a.py": "import os\n" + PD + "os.chdir('/srv/data')\nprint(pd.read_csv('mid.csv'))\n"},
        id="a program that goes elsewhere first",
    ),
    pytest.param(
        "PIP006",
        {
            "a.py": PD + "pd.read_csv('raw.csv').merge(pd.read_csv('other.csv')).to_csv('mid.csv')\n",
            "raw.csv": RAW,
            "other.csv": RAW,
            "dvc.yaml": stages(("clean", "python a.py", "a.py, raw.csv", "mid.csv")),
        },
        {
            "p.py": PD + "pd.read_csv('other.csv').to_csv('raw2.csv')\n",
            "a.py": PD + "pd.read_csv('raw2.csv').merge(pd.read_csv('other.csv')).to_csv('mid.csv')\n",
            "other.csv": RAW,
            "dvc.yaml": stages(
                ("prepare", "python p.py", "p.py, other.csv", "raw2.csv"),
                ("clean", "python a.py", "a.py, raw2.csv", "mid.csv"),
            ),
        },
        id="a dependency of the step before",
    ),
    pytest.param(
        "PIP006",
        {
            "a.py": PD + "pd.read_csv('raw.csv').to_csv('mid.csv')\nprint(pd.read_csv('other.csv'))\n",
            "raw.csv": RAW,
            "other.csv": RAW,
            "dvc.yaml": stages(("clean", "python a.py", "a.py, raw.csv", "mid.csv")),
        },
        {
            "a.py": PD + "pd.read_csv('raw.csv').to_csv('mid.csv')\nm = pd.read_csv('mid.csv')\n"
            "m.to_csv('other.csv')\nprint(pd.read_csv('other.csv'))\n",
            "raw.csv": RAW,
            "other.csv": RAW,
            "dvc.yaml": stages(("clean", "python a.py", "a.py, raw.csv", "mid.csv")),
        },
        id="what a step wrote itself",
    ),
    pytest.param(
        "PIP006",
        {
            "a.py": PD + "a, b = pd.read_csv('raw.csv'), pd.read_csv('other.csv')\na.to_csv('mid.csv')\n",
            "raw.csv": RAW,
            "other.csv": RAW,
            "dvc.yaml": stages(("clean", "python a.py", "a.py, raw.csv", "mid.csv")),
        },
        {
            "a.py": PD
            + "import sys\nname = 'raw.csv' if len(sys.argv) > 1 else 'other.csv'\npd.read_csv(name).to_csv('mid.csv')\n",
            "raw.csv": RAW,
            "other.csv": RAW,
            "dvc.yaml": stages(("clean", "python a.py", "a.py, raw.csv", "mid.csv")),
        },
        id="a branch that is not taken",
    ),
    pytest.param(
        "PIP010",
        {"Dockerfile": "FROM python:3.11\nCOPY requirements.txt .\nCOPY model.py .\n", "requirements.txt": ""},
        {"Dockerfile": "FROM python:3.11\nCOPY requirements.txt .\n", "requirements.txt": ""},
        id="what the image copies",
    ),
    pytest.param(
        "DAT001",
        {"train.py": TRAIN},
        {
            "get.py": "import urllib.request\nurllib.request.urlretrieve('https://example.org/v1.0/x.csv', 'data/x.csv')\n",
            "train.py": TRAIN,
        },
        id="data that a program of this repository fetches",
    ),
    pytest.param(
        "DAT002",
        {"train.py": FIT.format(path="https://example.org/data/latest/x.csv")},
        {"train.py": FIT.format(path="https://example.org/data/2024-03-01/x.csv")},
        id="a dated address",
    ),
    pytest.param(
        "DAT005",
        {"train.py": FIT.format(path="/home/ada/x.csv")},
        {"train.py": FIT.format(path="/home/jovyan/x.csv")},
        id="an account of an image",
    ),
    pytest.param(
        "DAT006",
        {"train.py": TRAIN, "data/x.csv": RAW},
        {
            "train.py": PD + "f = pd.read_csv('data/x.csv', dtype={'a': float})\n"
            "from sklearn.linear_model import Ridge\nRidge().fit(f[['a']], f['b'])\n",
            "data/x.csv": RAW,
        },
        id="columns whose types are told",
    ),
    pytest.param(
        "DAT009",
        {"train.py": TRAIN, "data/x.csv": RAW},
        {"train.py": TRAIN, "data/x.csv": RAW, "data/README.md": "# Data\n\n`x.csv`: exported from the CRM.\n"},
        id="a page beside the data",
    ),
    pytest.param(
        "PIP009",
        {"train.ipynb": NOTEBOOK, "Makefile": "train:\n\tjupyter nbconvert --execute --to notebook train.ipynb\n"},
        {"train.ipynb": NOTEBOOK, "Makefile": "docs:\n\tjupyter nbconvert --execute --to html train.ipynb\n"},
        id="a notebook that is rendered to a page",
    ),
    pytest.param(
        "PIP010",
        {"Makefile": "train:\n\tpython train.py\n"},
        {"Makefile": "%.out: %.py\n\tpython $<\ntrain:\n\tcd $(SRC) && python train.py\n"},
        id="a folder that a variable names",
    ),
    pytest.param(
        "PIP010",
        {".github/workflows/a.yml": WORKFLOW.format(more="", run="python train.py")},
        {
            ".github/workflows/a.yml": WORKFLOW.format(
                more="      - uses: actions/checkout@v4\n        with:\n          repository: someone/other\n",
                run="python train.py",
            )
        },
        id="a checkout of another repository",
    ),
    pytest.param(
        "PIP011",
        {"run.sh": "#!/bin/sh\npython a.py\npython b.py\n", "a.py": WRITE, "b.py": READ, "raw.csv": RAW},
        {"run.sh": "#!/bin/sh\nset -e\npython a.py\npython b.py\n", "a.py": WRITE, "b.py": READ, "raw.csv": RAW},
        id="a script that stops",
    ),
    pytest.param(
        "DAT002",
        {"train.py": FIT.format(path="https://example.org/latest/x.csv")},
        {"app.py": SERVICE_OF_TODAY},
        id="a service that shows what is there today",
    ),
    pytest.param(
        "DAT005",
        {"conf/a.yaml": "data: /home/ada/churn/x.csv\n", "train.py": "print(1)\n"},
        {"k8s.yaml": "mountPath: /home/ada/churn/x.csv\n", "train.py": "print(1)\n"},
        id="a path inside a container",
    ),
    pytest.param(
        "DAT008",
        {"train.py": TRAIN, "data/x.csv": table("1,x")},
        {"train.py": TRAIN, "data/x.csv": table("{n},{n}").replace("\n", "\r\n", 30)},
        id="line endings of two kinds",
    ),
    pytest.param(
        "DAT010",
        {"train.py": TRAIN, "data/x.csv": table("{n},u{n}@firm.org", "id,email")},
        {"train.py": TRAIN, "data/x.csv": table("{n},u{n}@example.org", "id,email")},
        id="addresses of nobody",
    ),
    pytest.param(
        "PIP001",
        {"a.py": STEP_A, "b.py": STEP_B, "raw.csv": RAW},
        {
            "a.py": STEP_A,
            "b.py": STEP_B,
            "main.py": "from a import clean\nfrom b import report\n\nclean()\nreport()\n",
            "raw.csv": RAW,
        },
        id="a program that runs both steps in turn",
    ),
    pytest.param(
        "PIP001",
        {
            "a.py": WRITE,
            "b.py": READ + "pd.read_csv('mid.csv').to_csv('end.csv')\n",
            "raw.csv": RAW,
            "dvc.yaml": stages(("clean", "python a.py", "a.py, raw.csv", "mid.csv")),
        },
        {
            "a.py": WRITE,
            "b.py": READ,
            "raw.csv": RAW,
            "dvc.yaml": stages(("clean", "python a.py", "a.py, raw.csv", "mid.csv")),
        },
        id="a program that only looks at a declared output",
    ),
    pytest.param(
        "PIP001",
        {"a.py": WRITE, "usage.py": READ, "raw.csv": RAW},
        {"a.py": WRITE, "example_usage.py": READ, "raw.csv": RAW},
        id="an example beside the code",
    ),
    pytest.param(
        "DAT001",
        {"train.py": GET + TRAIN},
        {"train.py": "import nltk\nnltk.download('stopwords')\n" + FIT.format(path="data/x.csv"), "data/x.csv": RAW},
        id="word lists of a library",
    ),
    pytest.param(
        "DAT001",
        {"get.py": GET, "train.py": TRAIN},
        {
            "get.py": GET,
            "train.py": TRAIN,
            "dvc.yaml": stages(
                ("get", "python get.py", "get.py", "data/x.csv"), ("train", "python train.py", "data/x.csv", "m")
            ),
            "dvc.lock": "schema: '2.0'\nstages:\n  get:\n    cmd: python get.py\n    outs:\n    - path: data/x.csv\n"
            "      md5: 0f5b5a1c1f3b1d6f2a7f0c0f2a5a9b11\n      size: 3\n",
        },
        id="what was fetched is in the record of the stage",
    ),
]


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_the_debt_is_told_and_its_look_alike_is_not(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule)
    assert not found(alike, rule)


def places(files: dict[str, str], rule: str) -> list[int | None]:
    return [finding.place.line for finding in judge(graphs(files, archetypes="P").components, [RULES[rule]]).findings]


def severities(files: dict[str, str], rule: str) -> list[str]:
    tree = graphs(files, archetypes="P")
    return [finding.severity.value for finding in judge(tree.components, [RULES[rule]]).findings]


def test_addresses_that_are_there_to_be_written_to_weigh_less() -> None:
    files = {"train.py": TRAIN, "data/x.csv": table("{n},u{n}@firm.org", "id,email")}
    assert severities(files, "DAT010") == ["high"]
    assert severities({**files, "data/x.csv": table("{n},u{n}@firm.org", "id,contact_email")}, "DAT010") == ["low"]


def test_tables_made_from_one_another_are_one_matter() -> None:
    rows = table("{n},u{n}@firm.org", "id,email")
    odd = table("1,x")
    assert len(found({"train.py": TRAIN, "data/x.csv": rows, "data/y.csv": rows}, "DAT010")) == 1
    assert len(found({"train.py": TRAIN, "data/x.csv": odd, "data/y.csv": odd}, "DAT008")) == 1


def test_numbers_that_tell_another_order_are_told() -> None:
    def step(reads: str, writes: str) -> str:
        return PD + f"pd.read_csv('{reads}').to_csv('{writes}')\n"

    files = {
        "1_a.py": step("raw.csv", "a.csv"),
        "2_b.py": step("c.csv", "b.csv"),
        "3_c.py": step("a.csv", "c.csv"),
        "raw.csv": RAW,
    }
    assert "another order" in found(files, "PIP007")[0]
    files = {
        "1_a.py": step("raw.csv", "a.csv"),
        "2_b.py": step("a.csv", "b.csv"),
        "3_c.py": step("b.csv", "c.csv"),
        "raw.csv": RAW,
    }
    assert "only the numbers" in found(files, "PIP007")[0]


def test_a_stage_whose_outputs_are_looked_for_hides_less() -> None:
    step = (
        PD + "def main():\n    try:\n        pd.read_csv('raw.csv').to_csv('mid.csv')\n    except Exception as error:\n"
        "        print(error)\n\n\nif __name__ == '__main__':\n    main()\n"
    )
    named = {"README.md": "# A\n\nRun `python a.py`.\n"}
    assert severities({"a.py": step, "raw.csv": RAW}, "PIP011") == ["low"], "nothing starts it, nothing names it"
    assert severities({"a.py": step, "raw.csv": RAW, **named}, "PIP011") == ["high"]
    stage = {"dvc.yaml": stages(("clean", "python a.py", "a.py, raw.csv", "mid.csv"))}
    assert severities({"a.py": step, "raw.csv": RAW, **stage}, "PIP011") == ["medium"]


CAUGHT = "    except Exception as error:\n        print(error)\n"
KEEPS = "        pd.read_csv('raw.csv').to_csv('mid.csv')\n"


def test_a_failure_that_is_caught_where_it_happens_is_told_there_alone() -> None:
    inner = PD + "def main():\n    try:\n" + KEEPS + CAUGHT
    raises = inner.replace("print(error)", "raise RuntimeError from error")
    outer = "\n\nif __name__ == '__main__':\n    try:\n        main()\n" + CAUGHT
    assert places({"a.py": inner + outer, "raw.csv": RAW}, "PIP011") == [5]
    assert places({"a.py": raises + outer, "raw.csv": RAW}, "PIP011") == [12]
    more = inner + outer.replace("main()\n", "main()\n" + KEEPS.replace("mid", "end"))
    assert places({"a.py": more, "raw.csv": RAW}, "PIP011") == [5, 13]


def test_a_server_that_runs_until_it_is_ended_hides_less() -> None:
    head = "\n\nif __name__ == '__main__':\n    main()\n"
    serve = PD + "def main():\n    try:\n        {}:\n            pd.read_json(take()).to_csv('mid.csv')\n{}"
    for loop, more, told in (
        ("while True", "", "medium"),
        ("while more()", "", "high"),
        ("for each in 'abc'", "", "high"),
        ("while True", "            if full():\n                break\n", "high"),
        ("while True", "            if full():\n                return\n", "high"),
    ):
        files = {"README.md": "# A\n\nRun `python a.py`.\n", "a.py": serve.format(loop, more) + CAUGHT + head}
        assert severities(files, "PIP011") == [told]


def test_a_program_in_a_command_of_a_file_that_is_set_apart_is_set_apart() -> None:
    step = PD + "try:\n    pd.read_csv('raw.csv').to_csv('mid.csv')\nexcept Exception as error:\n    print(error)\n"
    script = f"python - <<EOF\n{step}EOF\n"
    assert found({"jobs/d.sh": script, "raw.csv": RAW}, "PIP011")
    dag = f"from airflow import DAG\nfrom airflow.providers.docker.operators.docker import DockerOperator\nwith DAG('d'):\n    DockerOperator(task_id='t', image='i', command=['python3', '-c', \"\"\"\n{step}\"\"\"])\n"
    assert severities({"dags/d.py": dag, "raw.csv": RAW}, "PIP011") == ["high"], "the file that holds it declares steps"
    assert not found({"archive_2024/d.sh": script, "raw.csv": RAW}, "PIP011")


def test_a_service_that_fetches_the_released_file_is_no_second_producer() -> None:
    train = "import joblib\nfrom sklearn.linear_model import Ridge\njoblib.dump(Ridge(), 'model.pkl')\n"
    fetch = "import boto3\nimport joblib\nm = joblib.load('model.pkl')\nboto3.client('s3').download_file('b', 'k', 'model.pkl')\n"
    app = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/x')\ndef score():\n    return m.predict([[1]])\n"
    assert found({"train.py": train, "refresh.py": fetch}, "PIP005")
    assert not found({"train.py": train, "app.py": fetch + app}, "PIP005")


def test_whoever_takes_a_released_file_does_not_wait_for_its_maker() -> None:
    maker = "import pandas as pd\npd.read_csv('raw.csv').to_hdf('weights/detector_voc_fixed.h5', key='w')\n"
    taker = "import pandas as pd\npd.read_hdf('weights/detector_voc_fixed.h5').to_csv('boxes.csv')\n"
    files = {"convert.py": maker, "detect.py": taker, "raw.csv": "a\n1\n"}
    assert found(files, "PIP001")
    readme = {"README.md": "# Weights\n\n[converted](https://example.org/w/detector_voc_fixed.zip), ready to use.\n"}
    assert not found(files | readme, "PIP001")


def test_data_that_a_document_tells_of_can_be_found_again() -> None:
    fit = "from sklearn.linear_model import Ridge\nRidge().fit(df[['a']], df['b'])\n"
    files = {"train.py": "import pandas as pd\ndf = pd.read_csv('data/instances.csv')\n" + fit}
    assert severities(files, "DAT001") == ["medium"]
    assert severities(files | {"README.md": "# Data\n\nPut instances.csv there.\n"}, "DAT001") == ["medium"]
    linked = "# Data\n\nFrom https://example.org/instances.csv\n"
    assert severities(files | {"README.md": linked}, "DAT001") == ["low"]
    edition = {"train.py": files["train.py"].replace("instances", "instances_2014")}
    assert severities(edition, "DAT001") == ["medium"]
    assert severities(edition | {"README.md": "# Data\n\nPut instances_2014.csv there.\n"}, "DAT001") == ["low"]


TRAIN_JOB = (
    "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n{checkout}"
    "      - id: fit\n        run: python train.py\n        continue-on-error: true\n{later}"
)


def test_a_failure_that_a_later_step_asks_for_is_not_hidden() -> None:
    train = {
        "train.py": "import joblib\nfrom sklearn.linear_model import Ridge\njoblib.dump(Ridge().fit([[1]], [1]), 'm.joblib')\n"
    }
    hidden = TRAIN_JOB.format(checkout="", later="      - run: echo done\n")
    asked = TRAIN_JOB.format(checkout="", later="      - if: steps.fit.outcome != 'success'\n        run: exit 1\n")
    assert found(train | {".github/workflows/t.yml": hidden}, "PIP011")
    assert not found(train | {".github/workflows/t.yml": asked}, "PIP011")


def test_a_step_for_other_repositories_or_another_revision_runs_files_of_those() -> None:
    job = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n{given}      - run: python tools/bump.py\n{guard}"
    for given, guard, told in (
        ("", "", True),
        ("", "        if: ${{ !contains(github.repository, 'core') }}\n", False),
        ("", "        if: github.repository == 'acme/core'\n", True),
        ("        with:\n          ref: 1.latest\n", "", False),
        ("        with:\n          ref: ${{ github.sha }}\n", "", True),
    ):
        files = {"a.py": "x = 1\n", ".github/workflows/t.yml": job.format(given=given, guard=guard)}
        assert bool(found(files, "PIP010")) is told, (given, guard)


def test_a_bare_word_that_training_reads_may_be_anything() -> None:
    fit = "from sklearn.linear_model import Ridge\nRidge().fit(df[['a']], df['b'])\n"
    load = "import pandas as pd\ndf = pd.read_parquet({})\n" + fit
    assert found({"fit.py": load.format("'store/features.parquet'")}, "DAT001")
    assert not found(
        {"fit.py": "upstream = {'features': 'features'}\n" + load.format("str(upstream['features'])")}, "DAT001"
    )


def test_a_record_that_each_step_adds_to_has_several_writers_by_its_purpose() -> None:
    one = "import pandas as pd\npd.read_csv('raw.csv').to_json('out/{}.json')\n"
    two = "import pandas as pd\npd.read_json('out/{0}.json').assign(b=1).to_json('out/{0}.json')\n"
    for name, told in (("table", True), ("metadata", False)):
        files = {"one.py": one.format(name), "two.py": two.format(name), "raw.csv": "a\n1\n"}
        assert bool(found(files, "PIP005")) is told


def test_in_a_tutorial_an_undeclared_edge_weighs_less() -> None:
    files = {
        "a.py": "import pandas as pd\npd.DataFrame([1]).to_csv('x/a.csv')\n",
        "b.py": "import pandas as pd\npd.read_csv('x/a.csv').to_csv('x/b.csv')\n",
    }
    for archetypes, severity in (("P", "medium"), ("PT", "low")):
        judged = judge(graphs(files, archetypes=archetypes).components, [RULES["PIP001"]]).findings
        assert [finding.severity.value for finding in judged] == [severity]


def test_in_a_collection_of_scripts_an_undeclared_edge_weighs_less() -> None:
    files = {
        "fetch/a.py": "import json\njson.dump([1], open('fetch/films.json', 'w'))\n",
        "fetch/b.py": "import json\nprint(json.load(open('fetch/films.json')))\nopen('fetch/best.txt', 'w').write('x')\n",
    }
    judged = judge(graphs(files).components, [RULES["PIP001"]]).findings
    assert {finding.severity.value for finding in judged} <= {"low", "info"}


def test_the_vocabulary_of_a_pretrained_model_is_no_training_data() -> None:
    fit = "from sklearn.linear_model import Ridge\nRidge().fit(df[['a']], df['b'])\n"
    for name, told in (("rows.txt", True), ("bert-base-cased-vocab.txt", False), ("cpt/bert/vocab.txt", False)):
        files = {"train.py": f"import pandas as pd\ndf = pd.read_csv('https://example.org/{name}')\n" + fit}
        assert bool(found(files, "DAT001")) is told, name


def test_nobody_waits_for_a_program_that_was_put_aside() -> None:
    write = "import pandas as pd\npd.DataFrame([1]).to_csv('x/a.csv')\n"
    read = "import pandas as pd\npd.read_csv('x/a.csv').to_csv('x/b.csv')\n"
    assert found({"make.py": write, "use.py": read}, "PIP001")
    assert not found({"_old_make.py": write, "use.py": read}, "PIP001")


def test_the_readers_of_a_lesson_are_told_what_to_fetch() -> None:
    files = {"a.py": "import pandas as pd\nprint(pd.read_csv('input/words.csv'))\n"}
    for archetypes, severity in (("P", "medium"), ("PT", "low")):
        judged = judge(graphs(files, archetypes=archetypes).components, [RULES["PIP004"]]).findings
        assert [finding.severity.value for finding in judged] == [severity]


NAMES = (
    PD + "from pathlib import Path\nfrom names import load\n\nnames = load()\nHERE = Path(__file__).parent / 'data'\n"
)
NAMED = NAMES + "pd.read_csv('raw.csv').to_parquet(HERE / names.NAME)\n"
ASKED = NAMES + "print(pd.read_parquet(HERE / names.NAME))\n"


def test_a_name_that_only_settings_know_is_no_other_such_name() -> None:
    files = {"split.py": NAMED.replace("NAME", "train"), "raw.csv": RAW}
    assert found(files | {"fit.py": ASKED.replace("NAME", "train")}, "PIP001")
    assert not found(files | {"fit.py": ASKED.replace("NAME", "calibration")}, "PIP001")


def test_what_fills_a_folder_did_not_write_the_file_that_another_writes_by_name() -> None:
    files = {
        "fetch.py": "import shutil\nshutil.move('/downloads/prices', 'data')\n",
        "clean.py": PD + "pd.read_csv('raw.csv').to_csv('data/clean/a.csv')\n",
        "fit.py": PD + "print(pd.read_csv('data/clean/a.csv'))\n",
        "raw.csv": RAW,
    }
    assert [message.partition(", which ")[2].split()[0] for message in found(files, "PIP001")] == ["clean.py"]


def test_a_program_that_reads_one_file_twice_is_one_program() -> None:
    reads = PD + "print(pd.read_csv('data/a.csv'))\nprint(pd.read_csv('data/a.csv', nrows=1))\n"
    (message,) = found(
        {"a.py": PD + "pd.read_csv('raw.csv').to_csv('data/a.csv')\n", "b.py": reads, "raw.csv": RAW}, "PIP001"
    )
    assert message.startswith("b.py reads data/a.csv")


def test_what_one_call_reads_is_one_finding() -> None:
    tickers = "import yfinance as yf\nfrom sklearn.linear_model import Ridge\nf = yf.download(['AAPL', 'MSFT', 'IBM', 'T'])\nRidge().fit(f[['Open']], f['Close'])\n"
    apart = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('p/a.csv')\ng = pd.read_csv('q/b.csv')\nRidge().fit(f[['x']], g['y'])\n"
    (together,) = found({"fit.py": tickers}, "DAT001")
    assert together.count(", ") == 3
    assert together.endswith(" and 1 more, of which no version is pinned")
    assert len(found({"fit.py": apart}, "DAT001")) == 2


def test_programs_in_containers_and_beside_them_share_what_is_mounted() -> None:
    write = PD + "pd.DataFrame().to_csv('/opt/work/data/x.csv')\n"
    read = PD + "print(pd.read_csv('data/x.csv'))\n"
    mounted = {"compose.yaml": "services:\n  a:\n    image: x\n    volumes: ['./data:/opt/work/data']\n"}
    files = {"dags/a.py": write, "b.py": read, "data/README.md": "# Data\n"}
    assert found({**files, **mounted}, "PIP001")
    assert not found(files, "PIP001")
