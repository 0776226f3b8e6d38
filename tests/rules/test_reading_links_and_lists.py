"""What a fourth reading of strangers' repositories showed of links, lists and hand-overs: debt beside its look-alike."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from auditor.engine import judge, registry
from auditor.graph import Graphs
from auditor.model.changes import History
from auditor.model.finding import Finding
from auditor.model.listing import Content, Entry
from auditor.model.settings import Settings
from tests.pages import graphs

RULES = registry().rules
PD = "import pandas as pd\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


def linked(files: dict[str, str], links: dict[str, str], rule: str) -> list[str]:
    """The entities of what a rule finds in files and symbolic links."""
    tree = graphs({**files, **dict.fromkeys(links, "")}, archetypes="P")
    entries = (
        replace(entry, content=Content.LINK, target=links[entry.path]) if entry.path in links else entry
        for entry in tree.world.listing.entries
    )
    listing = replace(tree.world.listing, entries=tuple[Entry, ...](entries))
    whole = Graphs(tree.world.resolved, listing, Settings(components={".": "P"}), lambda: History("none"))
    return [finding.entity for finding in judge(whole.components, [RULES[rule]]).findings]


STEPS = {"services/dags/prepare.py": "print(1)\n", "MLproject": "name: a\nentry_points:\n  main:\n    command: 'python steps/prepare.py'\n"}  # fmt: skip


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ({"steps": "./services/dags"}, False),
        ({"steps": "services/all", "services/all": "dags"}, False),
        ({"steps": "services"}, True),
        ({"steps": "../services/dags"}, True),
        ({"steps": "/services/dags"}, True),
        ({"steps": "round", "round": "steps"}, True),
        ({"other": "services/dags"}, True),
        ({}, True),
    ],
)
def test_a_link_to_a_folder_of_the_tree_leads_there(links: dict[str, str], told: bool) -> None:
    assert linked(STEPS, links, "PIP010") == (["main|steps/prepare.py"] if told else [])


def test_a_build_folder_behind_a_link_is_there() -> None:
    image = {"docker/app/a.py": "print(1)\n", "docker/app/Dockerfile": "FROM python:3.11\n"}
    files = {**image, "compose.yml": "services:\n  a:\n    build: ./image/app\n"}
    assert linked(files, {"image": "docker"}, "PIP010") == []
    assert linked(files, {"image": "web"}, "PIP010")


LIBRARIES = "import pandas\nimport matplotlib.pyplot\nimport sklearn.linear_model\n"


@pytest.mark.parametrize(
    ("listed", "told"),
    [("pandas==2.2.1\nmatplotlib==3.8\nscikit-learn==1.4\n", False), ("What was frozen, and when, and why.\n", True)],
)
def test_a_list_may_end_like_the_tool_that_reads_it(listed: str, told: bool) -> None:
    assert bool(found({"a.py": LIBRARIES, "dev/freeze.pip": listed}, "REP003")) is told


# --- hand-overs ---

PACK = "import tarfile\nimport joblib\nm = joblib.load('models/fitted.joblib')\nwith tarfile.open('models/all.tar.gz', 'w:gz') as f:\n    f.add('tmp.joblib')\n"  # fmt: skip


def test_what_a_folder_is_downloaded_to_closes_no_cycle() -> None:
    fetch = (
        "import tarfile\nfrom sagemaker import Session\nsession = Session()\nsession.download_data('models', bucket='b', key_prefix='k')\n"
        "with tarfile.open('models/all.tar.gz') as f:\n    print(f.getnames())\n"
    )
    pack = (
        "import tarfile\nimport shutil\nshutil.copy2('models/{}.joblib', 'x.joblib')\n"
        "with tarfile.open('models/all.tar.gz', 'w:gz') as f:\n    f.add('x.joblib')\n"
    )
    keep = "import joblib\nfrom sklearn.linear_model import Ridge\njoblib.dump(Ridge(), 'models/made.joblib')\n"
    assert not found({"fetch.py": fetch, "pack.py": pack.format("made")}, "ENT005")
    assert found({"fetch.py": fetch + keep, "pack.py": pack.format("made")}, "ENT005")


def test_what_an_archive_is_unpacked_to_closes_no_cycle() -> None:
    fetch = "import tarfile\nwith tarfile.open('models/all.tar.gz') as f:\n    f.extractall('models')\n"
    named = "import tarfile\nimport joblib\nf = tarfile.open('models/all.tar.gz')\njoblib.dump({}, 'models/fitted.joblib')\n"
    assert not found({"pack.py": PACK, "fetch.py": fetch}, "ENT005")
    assert found({"pack.py": PACK, "fetch.py": named}, "ENT005")


PARTS = {f"{name}/pyproject.toml": f'[project]\nname = "{name}"\nversion = "1"\n' for name in ("one", "two")}
SET = PD + "import yaml\nwith open('settings.yaml') as f:\n    cfg = yaml.safe_load(f)\n"


@pytest.mark.parametrize(
    ("settings", "write", "read", "told"),
    [
        ("out:\n  table: shared/x.csv\n", "cfg['out']['table']", "cfg['out']['table']", False),
        ("out:\n  table: shared/x.csv\n", "cfg['out']['table']", "'shared/x.csv'", True),
        ("out:\n  table: shared/x.csv\n", "'shared/x.csv'", "'shared/x.csv'", True),
        ("out:\n  a: shared/x.csv\n  b: shared/x.csv\n", "cfg['out']['a']", "cfg['out']['b']", True),
    ],
)
def test_a_key_of_settings_that_both_sides_read_ties_them(settings: str, write: str, read: str, told: bool) -> None:
    files = {
        "settings.yaml": settings,
        "shared/x.csv": "a\n1\n",
        "one/a.py": SET + f"pd.DataFrame().to_csv({write})\n",
        "two/b.py": SET + f"print(pd.read_csv({read}))\n",
    }
    assert bool(found({**PARTS, **files}, "ENT007")) is told


# --- reads that end where they are read ---

TRAINED = (
    PD
    + "import requests\nimport state\n\n\n{code}\n\n"
    + "def main(path):\n    work(path)\n    open('made.csv', 'w').write(state.kept)\n\n\nif __name__ == '__main__':\n    main('x')\n"
)
LEARNT = PD + "from sklearn.linear_model import Ridge\nd = pd.read_csv('made.csv')\nRidge().fit(d[['a']], d['y'])\n"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def work(path):\n    d = pd.read_csv('raw.csv')\n    return len(d)", False),
        ("def work(path):\n    d = pd.read_csv('raw.csv')\n    print(d.head())\n    return d.shape", False),
        ("def work(path):\n    return len(pd.read_csv('raw.csv'))", False),
        ("def work(path):\n    d = pd.read_csv('raw.csv')\n    return d", True),
        ("def work(path):\n    d = pd.read_csv('raw.csv')\n    print(len(d))\n    keep(d)", True),
        ("def work(path):\n    d = pd.read_csv('raw.csv')\n    e = d[d.a > 1]\n    state.kept = e", True),
        ("def work(path):\n    for row in pd.read_csv('raw.csv').values:\n        keep(row)", True),
        ("def work(path):\n    r = requests.get('https://example.org/up.json')\n    r.raise_for_status()\n    to = r.json()['href']\n    requests.put(to, data=open(path))", False),
        ("def work(path):\n    r = requests.get('https://example.org/up.json')\n    requests.put('https://example.org', data=r.content)", True),
        ("def work(path):\n    r = requests.get('https://example.org/up.json')\n    open(path, 'wb').write(r.content)", True),
    ],
)  # fmt: skip
def test_a_read_that_is_counted_shown_or_tells_where_to_send_is_no_data(code: str, told: bool) -> None:
    files = {"prepare.py": TRAINED.replace("{code}", code), "train.py": LEARNT}
    assert bool(found(files, "DAT001")) is told


CACHE = (
    PD
    + "import requests\nfrom pathlib import Path\nfrom sklearn.linear_model import Ridge\n\n\ndef fetch(day):\n"
    + "    answer = requests.get('https://example.org/hours.json').json()\n    return pd.DataFrame(answer)\n\n\ndef load(day):\n"
    + "    kept = Path(f'kept/hours_{day}.parquet')\n{code}    d.to_parquet(kept)\n    return d\n\n\n"
    + "if __name__ == '__main__':\n    d = load(input())\n    Ridge().fit(d[['a']], d['y'])\n"
)
LOOKS = "    if kept.exists():\n        return pd.read_parquet(kept)\n    d = fetch(day)\n"


@pytest.mark.parametrize(
    ("code", "kept", "told"),
    [
        (LOOKS, "kept/hours_2024-01-01.parquet", False),
        (LOOKS, "kept/days_2024-01-01.parquet", True),
        (LOOKS, "other/hours_2024-01-01.parquet", True),
        ("    d = fetch(day)\n", "kept/hours_2024-01-01.parquet", True),
    ],
)
def test_answers_that_git_keeps_pin_what_is_asked_for(code: str, kept: str, told: bool) -> None:
    files = {"train.py": CACHE.replace("{code}", code), kept: ""}
    assert any("example.org" in finding.entity for finding in found(files, "DAT001")) is told


MAKES = PD + "for name in names():\n    pd.DataFrame().to_csv(f'/srv/lake/{name}{suffix}.csv')\n"
TAKES = PD + "from sklearn.linear_model import Ridge\nd = pd.concat([pd.read_csv(f'/srv/lake/{n}_scores.csv') for n in ['tree', 'line']])\nRidge().fit(d[['a']], d['y'])\n"  # fmt: skip


@pytest.mark.parametrize(("suffix", "told"), [("_scores", False), ("_orders", True), ("", True)])
def test_a_pattern_that_a_program_writes_makes_the_files_another_reads_by_name(suffix: str, told: bool) -> None:
    makes = MAKES.replace("{suffix}", suffix)
    assert bool(found({"make.py": makes, "train.py": TAKES}, "DAT001")) is told
    asked = PD + "def make(names):\n" + makes.replace(PD, "").replace("names()", "names").replace("for ", "    for ").replace("    pd.", "        pd.")  # fmt: skip
    assert bool(found({"make.py": asked, "train.py": TAKES}, "DAT001")) is told


def test_what_a_program_set_apart_makes_a_file_of_counts_where_no_other_makes_it() -> None:
    made = PD + "pd.read_csv('{}').to_csv('data/made.csv')\n"
    train = LEARNT.replace("made.csv", "data/made.csv")
    apart = {"archive/make_first.py": made.format("raw/first.csv"), "train.py": train}
    assert [f.entity for f in found(apart, "DAT001")] == ["raw/first.csv"]
    now = {**apart, "make.py": made.format("raw/now.csv")}
    assert [f.entity for f in found(now, "DAT001")] == ["raw/now.csv"]


# --- feature code ---

SHOWN = "    d = pd.read_csv('x.csv')\n    d['r'] = d['a'] / d['b']\n    d['s'] = d['a'].rolling(3).mean()\n"


@pytest.mark.parametrize(
    ("head", "tail", "told"),
    [
        ("def show():\n", "    print(d['r'].sum())\n", False),
        ("def show():\n", "    print(d['r'].sum())\n    return d\n", True),
        ("def show():\n", "    print(d['r'].sum())\n    d.to_csv('y.csv')\n", True),
        ("def show():\n", "    print(d['r'].sum())\n    take(d)\n", True),
        ("def show():\n", "    d.to_csv('y.csv')\n", True),
        ("def show(f={}):\n", "    print(1)\n    f['q'] = d['r'] * d['s']\n", True),
    ],
)
def test_a_function_that_only_prints_makes_no_features(head: str, tail: str, told: bool) -> None:
    train = "\n\ndef take(d):\n    print(d)\n\n\nshow()\nt = pd.read_csv('t.csv')\nRidge().fit(t[['a']], t['y'])\n"
    code = PD + "from sklearn.linear_model import Ridge\n\n\n" + head + SHOWN + tail + train
    names = [finding.message for finding in found({"train.py": code}, "TST001")]
    assert any("show()" in name for name in names) is told


# --- suppliers ---

TRACKING = "import mlflow\n\n\ndef begin():\n    mlflow.start_run()\n\n\ndef note(x):\n    mlflow.log_metric('x', x)\n"
OWN = "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():\n    return 3\n"


@pytest.mark.parametrize(
    ("shared", "users", "named"),
    [(TRACKING, 3, True), (TRACKING, 2, False), (TRACKING + "\n\n" + OWN, 3, False)],
)
def test_a_module_made_for_a_supplier_is_named_where_others_go_past_it(shared: str, users: int, named: bool) -> None:
    callers = {
        f"job{n}.py": "import mlflow\n" + ("import tracking\ntracking.begin()\n" if n < users else "") + "mlflow.log_metric('y', 1)\n"
        for n in range(6)
    }  # fmt: skip
    (finding,) = found({**callers, "tracking.py": shared}, "GLU003")
    assert ("all but tracking.py go past it" in finding.message) is named


@pytest.mark.parametrize(
    ("use", "named"), [("shared = tracking.Tracker()\n", True), ("class Own(tracking.Tracker):\n    pass\n", False)]
)
def test_a_class_that_others_derive_from_stands_between_for_nobody(use: str, named: bool) -> None:
    tracker = "import mlflow\n\n\nclass Tracker:\n    def begin(self):\n        mlflow.start_run()\n\n    def note(self, x):\n        mlflow.log_metric('x', x)\n"
    callers = {f"job{n}.py": f"import mlflow\nimport tracking\n{use}mlflow.log_metric('y', 1)\n" for n in range(6)}
    (finding,) = found({**callers, "tracking.py": tracker}, "GLU003")
    assert ("all but tracking.py go past it" in finding.message) is named


# --- what both sides do ---

SIDES = {
    "shared.py": "def parts(d):\n    return {'x': d, 'y': d, 'z': d, 'w': d, 'v': d}\n",
    "train.py": PD + "from sklearn.linear_model import Ridge\nfrom shared import parts\nraw = pd.read_csv('x.csv').fillna(0)\nd = {made}\n{same}m = Ridge().fit(x, y)\n",
    "serve.py": PD + "import joblib\nfrom fastapi import FastAPI\nfrom shared import parts\napp = FastAPI()\nm = joblib.load('m.pkl')\n\n\n@app.post('/p')\ndef prepare_answer(raw: dict):\n    d = {made}\n{inner}    return m.predict(x)\n",
}  # fmt: skip
TAKEN = "".join(f"{name} = d['{name}']\n" for name in "xyzwv")


@pytest.mark.parametrize(
    ("made", "same", "told"),
    [
        ("parts(raw)", TAKEN, False),
        ("raw", TAKEN, True),
        ("parts(raw)", TAKEN.replace("']\n", "'] * 2\n"), True),
    ],
)
def test_taking_apart_what_a_shared_function_made_prepares_nothing_twice(made: str, same: str, told: bool) -> None:
    inner = "".join(f"    {line}\n" for line in same.splitlines())
    filled = {"{made}": made, "{same}": same, "{inner}": inner}
    files = {}
    for path, text in SIDES.items():
        for mark, code in filled.items() if path != "shared.py" else ():
            text = text.replace(mark, code)
        files[path] = text
    assert bool(found(files, "ENT009", "SP")) is told
