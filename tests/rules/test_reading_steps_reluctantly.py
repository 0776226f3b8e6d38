"""What a fourth reading showed of steps, records and what programs hand on: debt beside its look-alike."""

from __future__ import annotations

import re

import pytest

from tests.graph.data.test_kept import MB
from tests.pages import graphs
from tests.rules.test_reading_data_again import FIT, PD, POINTER, SERVED, found, notebook, severities

# --- files between programs ---

MAKE = PD + "pd.DataFrame({'a': [1]}).to_csv('made/x.csv')\n"
READ = PD + "f = pd.read_csv('made/x.csv')\n"
DRAW = "import matplotlib.pyplot as plt\nf = f.sort_values('a')\nplt.plot(f['a'])\nplt.savefig('plots/x.png')\n"


@pytest.mark.parametrize(
    ("rest", "severity"),
    [
        ("f.sort_values('a').to_csv('made/y.csv')\n", "medium"),
        (FIT, "medium"),
        (DRAW, "low"),
        ("print(f.describe())\n", "low"),
    ],
)
@pytest.mark.parametrize("form", ["read.py", "read.ipynb"])
def test_who_only_draws_what_another_made_waits_for_nobody(form: str, rest: str, severity: str) -> None:
    text = READ + rest
    files = {"make.ipynb": notebook(MAKE), form: text if form.endswith(".py") else notebook(text)}
    assert severities(files, "PIP001") == [severity]


def test_a_notebook_tells_nobody_else_how_good_something_is() -> None:
    text = READ + "from sklearn.metrics import r2_score\nprint(r2_score(f['a'], f['b']))\n"
    assert severities({"one.ipynb": notebook(MAKE), "read.ipynb": notebook(text)}, "PIP001") == ["low"]
    assert severities({"make.py": MAKE, "read.py": text}, "PIP001") == ["medium"]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("1. Run `data_making.ipynb`.\n2. Run `data_fitting.ipynb`.\n", "low"),
        ("1. Run `data_fitting.ipynb`.\n2. Run `data_making.ipynb`.\n", "medium"),
        ("1. Run the **Data Making notebook**.\n2. Run the **Data Fitting notebook**.\n", "low"),
        ("1. Data making comes first.\n2. Run the **Data Fitting notebook**.\n", "medium"),
        ("Some words.\n", "medium"),
    ],
)
def test_a_document_may_tell_the_order_of_two_notebooks(text: str, severity: str) -> None:
    files = {
        "data_making.ipynb": notebook(MAKE),
        "data_fitting.ipynb": notebook(READ + FIT),
        "README.md": f"# A\n\n## Steps\n\n{text}",
    }
    assert severities(files, "PIP001") == [severity]


@pytest.mark.parametrize(("archetypes", "severity"), [("SN", "low"), ("PSN", "medium"), ("N", "low"), ("RN", "medium")])
def test_notebooks_beside_a_service_are_the_research_behind_it(archetypes: str, severity: str) -> None:
    files = {"one.ipynb": notebook(MAKE), "two.ipynb": notebook(READ + FIT)}
    (finding,) = found(files, "PIP001", archetypes)
    assert finding.severity.name.lower() == severity


def test_what_several_programs_fetch_by_one_function_anybody_can_fetch() -> None:
    get = "import requests\n\n\ndef ensure():\n    open('raw/x.csv', 'wb').write(requests.get('https://example.org/x.csv').content)\n"
    call = "from get import ensure\nif __name__ == '__main__':\n    ensure()\n"
    read = PD + "f = pd.read_csv('raw/x.csv')\n" + FIT
    files = {"get.py": get, "one.py": call, "fit.py": read}
    assert severities(files, "PIP001") == ["medium"]
    assert severities({**files, "two.py": call}, "PIP001") == ["low"]
    made = get.replace("requests.get('https://example.org/x.csv').content", "b'1'")
    assert severities({**files, "two.py": call, "get.py": made}, "PIP001") == ["medium"]


def test_a_library_keeps_its_set_beside_what_others_put_there() -> None:
    make = PD + "pd.DataFrame({'a': [1]}).to_csv('data/mine/x.csv')\n"
    own = "from torchvision.datasets import MNIST\nd = MNIST('data', download=True)\nprint(len(d))\nopen('a.csv', 'w').write(str(d))\n"
    other = "from torchvision.datasets import ImageFolder\nd = ImageFolder('data')\nprint(len(d))\nopen('a.csv', 'w').write(str(d))\n"
    assert not found({"make.py": make, "read.py": own}, "PIP001")
    assert found({"make.py": make, "read.py": other}, "PIP001")


# --- records and declarations ---

LOOP = "stages:\n  fit:\n    foreach: [a, b]\n    do:\n      cmd: python fit.py ${item}\n      deps: [fit.py]\n      outs: ['models/${item}.bin']\n"
RUN = "  {}:\n    cmd: python {}\n    deps:\n    - path: {}\n      md5: 91d2a6e0c4f85b37a0e19c7d2b4f6853\n      size: 12\n"


def test_a_loop_is_not_held_against_what_it_was_before() -> None:
    single = "stages:\n  fit:\n    cmd: python fit.py a\n    deps: [fit.py]\n"
    old = "schema: '2.0'\nstages:\n" + RUN.format("fit", "old.py", "old.py")
    loop = old + RUN.format("fit@a", "fit.py a", "fit.py")
    files = {
        "fit.py": "print(12345)\n",
        ".dvc/config": "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://a/b\n",
    }
    assert found({**files, "dvc.yaml": single, "dvc.lock": old}, "DAT004")
    assert not found({**files, "dvc.yaml": LOOP, "dvc.lock": loop}, "DAT004")
    outs = "    outs:\n    - path: models/a.{}\n      md5: 91d2a6e0c4f85b37a0e19c7d2b4f6853\n      size: 12\n"
    assert not found({**files, "dvc.yaml": LOOP, "dvc.lock": loop + outs.format("bin")}, "DAT004")
    # an element that the loop had once
    assert not found({**files, "dvc.yaml": LOOP, "dvc.lock": loop + outs.format("pickle")}, "DAT004")
    other = (
        outs.format("bin")
        + "    - path: models/a.pickle\n      md5: 91d2a6e0c4f85b37a0e19c7d2b4f6853\n      size: 12\n"
    )
    (finding,) = found({**files, "dvc.yaml": LOOP, "dvc.lock": loop + other}, "DAT004")
    assert "fit@a had models/a.pickle among its outs" in finding.message
    (finding,) = found(
        {**files, "dvc.yaml": LOOP, "dvc.lock": loop.replace("path: fit.py", "path: old.py") + outs.format("bin")},
        "DAT004",
    )
    assert "fit@a had old.py among its deps" in finding.message


def test_a_store_of_one_machine_weighs_less_where_the_data_were_published() -> None:
    config = "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://sets\n    endpointurl = http://127.0.0.1:9000\n"
    files = {".dvc/config": config, "raw.csv.dvc": POINTER.format("raw.csv"), "a.py": "x = 1\n"}
    assert severities(files, "DAT004") == ["high"]
    told = "# A\n\nThe data are from https://www.kaggle.com/datasets/someone/sets.\n"
    assert severities({**files, "README.md": told}, "DAT004") == ["medium"]


STAGES = "stages:\n  make:\n    cmd: python make.py\n    deps: [make.py, raw.csv]\n    outs: [train.csv, models/scaler.joblib, test.csv]\n  fit:\n    cmd: python fit.py\n    deps: [fit.py, train.csv]\n    outs: [models/m.joblib]\n"
PREPARE = (
    PD
    + "import joblib\nfrom sklearn.preprocessing import StandardScaler\nf = pd.read_csv('raw.csv')\ns = StandardScaler().fit(f)\n"
    + "joblib.dump(s, 'models/scaler.joblib')\nf.to_csv('train.csv')\nf.to_csv('test.csv')\n"
)


@pytest.mark.parametrize(
    ("read", "severity"),
    [("joblib.load('models/scaler.joblib')", "low"), ("pd.read_csv('test.csv')", "high")],
)
def test_what_is_fitted_while_declared_data_are_made_is_made_anew_with_them(read: str, severity: str) -> None:
    fit = (
        PD + f"import joblib\nx = {read}\nf = pd.read_csv('train.csv')\n" + FIT + "joblib.dump(x, 'models/m.joblib')\n"
    )
    files = {"dvc.yaml": STAGES, "make.py": PREPARE, "fit.py": fit, "raw.csv": "a,y\n1,2\n"}
    told = [each for each in found(files, "PIP006") if "reads" in each.entity]
    assert [each.severity.name.lower() for each in told] == [severity]


def test_what_an_earlier_stage_fits_is_not_made_anew_with_what_a_later_one_makes() -> None:
    stages = STAGES.replace(
        "  fit:", "  mid:\n    cmd: python mid.py\n    deps: [mid.py, train.csv]\n    outs: [last.csv]\n  fit:"
    )
    stages = stages.replace("deps: [fit.py, train.csv]", "deps: [fit.py, last.csv]")
    fit = PD + "import joblib\nx = joblib.load('models/scaler.joblib')\nf = pd.read_csv('last.csv')\n" + FIT
    fit += "joblib.dump(x, 'models/m.joblib')\n"
    files = {"dvc.yaml": stages, "make.py": PREPARE, "fit.py": fit, "raw.csv": "a,y\n1,2\n"}
    files["mid.py"] = PD + "pd.read_csv('train.csv').to_csv('last.csv')\n"
    told = [each for each in found(files, "PIP006") if "reads" in each.entity]
    assert [each.severity.name for each in told] == ["HIGH"]


def test_locks_of_packages_belong_into_git() -> None:
    files = {"a.py": "x = 1\n", "package-lock.json": "{}", "data/lock-in.json": "{}"}
    (component,) = graphs(files, sizes={path: 8 * MB for path in files if path != "a.py"}, archetypes="P").components
    assert [blob.path for blob in component.blobs().found] == ["data/lock-in.json"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("", True),
        ("joblib.dump(m, f'versions/{time.time()}/m.pkl')\n", False),
        ("joblib.dump(m, f'versions/{time.time()}/other.pkl')\n", True),
    ],
)
def test_a_model_that_is_also_kept_below_a_folder_of_its_run_can_be_had_again(more: str, told: bool) -> None:
    fit = (
        PD
        + "import joblib\nimport time\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('d.csv')\nm = Ridge().fit(f[['a']], f['y'])\njoblib.dump(m, 'm.pkl')\n"
    )
    files = {**SERVED, "fit.py": fit + more}
    assert bool(found(files, "OPS003", "S")) is told


def test_what_is_only_guessed_to_go_into_training_is_not_learnt() -> None:
    read = PD + "f = pd.read_csv('https://raw.githubusercontent.com/acme/x/main/rows.csv')\n"
    shown = read + "f.to_csv('made/x.csv')\n"
    hidden = read + "import unheard_of\nwith open('made/x.csv', 'w') as out:\n    unheard_of.dump(out)\n"
    fit = {"fit.py": READ + FIT}
    assert severities({**fit, "make.py": shown}, "DAT002") == ["high"]
    assert severities({**fit, "make.py": hidden}, "DAT002") == ["low"]


def test_only_what_a_model_learns_from_is_learnt_though_one_notebook_does_both() -> None:
    names = "import requests\nn = requests.get('https://raw.githubusercontent.com/acme/x/main/names.txt').text.split()\nprint(n[0])\n"
    learn = PD + "f = pd.read_csv('https://raw.githubusercontent.com/acme/x/main/rows.csv')\n" + FIT
    told = {
        each.message.split("/")[-1].split()[0]: each.severity.name.lower()
        for each in found({"a.ipynb": notebook(names, learn)}, "DAT002")
    }
    assert told == {"names.txt": "low", "rows.csv": "high"}


# --- what is not there ---


def test_copies_from_a_folder_that_is_not_there_are_one_cause() -> None:
    image = "FROM python:3.11\nCOPY lost/a.py a.py\nCOPY lost/b.py b.py\n{}"
    files = {"svc/app.py": "x = 1\n"}
    (finding,) = found({**files, "svc/Dockerfile": image.format("")}, "PIP010")
    assert len(finding.related) == 1
    assert len(found({**files, "svc/Dockerfile": image.format("COPY away/c.py c.py\n")}, "PIP010")) == 2
    there = {"lost/c.py": "x = 1\n", **files}
    assert len(found({**there, "Dockerfile": image.format("")}, "PIP010")) == 2


def test_a_script_called_as_many_are_is_named_with_its_folder() -> None:
    files = {"deep/svc/run.sh": "python lost.py\n", "other/run.sh": "echo 1\n", "a.py": "x = 1\n"}
    named = {"README.md": "# A\n\nStart it:\n\n```bash\nbash other/run.sh\n```\n"}
    assert severities({**files, **named}, "PIP010") == ["medium"]
    near = {"README.md": "# A\n\nStart it:\n\n```bash\nbash deep/svc/run.sh\n```\n"}
    assert severities({**files, **near}, "PIP010") == ["high"]


def test_a_notebook_in_another_form_is_no_body_of_its_own() -> None:
    whole = (
        PD
        + "import joblib\nfrom sklearn.linear_model import Ridge\nfrom sklearn.metrics import r2_score\nfrom sklearn.model_selection import train_test_split\n"
    )
    whole += "f = pd.read_csv('d.csv')\nf = f.fillna(0)\na, b = train_test_split(f)\nm = Ridge().fit(a[['x']], a['y'])\nprint(r2_score(b['y'], m.predict(b[['x']])))\njoblib.dump(m, 'm.pkl')\n"
    whole += "".join(f"v{n} = {n}\n" for n in range(150))
    assert found({"one.py": whole}, "PIP008")
    assert not found({"one.py": whole, "one.ipynb": notebook(whole)}, "PIP008")


WHOLE = (
    PD
    + "from sklearn.linear_model import Ridge\nfrom sklearn.metrics import r2_score\nf = pd.read_csv('d.csv')\nm = Ridge().fit(f[['x']], f['y'])\n"
    + "print(r2_score(f['y'], m.predict(f[['x']])))\nf.to_csv('made/o.csv')\n"
    + "".join(f"v{n} = {n}\n" for n in range(150))
)


@pytest.mark.parametrize(
    ("name", "severity"),
    [("one.py", "medium"), ("legacy/one.py", "low"), ("lega/one.py", "medium"), ("one.ipynb", "low")],
)
def test_what_is_run_no_more_or_cell_by_cell_is_a_milder_body(name: str, severity: str) -> None:
    files = {
        name: WHOLE if name.endswith(".py") else notebook(WHOLE),
        "read.py": PD + "print(pd.read_csv('made/o.csv'))\n",
    }
    assert severities(files, "PIP008") == [severity]


def test_lines_that_tell_and_logs_that_grow_make_no_body_larger() -> None:
    whole = (
        PD
        + "from sklearn.linear_model import Ridge\nfrom sklearn.metrics import r2_score\n\n\ndef run(out):\n    f = pd.read_csv('d.csv')\n    m = Ridge().fit(f[['x']], f['y'])\n"
    )
    whole += "    s = r2_score(f['y'], m.predict(f[['x']]))\n    {}.write(str(s))\n"
    saved, logged = "open('s.txt', 'w')", "open('s.txt', 'a')"
    work, told = "".join(f"    v{n} = {n}\n" for n in range(150)), "    print(1)\n" * 150
    assert found({"one.py": whole.format(saved) + work}, "PIP008")
    assert not found({"one.py": whole.format(saved) + told}, "PIP008")
    assert not found({"one.py": whole.format(logged) + work}, "PIP008")


def test_what_a_program_makes_ready_may_go_where_nobody_sees_it_go() -> None:
    sent = "import unheard_of\nunheard_of.send(f.sort_values('a'))\n"
    assert severities({"make.py": MAKE, "read.py": READ + sent}, "PIP001") == ["medium"]


def test_the_cells_of_a_notebook_are_counted_with_what_they_tell() -> None:
    told = WHOLE.partition("v0 = ")[0] + "print(1)\n" * 150
    files = {"read.py": PD + "print(pd.read_csv('made/o.csv'))\n"}
    assert not found({**files, "one.py": told}, "PIP008")
    assert found({**files, "one.ipynb": notebook(told)}, "PIP008")


STAGED = """
stages:
  get:
    cmd: python work.py --stage get
    deps: [work.py, raw.csv]
    outs: [a.csv]
  clean:
    cmd: python work.py --stage clean
    deps: [work.py, a.csv]
    outs: [b.csv]
  split:
    cmd: python work.py --stage split
    deps: [work.py, b.csv]
    outs: [c.csv]
"""
PICKING = (
    PD
    + """
import argparse

def get():
    pd.read_csv("raw.csv").to_csv("a.csv")

def clean():
    pd.read_csv("a.csv").to_csv("b.csv")

def split():
    pd.read_csv("b.csv").to_csv("c.csv")

def run(stage):
    runners = {{"get": get, "clean": clean, "split": split}}
    return runners[stage]()

parser = argparse.ArgumentParser()
parser.add_argument("--stage")
args = parser.parse_args()
run({key})
"""
)


def test_a_stage_runs_what_its_option_picks_from_a_table() -> None:
    picked = {"dvc.yaml": STAGED, "work.py": PICKING.format(key="args.stage"), "raw.csv": "a\n1\n"}
    assert not found(picked, "PIP006")
    any_of_them = {**picked, "work.py": PICKING.format(key="input()")}
    assert {f.message.partition(",")[0] for f in found(any_of_them, "PIP006") if f.severity.value == "high"} == {
        "stage clean overwrites a.csv",
        "stage split overwrites b.csv",
    }
    mixed = {
        **picked,
        "work.py": PICKING.format(key="args.stage").replace('"b.csv").to', '"b.csv").to_csv("a.csv")\n    pd.to'),
    }
    assert [f.message.partition(",")[0] for f in found(mixed, "PIP006")] == ["stage split writes a.csv"]


def test_what_is_handed_to_a_function_of_a_table_belongs_to_the_stage_that_picks_it() -> None:
    work = (
        PICKING.replace("():", "(folder):")
        .replace('_csv("', '_csv(folder + "')
        .replace("def run(folder)", "def run(stage)")
    )
    work = work.replace("\nrun({key})", '\n{{"get": get, "clean": clean, "split": split}}[{key}]("data/")')
    stages = re.sub(r"(\w+\.csv)", r"data/\1", STAGED)
    files = {"dvc.yaml": stages, "work.py": work.format(key="args.stage"), "data/raw.csv": "a\n1\n"}
    assert not found(files, "PIP006")
    assert len(found({**files, "work.py": work.format(key="input()")}, "PIP006")) == 4


CHOOSING = """
stages:
  choose:
    cmd: python choose.py{first}
    deps: [choose.py]
    outs: [best.csv]
  fit:
    cmd: python fit.py
    deps: [fit.py, best.csv]
    outs: [scores.csv]
  promote:
    cmd: python choose.py{second}
    deps: [choose.py, scores.csv]
    outs: [told.csv]
"""
CHOOSE = (
    PD
    + """
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--only", action="store_true")
args = parser.parse_args()

def choose():
    pd.DataFrame({"a": [1]}).to_csv("best.csv")

def promote():
    pd.read_csv("scores.csv").sort_values("a").to_csv("told.csv")

if args.only:
    choose()
else:
    promote()
"""
)


def test_two_stages_of_one_program_are_two_places_in_the_order() -> None:
    fit = PD + "pd.read_csv('best.csv').sort_values('a').to_csv('scores.csv')\n"
    files = {"choose.py": CHOOSE, "fit.py": fit}
    ordered = {**files, "dvc.yaml": CHOOSING.format(first=" --only", second="")}
    assert not found(ordered, "ENT005")
    assert not found({**ordered, "README.md": "# A\n\n```bash\npython choose.py\n```\n"}, "ENT005")
    assert found(
        {
            **files,
            "choose.py": CHOOSE.replace("if args.only:", "if input():"),
            "dvc.yaml": CHOOSING.format(first="", second=""),
        },
        "ENT005",
    )
    loose = {**files, "dvc.yaml": CHOOSING.format(first=" --only", second=""), "run.sh": "python choose.py --only\n"}
    assert found(loose, "ENT005"), "a script starts it outside that order"


KEPT = (
    PD
    + """
import joblib
from sklearn.linear_model import Ridge

def kept(path):
    return joblib.load(path)

def model(frame):
    try:
        return kept("models/kept.joblib")
    except {error}:
        {then}
    {after}

model(pd.read_csv("raw.csv"))
"""
)


@pytest.mark.parametrize(
    ("error", "then", "after", "told"),
    [
        ("FileNotFoundError", "print('none yet')", "return Ridge().fit(frame[['a']], frame['b'])", False),
        ("(KeyError, OSError)", "return anew(frame)", "", False),
        ("FileNotFoundError", "made = frame.model", "return made.fit(frame)", False),
        ("FileNotFoundError", "print('none yet')", "frame.to_csv('other.csv')", False),
        ("KeyError", "print('none yet')", "return Ridge().fit(frame[['a']], frame['b'])", True),
        ("FileNotFoundError", "print('none yet')", "return None", True),
        ("FileNotFoundError", "raise", "return Ridge().fit(frame[['a']], frame['b'])", True),
    ],
)
def test_a_model_that_is_trained_where_it_is_missing_is_awaited_by_nobody(
    error: str, then: str, after: str, told: bool
) -> None:
    text = KEPT.format(error=error, then=then, after=after)
    anew = "def anew(frame):\n    return Ridge().fit(frame[['a']], frame['b'])\n\nmodel(pd"
    files = {"a.py": text.replace("model(pd", anew), "raw.csv": "a,b\n1,2\n"}
    assert bool(found(files, "PIP004")) is told
    before = text.replace("    try:\n        return kept", "    frame = kept").replace(
        'joblib")\n', 'joblib")\n    try:\n        print(1)\n'
    )
    assert found({**files, "a.py": before}, "PIP004"), "what stands before the try is not expected to be missing"


BUILDER = (
    "import subprocess\n\n\nclass Builder{base}:\n    def __init__(self, name):\n        self.name = name\n\n"
    "    def build(self):\n        subprocess.run(['sh', 'deploy/build.sh'])\n"
)


@pytest.mark.parametrize(
    ("base", "more", "severity"),
    [
        ("", "print(Builder('x').name)\n", "medium"),
        ("", "print(Builder('x').name, 'build')\n", "medium"),
        ("", "Builder('x').build()\n", "high"),
        ("", "print(getattr(Builder('x'), 'build'))\n", "high"),
        ("(Base)", "print(Builder('x').name)\n", "high"),
    ],
)
def test_a_command_in_a_method_that_nobody_asks_for_weighs_less(base: str, more: str, severity: str) -> None:
    files = {
        "tools.py": BUILDER.replace("{base}", base).replace(
            "import subprocess\n", "import subprocess\nfrom acme import Base\n"
        ),
        "main.py": f"from tools import Builder\n\n{more}",
        "deploy/other.sh": "echo 1\n",
        "README.md": "# Tool\n\nHow to build it: build the image.\n",
    }
    assert severities(files, "PIP010") == [severity]


PARTS = "import pandas as pd\nf = pd.read_csv('raw.csv')\n{}"
IN_A_LOOP = "for part in ('train', 'test', 'dev'):\n    f[f.part == part].to_csv(f'out/{part}.csv')\n"
IN_LINES = "".join(f"f[f.part == '{part}'].to_csv('out/{part}.csv')\n" for part in ("train", "test", "dev"))


BY_ONE_CALL = "def write():\n" + "".join(f"    {line}\n" for line in IN_LINES.splitlines()) + "\nwrite()\n"
BY_NAME = (
    "def write(part):\n    f[f.part == part].to_csv(f'out/{part}.csv')\n\nwrite('train')\nwrite('test')\nwrite('dev')\n"
)


@pytest.mark.parametrize(("write", "count"), [(IN_A_LOOP, 1), (IN_LINES, 3), (BY_ONE_CALL, 3), (BY_NAME, 3)])
def test_the_files_that_a_loop_writes_are_one_missing_declaration(write: str, count: int) -> None:
    reads = "import pandas as pd\nfrom sklearn.linear_model import Ridge\n{}f = pd.read_csv('out/train.csv')\nRidge().fit(f[['a']], f['y'])\n"
    files = {
        "split.py": PARTS.format(write),
        "fit.py": reads.format(""),
        "tune.py": reads.format("print(pd.read_csv('out/dev.csv').mean())\n"),
        "judge.py": reads.format("print(pd.read_csv('out/dev.csv').mean(), pd.read_csv('out/test.csv').mean())\n"),
    }
    told = found(files, "PIP001")
    assert len(told) == count
    assert {"fit.py and 2 other programs read out/train.csv" in each.message for each in told} >= {True}
