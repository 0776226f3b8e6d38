"""What checks the data that training takes: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph.testing.expectations import Expectations
from tests.pages import graphs

TRAIN = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\n"
    "def {name}(frame):\n    print(frame.isna().sum())\n    return True\n\n\n"
    "frame = pd.read_csv('raw.csv')\n{verdict} = {name}(frame)\n{stop}Ridge().fit(frame[['a']], frame.y)\n"
)
STOP = "if not {verdict}:\n    raise SystemExit(1)\n"


def ask(name: str = "check_rows", verdict: str = "ok", stop: str = "") -> Expectations:
    source = TRAIN.format(name=name, verdict=verdict, stop=stop.format(verdict=verdict))
    (graph,) = graphs({"train.py": source}, archetypes="P").components
    return graph.expectations()


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("validate", True),
        ("validate_frame", True),
        ("is_valid_dataset", True),
        ("valid_data", True),
        ("valid_accounts", True),
        ("valid_settings", True),
        ("check_rows", True),
        ("missing_values", True),
        ("load_validation_data", False),
        ("validation_dataframe", False),
        ("valid_epoch", False),
        ("validation_step", False),
        ("validate_one_epoch", False),
        ("valid_losses", False),
        ("train_valid_names", False),
        ("load_checkpoint", False),
        ("load_check_point", False),
        ("describe", False),
    ],
)
def test_a_function_that_looks_at_data_is_known_by_its_name(name: str, looks: bool) -> None:
    assert ask(name).looks == (f"{name}()" if looks else "")


@pytest.mark.parametrize(
    ("verdict", "stops"),
    [
        ("valid", True),
        ("is_valid", True),
        ("data_is_valid", True),
        ("valid_data", True),
        ("validation_result", True),
        ("checks_passed", True),
        ("check_ok", True),
        ("valid_loss", False),
        ("validation_score", False),
        ("validation_data", False),
        ("valid_set", False),
        ("train_valid", False),
        ("validate", False),
        ("rows", False),
    ],
)
def test_what_stops_training_is_a_verdict_and_no_figure_of_held_out_rows(verdict: str, stops: bool) -> None:
    assert bool(ask(verdict=verdict, stop=STOP).by) is stops


@pytest.mark.parametrize(
    ("read", "called"),
    [
        ("pd.read_csv('raw/part-*.csv')", "raw/part-*.csv"),
        ("pd.read_sql('select * from sales', con)", "sales"),
        ("pd.read_sql('select * from shop.sales', con)", "shop.sales"),
    ],
)
def test_data_are_called_as_people_call_them(read: str, called: str) -> None:
    fit = f"import pandas as pd\nfrom sklearn.linear_model import Ridge\nframe = {read}\nRidge().fit(frame[['a']], frame.y)\n"
    (graph,) = graphs({"train.py": fit}, archetypes="P").components
    assert graph.expectations().roots == (called,)
