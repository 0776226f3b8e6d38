"""Configuration documents: which file, which key, how Hydra composes them, and where their keys are read."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from auditor.program.configuration.readings import Reading
from tests.program.asking import program, texts

PARAMS = {"params.yaml": "train:\n  lr: 0.1\n  data: data/x.csv\n  files: [a.csv, b.csv]\nout: models\nunused: 1\n"}
YAML = "import yaml\nc = yaml.safe_load(open('params.yaml'))\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(YAML + "ask(c['train']['data'])", ["data/x.csv"], id="keys"),
        pytest.param(YAML + "ask(c['train']['files'][1])", ["b.csv"], id="list"),
        pytest.param(YAML + "for f in c['train']['files']:\n    ask(f)", ["a.csv", "b.csv"], id="loop over a list"),
        pytest.param(YAML + "k = 'train'\nask(c[k]['data'])", ["data/x.csv"], id="key in a name"),
        pytest.param(YAML + "from box import ConfigBox\nb = ConfigBox(c)\nask(b.train.data)", ["data/x.csv"], id="box"),
        pytest.param(
            YAML + "from types import SimpleNamespace\nn = SimpleNamespace(**c['train'])\nask(n.data)",
            ["data/x.csv"],
            id="namespace",
        ),
        pytest.param(
            YAML + "def f(data, lr, files):\n    return data\nask(f(**c['train']))", ["data/x.csv"], id="spread"
        ),
        pytest.param(
            YAML
            + "class C:\n    def __init__(self, cfg):\n        self.cfg = cfg\n    def p(self):\n        return self.cfg['out'] + '/m'\n"
            "ask(C(c).p())",
            ["models/m"],
            id="held by an object",
        ),
        pytest.param(
            "from ruamel.yaml import YAML\ny = YAML(typ='safe')\nwith open('params.yaml') as f:\n    c = y.load(f)\nask(c['out'])",
            ["models"],
            id="ruamel",
        ),
        pytest.param(
            "from omegaconf import OmegaConf\nc = OmegaConf.load('params.yaml')\nask(c.train.data)",
            ["data/x.csv"],
            id="omegaconf",
        ),
        pytest.param(
            "import configparser\nc = configparser.ConfigParser()\nc.read('app.ini')\nask(c['data']['path'])",
            ["d/x.csv"],
            id="ini",
        ),
        pytest.param(
            "import configparser\nc = configparser.ConfigParser()\nc.read('app.ini')\nask(c.get('data', 'Path'))",
            ["d/x.csv"],
            id="ini get",
        ),
        pytest.param(
            "import tomllib\nwith open('a.toml', 'rb') as f:\n    c = tomllib.load(f)\nask(c['p']['q'])",
            ["t.csv"],
            id="toml",
        ),
        pytest.param(
            "import yaml\nc = yaml.safe_load(open('refs.yaml'))\nask(c['full'])", ["data/raw/x.csv"], id="interpolation"
        ),
        pytest.param(
            "import yaml\nc = yaml.safe_load(open('refs.yaml'))\nask(c['env'])", ["{HOME_DIR}/x"], id="environment"
        ),
        pytest.param(
            "import yaml\nc = yaml.safe_load(open('refs.yaml'))\nask(c['loop'])", ["{?}"], id="a value of itself"
        ),
    ],
)
def test_values_of_keys(source: str, expected: list[str]) -> None:
    files = {
        **PARAMS,
        "app.ini": "[data]\npath = d/x.csv\n",
        "a.toml": "[p]\nq = 't.csv'\n",
        "refs.yaml": "base: data\nraw: ${base}/raw\nfull: ${raw}/x.csv\nenv: ${oc.env:HOME_DIR}/x\nloop: ${loop}\n",
        "main.py": source,
    }
    assert texts(files) == expected


MANAGER = {
    "config/config.yaml": "ingest:\n  root: artifacts\n  name: raw.csv\n",
    "proj/entities.py": "from dataclasses import dataclass\nfrom pathlib import Path\n@dataclass\nclass Ingest:\n    root: Path\n    name: str\n",
    "proj/manager.py": (
        "import yaml\nfrom pathlib import Path\nfrom box import ConfigBox\nfrom proj.entities import Ingest\n"
        "CONFIG = Path('config/config.yaml')\ndef read(path):\n    with open(path) as f:\n        return ConfigBox(yaml.safe_load(f))\n"
        "class Manager:\n    def __init__(self, path=CONFIG):\n        self.config = read(path)\n"
        "    def ingest(self) -> Ingest:\n        c = self.config.ingest\n        return Ingest(root=Path(c.root), name=c.name)\n"
    ),
    "proj/job.py": (
        "import pandas as pd\nfrom proj.entities import Ingest\nclass Job:\n    def __init__(self, config: Ingest):\n"
        "        self.config = config\n    def run(self):\n        return pd.read_csv(self.config.root / self.config.name)\n"
    ),
    "main.py": "from proj.manager import Manager\nfrom proj.job import Job\njob = Job(config=Manager().ingest())\njob.run()\n",
}


def test_a_configuration_manager_is_followed_through_its_typed_parts() -> None:
    effects = [e for e in program(MANAGER).effects.all() if e.name == "pandas.read_csv" and e.via]
    assert [(e.site[0], e.targets[0].text()) for e in effects] == [("main.py", "artifacts/raw.csv")]


HYDRA = {
    "conf/config.yaml": "defaults:\n  - data: small\n  - model@net: tree\n  - _self_\nout: ${data.root}/out\n",
    "conf/data/small.yaml": "root: data/small\nfile: ${.root}/x.csv\n",
    "conf/data/big.yaml": "root: data/big\nfile: ${.root}/x.csv\n",
    "conf/model/tree.yaml": "path: m.pkl\n",
    "conf/extra/flat.yaml": "# @package _global_\nflat: f.csv\n",
    "src/main.py": (
        "import hydra\n@hydra.main(version_base=None, config_path='../conf', config_name='config')\ndef main(cfg):\n    ask(cfg.{key})\nmain()\n"
    ),
}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("out", "data/small/out"),
        ("data.file", "data/small/x.csv"),
        ("net.path", "m.pkl"),
        ("model.path", "{model.path}"),
    ],
)
def test_hydra_composes_groups_packages_and_interpolations(key: str, expected: str) -> None:
    files = {**HYDRA, "src/main.py": HYDRA["src/main.py"].replace("{key}", key)}
    assert texts(files, "src/main.py") == [expected]


def test_a_package_header_and_the_own_keys_of_a_configuration_win() -> None:
    files = {
        **HYDRA,
        "conf/config.yaml": "defaults: [extra/flat, data: big]\ndata:\n  root: mine\n",
        "src/main.py": HYDRA["src/main.py"].replace("{key}", "flat + cfg.data.root"),
    }
    assert texts(files, "src/main.py") == ["f.csvmine"]


def test_configurations_that_include_each_other_end() -> None:
    files = {
        "conf/config.yaml": "defaults: [a]\nx: 1\n",
        "conf/a.yaml": "defaults: [config]\ny: 2\n",
        "src/main.py": HYDRA["src/main.py"].replace("{key}", "y"),
    }
    assert texts(files, "src/main.py") == ["2"]


def readings(files: Mapping[str, str]) -> list[tuple[str, str, str, int, bool]]:
    found: list[Reading] = program(files).readings.all()
    return [(r.document, r.key, r.site[0], r.line, r.whole) for r in found]


def test_each_place_that_reads_a_key_is_told_and_a_renaming_is_none() -> None:
    source = YAML + "t = c['train']\nlr = t['lr']\nprint(lr, c['out'].upper())\n"
    assert readings({**PARAMS, "main.py": source}) == [
        ("params.yaml", "out", "main.py", 5, False),
        ("params.yaml", "train.lr", "main.py", 4, False),
        ("params.yaml", "train.lr", "main.py", 5, False),
    ]


def test_a_document_handed_to_a_function_is_read_there() -> None:
    files = {
        **PARAMS,
        "main.py": "import yaml\nfrom lib import go\ndef load(p):\n    with open(p) as f:\n        return yaml.safe_load(f)\ngo(load('params.yaml'))\n",
        "lib.py": "def go(cfg):\n    return inner(cfg['train'])\ndef inner(part):\n    return part['data']\n",
    }
    assert ("params.yaml", "train.data", "lib.py", 4, False) in readings(files)


def test_a_part_handed_to_unknown_code_counts_as_read_whole() -> None:
    assert ("params.yaml", "train", "main.py", 3, True) in readings({**PARAMS, "main.py": YAML + "fit(**c['train'])\n"})


def test_an_object_that_holds_a_document_is_followed_into_its_methods() -> None:
    source = (
        YAML
        + "class Job:\n    def __init__(self, cfg):\n        self.cfg = cfg\n    def run(self):\n        return self.cfg['train']['lr']\n"
        "Job(c).run()\n"
    )
    assert ("params.yaml", "train.lr", "main.py", 7, False) in readings({**PARAMS, "main.py": source})


def test_hydra_keys_are_told_in_the_file_that_defines_them() -> None:
    files = {**HYDRA, "src/main.py": HYDRA["src/main.py"].replace("{key}", "data.root").replace("ask", "print")}
    assert readings(files) == [("conf/data/small.yaml", "root", "src/main.py", 4, False)]


def test_thousands_of_functions_that_hand_a_document_on_end() -> None:
    body = "".join(
        f"def f{n}(cfg):\n    f{(n * 7 + 1) % 400}(cfg)\n    f{(n * 3 + 2) % 400}(cfg)\n" for n in range(400)
    )
    assert readings({**PARAMS, "main.py": YAML + body + "f0(c)\n"}) == []
