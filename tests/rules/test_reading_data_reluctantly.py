"""What a fourth reading of strangers' repositories showed of data and of what programs hand on: debt beside its look-alike."""

from __future__ import annotations

import pytest

from tests.rules.test_reading_data_again import FIT, PD, POINTER, SERVED, found, notebook, severities

# --- what training starts from ---

ASK = "import requests\n" + PD + "f = pd.DataFrame(requests.get('{}'){})\n" + FIT


@pytest.mark.parametrize(
    ("address", "answer", "severity"),
    [
        ("https://api.example.org/v1/prices", ".json()", []),
        ("http://groups:8000/data/download", ".json()", []),
        ("https://api.data.example.org/prices", ".json()", []),
        ("https://example.org/prices.csv", ".text", ["medium"]),
        ("https://example.org/trips_2022-01.parquet", ".content", []),
        ("https://example.org/trips_2022-13.parquet", ".content", ["medium"]),
    ],
)
def test_an_address_without_a_file_is_asked_a_question(address: str, answer: str, severity: list[str]) -> None:
    assert severities({"fit.py": ASK.format(address, answer)}, "DAT001") == severity


def test_a_table_read_from_an_address_is_data_however_it_is_called() -> None:
    files = {"fit.py": PD + "f = pd.read_csv('https://example.org/export/prices')\n" + FIT}
    assert severities(files, "DAT001") == ["medium"]


def test_what_is_fetched_into_a_file_is_data_however_its_address_is_called() -> None:
    get = "from urllib.request import urlretrieve\nurlretrieve('https://example.org/up', 'got.csv')\n"
    (finding,) = found({"fit.py": get + PD + "f = pd.read_csv('got.csv')\n" + FIT}, "DAT001")
    assert finding.entity == "https://example.org/up"


RUN = {"Makefile": "train:\n\tpython run_it.py\n"}


def test_a_program_that_nothing_starts_made_no_model_where_others_are_started() -> None:
    raw, kept = PD + "f = pd.read_csv('raw/a.csv')\n" + FIT, PD + "f = pd.read_csv('kept.csv')\n" + FIT
    others = {"run_it.py": kept, "kept.csv": "a,y\n1,2\n"}
    assert severities({"other.py": raw}, "DAT001") == ["medium"]
    assert severities({"other.py": raw, **others}, "DAT001") == ["medium"]
    assert severities({"other.py": raw, **others, **RUN}, "DAT001") == ["low"]
    # its name says that it is there to be started
    assert severities({"train_other.py": raw, **others, **RUN}, "DAT001") == ["medium"]
    assert severities({"other.ipynb": notebook(raw), **others, **RUN}, "DAT001") == ["low"]


def test_another_entry_of_a_function_that_a_started_program_runs_is_no_training_that_matters() -> None:
    train = (
        PD
        + "from sklearn.linear_model import Ridge\n\n\ndef train(path):\n    f = pd.read_csv(path)\n    Ridge().fit(f[['a']], f['y'])\n\n\n"
        + "if __name__ == '__main__':\n    train('raw/mine.csv')\n"
    )
    run = "from train import train\ntrain('kept.csv')\n"
    kept = {"train.py": train, "run_it.py": run, "kept.csv": "a,y\n1,2\n"}
    assert severities({**kept, **RUN}, "DAT001") == ["low"]
    assert severities({**kept, "Makefile": "train:\n\tpython train.py\n"}, "DAT001") == ["medium"]


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("/home/maryanne/work/shop_forecast/made/x.csv", ["low"]),
        ("/home/maryanne/work/elsewhere/made/x.csv", ["medium"]),
        ("/mnt/shop_forecast/made/x.csv", ["medium"]),
        ("/mnt/example/made/x.csv", ["low"]),  # the repository is called so
        ("/mnt/examples/made/x.csv", ["medium"]),
        ("/home/maryanne/work/sets/raw/x.csv", ["low"]),
        ("/home/maryanne/work/sets/cooked/x.csv", ["medium"]),
        ("/mnt/work/sets/raw/x.csv", ["medium"]),
    ],
)
def test_a_path_into_somebodys_checkout_is_one_of_the_tree(path: str, severity: list[str]) -> None:
    files = {"fit.py": PD + f"f = pd.read_csv('{path}')\n" + FIT, "shop_forecast/__init__.py": "", "sets/raw/note": ""}
    assert severities(files, "DAT001") == severity


def test_what_a_program_writes_into_the_tree_is_read_again_by_the_path_of_a_checkout() -> None:
    fit = {"fit.py": PD + "f = pd.read_csv('/home/maryanne/work/shop_forecast/made/x.csv')\n" + FIT}
    make = PD + "f = pd.read_csv('{}')\nf.to_csv('shop_forecast/made/x.csv')\n"
    files = {**fit, "shop_forecast/__init__.py": "", "kept.csv": "a,y\n1,2\n"}
    assert not found({**files, "make.py": make.format("kept.csv")}, "DAT001")
    (finding,) = found({**files, "make.py": make.format("raw/mine.csv")}, "DAT001")
    assert finding.entity == "raw/mine.csv"


def test_below_a_file_lies_nothing() -> None:
    load = PD + "import glob\n{}f = pd.concat([pd.read_csv(p) for p in glob.glob('raw/shop.csv/*.csv')])\n" + FIT
    assert [each.entity for each in found({"fit.py": load.format("")}, "DAT001")] == ["raw/shop.csv/*.csv"]
    assert not found({"fit.py": load.format(""), "raw/shop.csv": "a,y\n1,2\n"}, "DAT001")
    both = load.format("f = pd.read_csv('raw/shop.csv')\n")
    assert "*.csv" not in "".join(each.message for each in found({"fit.py": both}, "DAT001"))


@pytest.mark.parametrize(
    ("path", "document", "severity"),
    [
        ("creditcards.csv", "From https://www.kaggle.com/datasets/someone/creditcardsfraud.\n", "low"),
        ("raw/shopping_lists_2/a.csv", "Run `kaggle datasets download -d someone/shopping-lists-2`.\n", "low"),
        ("mine.csv", "From https://www.kaggle.com/datasets/someone/creditcardsfraud.\n", "medium"),
        ("raw/train_sales.csv", "The data are those of a competition at Kaggle.\n", "low"),
        ("/mnt/x/train_sales.csv", "The data are those of a competition at Kaggle.\n", "low"),
        ("../input/shop-sales-2020/weeks.csv", "Some words.\n", "low"),
    ],
)
def test_a_published_set_of_the_name_can_be_had_again(path: str, document: str, severity: str) -> None:
    files = {"a/fit.py": PD + f"f = pd.read_csv('{path}')\n" + FIT, "README.md": f"# A\n\n{document}"}
    assert severities(files, "DAT001") == [severity]


def test_a_librarys_own_set_is_not_made_of_what_others_put_beside_it() -> None:
    make = PD + "pd.read_csv('raw/a.csv').to_csv('data/mine/x.csv')\n"
    fit = "from torchvision.datasets import {0}\nfrom sklearn.linear_model import Ridge\nd = {0}('data')\nRidge().fit(d.data, d.targets)\n"
    assert not found({"make.py": make, "fit.py": fit.format("MNIST")}, "DAT001")
    assert [each.entity for each in found({"make.py": make, "fit.py": fit.format("ImageFolder")}, "DAT001")] == [
        "raw/a.csv"
    ]


@pytest.mark.parametrize(("name", "severity"), [("eda/look.ipynb", "medium"), ("models/fit.ipynb", "critical")])
def test_a_notebook_to_look_around_in_makes_hardly_the_model_that_is_served(name: str, severity: str) -> None:
    files = {name: notebook(PD + "f = pd.read_csv('raw/a.csv')\n" + FIT), **SERVED}
    assert severities(files, "DAT001") == [severity]


def test_where_no_file_of_that_name_is_it_does_not_matter_which_folder_was_meant() -> None:
    files = {"a/fit.py": PD + "f = pd.read_csv('rows.csv')\n" + FIT}
    (lost,) = found(files, "DAT001")
    (doubted,) = found({**files, "b/rows.csv": "a,y\n1,2\n"}, "DAT001")
    assert lost.confidence > doubted.confidence


def test_how_what_made_no_model_is_kept_tells_nothing_of_what_did() -> None:
    kept = {"kept.csv": "a,y\n1,2\n", "look.ipynb": notebook(PD + "f = pd.read_csv('kept.csv')\n" + FIT)}
    fit = {"fit.py": PD + "f = pd.read_csv('raw/a.csv')\n" + FIT, **SERVED}
    assert severities({**fit, **kept}, "DAT001") == ["critical"]


# --- what nothing provides ---


@pytest.mark.parametrize(
    ("comment", "severity"),
    [("", "medium"), ("  # change this to your data path", "low"), ("  # read the trips", "medium")],
)
def test_a_comment_that_asks_for_ones_own_file_weighs_less(comment: str, severity: str) -> None:
    assert severities({"a.py": PD + f"f = pd.read_csv('in/trips.csv'){comment}\nprint(f)\n"}, "PIP004") == [severity]


def test_a_document_that_points_to_a_set_of_the_name_tells_where_it_is_had() -> None:
    read = {"a.py": PD + "f = pd.read_csv('creditcards.csv')\nprint(f)\n"}
    address = "# A\n\nFrom https://www.kaggle.com/datasets/someone/{}.\n"
    assert not found({**read, "README.md": address.format("creditcardsfraud")}, "PIP004")
    assert found({**read, "README.md": address.format("debitcardsfraud")}, "PIP004")


def test_files_of_one_folder_that_nothing_provides_are_told_once() -> None:
    read = PD + "a = pd.read_csv('in/a.csv')\nb = pd.read_csv('in/b.csv')\nc = pd.read_csv('more/c.csv')\n"
    first, second = found({"a.py": read}, "PIP004")
    assert "in/a.csv and 1 other file beside it" in first.message
    assert second.entity == "more/c.csv"


def test_a_file_of_the_series_that_a_program_fetches_is_provided() -> None:
    get = (
        "import argparse\nimport requests\np = argparse.ArgumentParser()\np.add_argument('--kind', default='green_trips_')\n"
        "kind = p.parse_args().kind\nfor month in ['01', '02']:\n"
        "    open('in/' + kind + '2020-' + month + '.csv', 'wb').write(requests.get('https://example.org/x.csv').content)\n"
    )
    read = PD + "f = pd.read_csv('in/{}')\nprint(f)\n"
    assert not found({"get.py": get, "a.py": read.format("yellow_trips_2020-02.csv")}, "PIP004")
    assert found({"get.py": get, "a.py": read.format("yellow_riders_2020-02.csv")}, "PIP004")
    assert found({"get.py": get, "a.py": read.format("green_trips_2021-02.csv")}, "PIP004")
    assert found({"get.py": get, "a.py": read.format("more/yellow_trips_2020-02.csv")}, "PIP004")


def test_the_folder_of_an_option_is_wherever_it_is_told_to_be_though_it_begins_here() -> None:
    read = (
        "import argparse, json\nfrom pathlib import Path\np = argparse.ArgumentParser()\np.add_argument('--folder', default='.')\n"
        "folder = {}\nprint(json.load(open(Path(folder) / 'told.json')))\n"
    )
    assert not found({"a.py": read.format("p.parse_args().folder")}, "PIP004")
    assert found({"a.py": read.format("'.'")}, "PIP004")


def test_what_a_pointer_of_a_folder_lists_is_provided() -> None:
    read = {"a.py": PD + "f = pd.read_csv('in/a.csv')\nprint(f)\n"}
    assert found(read, "PIP004")
    assert not found({**read, "in.dvc": POINTER.format("in")}, "PIP004")


# --- paths of one machine ---

LOOKED = "import os\nPLACES = [\n    '/home/maryanne/repos/tool',\n    'tool',\n]\n\n\ndef find():\n    for place in PLACES:\n        {}\n"


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("if os.path.isdir(place):\n            return place", "low"),
        ("os.listdir(place)", "medium"),
    ],
)
def test_one_of_several_places_that_are_tried_weighs_less(body: str, severity: str) -> None:
    assert severities({"a.py": LOOKED.format(body) + "\n\nfind()\n"}, "DAT005") == [severity]


def test_places_that_a_comprehension_tries_weigh_less() -> None:
    first = "import os\nhome = next({} for p in ['/home/maryanne/x/y', 'y']{})\nprint(open(home))\n"
    assert severities({"a.py": first.format("p", " if os.path.exists(p)")}, "DAT005") == ["low"]
    assert severities({"a.py": first.format("p", " if p")}, "DAT005") == ["medium"]


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("/home/pi/models/a.tflite", []),
        ("/home/mary/models/a.tflite", ["medium"]),
        ("/vol/space/users/mary/sets/a.csv", ["medium"]),
        ("/vol/space/users/shared/sets/a.csv", []),
        ("/api/users/mary/sets/a.csv", []),
        ("/nfs/sets/skin/a.csv", ["low"]),
        ("/software/notebooks/tool/a.csv", ["low"]),
        ("/usr/software/notebooks/tool/a.csv", []),
    ],
)
def test_shares_of_one_site_are_of_its_machines_and_stock_accounts_of_nobody(path: str, severity: list[str]) -> None:
    assert severities({"a.py": PD + f"f = pd.read_csv('{path}')\n"}, "DAT005") == severity


AT_HOME = "import argparse\nimport os\nfrom pathlib import Path\n\nimport pandas as pd\n\n"


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("pd.read_csv(Path.home() / 'Desktop' / 'prices' / 'a.csv')\n", ["low"]),
        ("ROOT = Path.home() / 'Documents/prices'\npd.read_csv(ROOT / 'a.csv')\n", ["low"]),
        ("pd.read_csv(os.path.join(os.path.expanduser('~'), 'Downloads', 'a.csv'))\n", ["low"]),
        ("pd.read_csv(Path.home() / '.cache' / 'prices' / 'a.csv')\n", []),
        ("pd.read_csv(Path.home() / 'tool' / 'Desktop' / 'a.csv')\n", []),
        ("pd.read_csv(Path.home() / NAME / 'Desktop' / 'a.csv')\n", []),
        ("pd.read_csv(Path('data') / 'Desktop' / 'a.csv')\n", []),
        ("pd.read_csv(os.path.join(os.path.expanduser(ROOT), 'Desktop', 'a.csv'))\n", []),
        ("a = argparse.ArgumentParser()\na.add_argument('--data', default=Path.home() / 'Desktop' / 'a.csv')\n", []),
        ("pd.read_csv(os.environ.get('DATA', Path.home() / 'Desktop' / 'a.csv'))\n", []),
        ("print(Path.home() / 'Desktop' / 'a.csv')\n", []),
    ],
)
def test_a_path_put_together_below_the_home_folder_is_on_somebodys_desk(body: str, severity: list[str]) -> None:
    assert severities({"a.py": AT_HOME + body}, "DAT005") == severity


def test_a_comment_may_ask_to_put_ones_own_path_there() -> None:
    read = PD + "# {}\nf = pd.read_csv('/home/mary/sets/a.csv')\n"
    assert severities({"a.py": read.format("point this to your own file")}, "DAT005") == ["low"]
    assert severities({"a.py": read.format("the file of 2020")}, "DAT005") == ["medium"]
    far = read.format("point this to your own file").replace("\nf =", "\n" * 9 + "f =")
    assert severities({"a.py": far}, "DAT005") == ["medium"]


def test_what_is_put_aside_in_a_folder_weighs_less() -> None:
    read = PD + "f = pd.read_csv('/home/mary/sets/a.csv')\n"
    assert severities({"scripts/arch/a.py": read}, "DAT005") == ["low"]
    assert severities({"scripts/search/a.py": read}, "DAT005") == ["medium"]


def test_settings_that_a_program_writes_are_told_where_they_come_from() -> None:
    made = {"sweeps/mask.yaml": "root: /home/mary/sets\n", "b.py": "x = 1\n"}
    write = "import yaml\nwith open('sweeps/mask.yaml', 'w') as out:\n    yaml.dump({}, out)\n"
    assert severities(made, "DAT005") == ["medium"]
    assert not found({**made, "a.py": write}, "DAT005")
    rest = {"b.py": "x = 1\n"}
    kept = "fluent_datasources:\n  raw:\n    base_directory: /home/mary/sets\n"
    assert not found({**rest, "gx/great_expectations.yml": kept}, "DAT005")
    assert found({**rest, "gx/great_expectations.yml": kept.replace("fluent_", "")}, "DAT005")


# --- rows that are dropped ---


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("return f.sort_values('a').iloc[0]", False),
        ("return f.sort_values('a').iloc[:9]", True),
        ("return g.iloc[0]", True),
        ("return f.values[0]", True),
        ("return f", True),
    ],
)
def test_who_takes_one_usable_row_reckons_with_no_other(rest: str, told: bool) -> None:
    code = f"def probe(f, g):\n    f['a'] = pd.to_numeric(f['a'], errors='coerce')\n    f = f.dropna(subset=['a'])\n    {rest}\n"
    assert bool(found({"a.py": PD + code}, "DAT011")) is told


@pytest.mark.parametrize(
    ("comment", "severity"),
    [
        ("put your own path here", "low"),
        ("your data folder here", "low"),
        ("your turn", "medium"),
        ("change of paths", "medium"),
    ],
)
def test_ways_to_ask_for_ones_own_path(comment: str, severity: str) -> None:
    assert severities({"a.py": PD + f"f = pd.read_csv('/home/mary/sets/a.csv')  # {comment}\n"}, "DAT005") == [severity]


@pytest.mark.parametrize("folder", ["wandb", "mlruns", "multirun", "lightning_logs"])
def test_what_a_run_left_of_its_settings_is_nobodys_path(folder: str) -> None:
    text = "root: /home/mary/sets\n"
    assert not found({"b.py": "x = 1\n", f"{folder}/1/config.yaml": text}, "DAT005")
    assert found({"b.py": "x = 1\n", f"{folder}_of_mine/1/config.yaml": text}, "DAT005")


def test_data_that_something_started_trains_on_are_told_of_first() -> None:
    tried, made = PD + "f = pd.read_csv('raw/a.csv')\n" + FIT, PD + "f = pd.read_csv('raw/b.csv')\n" + FIT
    (finding,) = found({"another.py": tried, "run_it.py": made, **RUN}, "DAT009")
    assert (finding.message.split()[3], finding.severity.name) == ("raw/b.csv", "MEDIUM")
    kept = {"run_it.py": made.replace("raw/b.csv", "kept.csv"), "kept.csv": "a,y\n1,2\n"}
    told = {"README.md": "# A\n\nThe table `kept.csv` has what customers bought last year.\n"}
    (finding,) = found({"another.py": tried, **kept, **told, **RUN}, "DAT009")
    assert (finding.entity, finding.severity.name) == ("raw/a.csv", "LOW")


# --- what is trained to see what it takes ---

MEASURED = """import argparse
import torch
import pandas as pd


def load():
    f = pd.read_csv('https://example.org/main/rows.csv')
    return torch.utils.data.DataLoader(torch.tensor(f.values), batch_size=8, shuffle=True)


def train(steps):
    model = torch.nn.Linear(4, 1).cuda()
    optimizer = torch.optim.Adam(model.parameters())
    {start}
    for step, batch in enumerate(load()):
        if step >= steps:
            break
        optimizer.zero_grad()
        loss = model(batch).mean()
        loss.backward()
        optimizer.step()
        print(step, loss.item())
    {end}


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--steps', type=int, default=10)
    train(parser.parse_args().steps)
"""
PEAK = "print(torch.cuda.max_memory_allocated())"


@pytest.mark.parametrize(
    ("end", "told"),
    [
        pytest.param(PEAK, False, id="a measurement"),
        pytest.param("print('done')", True, id="nothing is measured"),
        pytest.param("print('done')\n\n\ndef other():\n    return torch.cuda.max_memory_allocated()", True, id="something else measures"),
        pytest.param(PEAK + "\n    torch.save(model, 'model.pt')", True, id="the model is kept"),
        pytest.param(PEAK + "\n    with torch.no_grad():\n        print(model(torch.ones(4)))", True, id="the model is asked"),
        pytest.param(PEAK + "\n    open('losses.txt', 'w').write(str(loss))", True, id="something is left behind"),
    ],
)  # fmt: skip
def test_who_only_measures_what_training_takes_trains_no_model(end: str, told: bool) -> None:
    files = {"measure.py": MEASURED.format(start="torch.cuda.empty_cache()", end=end)}
    assert bool(found(files, "DAT001")) is told
    assert bool(found(files, "REP001")) is told


def test_what_a_flow_returns_may_be_kept() -> None:
    text = MEASURED.format(start="pass", end=PEAK + "\n    return model")
    assert not found({"measure.py": text}, "DAT001")
    text = text.replace("import torch\n", "import torch\nfrom prefect import flow\n", 1)
    assert found({"measure.py": text.replace("def train", "@flow\ndef train")}, "DAT001")


def test_a_library_that_keeps_its_models_by_itself_is_no_measurement() -> None:
    fit = "import lightning\n\nmodel = lightning.LightningModule()\nlightning.Trainer().fit(model, load())\n"
    text = MEASURED.format(start="pass", end=PEAK).partition("def train")[0] + fit + PEAK + "\n"
    assert found({"measure.py": text}, "DAT001")


@pytest.mark.parametrize("path", ["/mnt/home/annsmith/a.csv", "/home/annsmith/a.csv"])
def test_a_home_on_a_disk_is_told_with_the_disk(path: str) -> None:
    (finding,) = found({"a.py": PD + f"f = pd.read_csv('see {path}')\n"}, "DAT005")
    assert f" {path}" in finding.message
