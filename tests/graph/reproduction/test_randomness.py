"""What chance decides on the way to a model, and the seeds that control it."""

from __future__ import annotations

import pytest

from auditor.graph.reproduction.randomness import Draw
from tests.pages import graphs

SK = (
    "import random\nimport time\nimport numpy as np\nimport pandas as pd\n"
    "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.linear_model import LogisticRegression\n"
    "from sklearn.model_selection import KFold, train_test_split\nfrom sklearn.utils import shuffle\n"
)
FIT = "LogisticRegression().fit(tr[['a']], tr['y'])\n"
SPLIT = "df = pd.read_csv('d.csv')\ntr, te = train_test_split(df{})\n" + FIT
TORCH = (
    "import torch\n\ndef train(net, batches):\n    opt = torch.optim.SGD(net.parameters())\n    for x, y in batches:\n"
    "        loss = net(x).sum()\n        loss.backward()\n        opt.step()\n\n"
)


def draws(files: dict[str, str] | str) -> list[Draw]:
    tree = graphs({"train.py": files} if isinstance(files, str) else files)
    return [draw for chance in tree.components[0].chances for draw in chance.draws]


def unseeded(files: dict[str, str] | str) -> list[str]:
    return [draw.name.rpartition(".")[2] for draw in draws(files) if not draw.seeded]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(SPLIT.format(""), id="no seed at all"),
        pytest.param(SPLIT.format(", random_state=None"), id="None"),
        pytest.param("np.random.seed(int(time.time()))\n" + SPLIT.format(""), id="the clock as seed"),
        pytest.param("random.seed(1)\n" + SPLIT.format(""), id="another generator"),
        pytest.param(SPLIT.format("") + "np.random.seed(1)\n", id="a seed that comes after"),
        pytest.param("def seed():\n    np.random.seed(1)\n" + SPLIT.format(""), id="a seed that nobody calls"),
        pytest.param(
            "def part(df, seed=None):\n    return train_test_split(df, random_state=seed)\n"
            "tr, te = part(pd.read_csv('d.csv'))\n" + FIT,
            id="a parameter that nobody gives",
        ),
    ],
)
def test_a_split_is_left_to_chance(source: str) -> None:
    assert unseeded(SK + source) == ["train_test_split"]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(SPLIT.format(", random_state=3"), id="a number"),
        pytest.param("SEED = 3\n" + SPLIT.format(", random_state=SEED"), id="a constant"),
        pytest.param("np.random.seed(1)\n" + SPLIT.format(""), id="the global seed of its generator"),
        pytest.param(SPLIT.format(", shuffle=False"), id="in the order of the rows"),
        pytest.param(SPLIT.format(", **options"), id="options that are not known"),
        pytest.param(
            "rng = np.random.RandomState(1)\n" + SPLIT.format(", random_state=rng"), id="a generator handed over"
        ),
        pytest.param(
            "def part(df, seed=None):\n    return train_test_split(df, random_state=seed)\n"
            "tr, te = part(pd.read_csv('d.csv'), 4)\n" + FIT,
            id="a parameter that the caller gives",
        ),
        pytest.param(
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int, default=5)\n"
            "args = p.parse_args()\n" + SPLIT.format(", random_state=args.seed"),
            id="an option with a default",
        ),
        pytest.param(
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int, required=True)\n"
            "args = p.parse_args()\n" + SPLIT.format(", random_state=args.seed"),
            id="an option that must be given",
        ),
    ],
)
def test_a_split_is_controlled(source: str) -> None:
    assert unseeded(SK + source) == []


def test_what_needs_no_seed_is_no_random_choice() -> None:
    source = (
        SK
        + "df = pd.read_csv('d.csv')\nprint(df.sample(3))\nfolds = KFold(5)\nLogisticRegression().fit(df[['a']], df['y'])\n"
    )
    assert draws(source) == []
    assert unseeded(source.replace("KFold(5)", "KFold(5, shuffle=True)")) == ["KFold"]


def test_a_sample_counts_where_something_is_fitted_on_it() -> None:
    source = SK + "df = pd.read_csv('d.csv').sample(100)\nLogisticRegression().fit(df[['a']], df['y'])\n"
    assert unseeded(source) == ["sample"]
    looked_at = source.replace(
        "df = pd.read_csv('d.csv').sample(100)", "df = pd.read_csv('d.csv')\nsome = df.sample(9)"
    )
    assert unseeded(looked_at + "print(some)\n") == []


def test_a_seed_in_a_table_of_parameters_may_come_later() -> None:
    source = (
        SK
        + "df = pd.read_csv('d.csv')\nm = RandomForestClassifier()\nm.set_params(**{'random_state': 1})\nm.fit(df[['a']], df['y'])\n"
    )
    assert unseeded(source) == []
    assert unseeded(source.replace("'random_state': 1", "'max_depth': 1")) == ["RandomForestClassifier"]


def test_a_network_is_seeded_by_whoever_starts_the_training() -> None:
    main = "import torch\nfrom net import train\n\nif __name__ == '__main__':\n    {}train(torch.nn.Linear(1, 1), [])\n"
    assert unseeded({"net.py": TORCH, "train.py": main.format("")}) == ["backward"]
    assert unseeded({"net.py": TORCH, "train.py": main.format("torch.manual_seed(1)\n    ")}) == []


def test_one_start_without_a_seed_leaves_it_to_chance() -> None:
    main = "import torch\nfrom net import train\n\nif __name__ == '__main__':\n    {}train(torch.nn.Linear(1, 1), [])\n"
    files = {"net.py": TORCH, "a.py": main.format("torch.manual_seed(1)\n    "), "b.py": main.format("")}
    assert unseeded(files) == ["backward"]


def test_an_object_of_options_that_another_caller_makes_may_hold_a_seed() -> None:
    train = TORCH + (
        "import argparse\n\ndef main(args):\n    if args.seed is not None:\n        torch.manual_seed(args.seed)\n"
        "    train(torch.nn.Linear(1, 1), [])\n\nif __name__ == '__main__':\n    p = argparse.ArgumentParser()\n"
        "    p.add_argument('--seed', type=int, default=None)\n    args = p.parse_args()\n    main(args)\n"
    )
    assert unseeded(train) == ["backward"]
    other = "from train import main\nfrom somewhere import options\n\nif __name__ == '__main__':\n    main(options())\n"
    assert unseeded({"train.py": train, "run.py": other}) == []


def test_functions_that_a_framework_calls_are_seeded_from_anywhere() -> None:
    files = {
        "nodes.py": SK + "\ndef divide(df):\n    tr, te = train_test_split(df)\n    return " + FIT,
        "flow.yaml": "node: nodes.divide\n",
    }
    assert unseeded(files) == ["train_test_split"]
    assert unseeded({**files, "hooks.py": "import numpy as np\n\ndef before():\n    np.random.seed(1)\n"}) == []


def test_nothing_is_asked_where_nothing_is_trained() -> None:
    source = SK + "random.shuffle(names)\ntr, te = train_test_split(pd.read_csv('d.csv'))\ntr.to_csv('tr.csv')\n"
    assert draws(source) == []


def test_a_function_that_draws_rows_and_fits_nothing_is_asked_where_a_framework_may_call_it() -> None:
    files = {
        "nodes.py": SK + "\ndef pick():\n    pd.read_csv('d.csv').sample(100).to_csv('some.csv')\n",
        "fits.py": SK + "\ndef fit(df):\n    LogisticRegression().fit(df[['a']], df['y'])\n",
        "flow.yaml": "nodes: [nodes.pick, fits.fit]\n",
    }
    assert unseeded(files) == ["sample"]


LOOPS = TORCH + TORCH.partition("\n\n")[2].replace("def train", "def tune")
MAIN = "import torch\nfrom {net} import train{tune}\n\nif __name__ == '__main__':\n    {first}train(torch.nn.Linear(1, 1), [])\n"


def lines(files: dict[str, str]) -> list[tuple[int, bool]]:
    return sorted((draw.place.line or 0, draw.seeded) for draw in draws(files))


def test_the_first_training_loop_of_a_file_that_a_program_comes_to_stands_for_all() -> None:
    both = MAIN.format(net="net", tune=", tune", first="tune(torch.nn.Linear(1, 1), [])\n    ")
    one = MAIN.format(net="net", tune="", first="")
    assert lines({"net.py": LOOPS, "train.py": both}) == [(14, False)]
    assert lines({"net.py": LOOPS, "train.py": both, "other.py": one}) == [(7, False), (14, False)]


def test_a_seed_counts_for_the_program_that_comes_to_it_in_time() -> None:
    early = MAIN.format(net="net", tune="", first="torch.manual_seed(1)\n    ")
    late = MAIN.format(net="net", tune="", first="") + "    torch.manual_seed(1)\n"
    assert lines({"net.py": TORCH, "train.py": early}) == [(7, True)]
    (found,) = draws({"net.py": TORCH, "early.py": early, "train.py": late})
    assert not found.seeded
    assert str(found.late) == "train.py:6"


def test_a_seed_in_a_module_that_is_imported_counts_from_its_import_on() -> None:
    files = {"net.py": TORCH, "seeds.py": "import torch\ntorch.manual_seed(1)\n"}
    start = "import torch\n{}from net import train\nif __name__ == '__main__':\n    train(torch.nn.Linear(1, 1), [])\n    {}"
    assert lines({**files, "train.py": start.format("import seeds\n", "")}) == [(7, True)]
    assert lines({**files, "train.py": start.format("", "import seeds\n")}) == [(7, False)]
