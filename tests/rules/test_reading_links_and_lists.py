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
    files = {"docker/app/a.py": "print(1)\n", "compose.yml": "services:\n  a:\n    build: ./image/app\n"}
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
