"""Which settings files are copies of each other, and which settings nothing checks: asked of small trees."""

from __future__ import annotations

import pytest

from tests.pages import graphs

NAMES = [
    "rounds",
    "depth",
    "alpha",
    "seed",
    "window",
    "lags",
    "holdout",
    "patience",
    "bins",
    "leaves",
    "warmup",
    "folds",
    "horizon",
    "clip",
    "decay",
]
PLAIN = "".join(f"{name}: {number}\n" for number, name in enumerate(NAMES))
OPENED = "import yaml\n\nsettings = yaml.safe_load(open('settings.yaml'))\n"
READ = "".join(f"{name} = settings['{name}']\n" for name in NAMES)
TRAIN = "import sys\nimport yaml\n\nprint(yaml.safe_load(open(sys.argv[1]))['rounds'])\n"


def settings(files: dict[str, str]) -> tuple[list[tuple[tuple[str, ...], tuple[str, ...]]], int]:
    (graph,) = graphs({"train.py": TRAIN, **files}, archetypes="P").components
    found, count = graph.copied_settings()
    return [(each.paths, each.differing) for each in found], count


def raw(files: dict[str, str]) -> list[tuple[str, int]]:
    (graph,) = graphs({"settings.yaml": PLAIN, **files}, archetypes="P").components
    return [(each.path, each.keys) for each in graph.raw_settings()[0]]


def test_copies_are_grouped_and_what_differs_is_told() -> None:
    files = {"conf/a.yaml": PLAIN, "conf/b.yaml": PLAIN.replace("depth: 1", "depth: 9"), "conf/c.yaml": "x: 1\n" * 9}
    assert settings(files) == ([(("conf/a.yaml", "conf/b.yaml"), ("depth",))], 2)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(PLAIN, id="the same file kept twice"),
        pytest.param("_base_: a.yaml\n" + PLAIN.replace("depth: 1", "depth: 9"), id="one that builds upon it"),
        pytest.param(
            "created_at: 2026-02-12\n" + PLAIN.replace("depth: 1", "depth: 9"), id="a record that a program wrote"
        ),
        pytest.param(
            "".join(f"{name}: {number + 100}\n" for number, name in enumerate(NAMES)), id="all values its own"
        ),
        pytest.param("".join(f"{name}_b: {number}\n" for number, name in enumerate(NAMES)), id="other keys"),
    ],
)
def test_no_copy(other: str) -> None:
    assert settings({"conf/a.yaml": PLAIN, "conf/b.yaml": other})[0] == []


def test_files_that_nobody_calls_settings_are_left_out() -> None:
    assert settings({"deploy/a.yaml": PLAIN, "deploy/b.yaml": PLAIN.replace("depth: 1", "depth: 9")}) == ([], 0)


def test_a_command_that_names_them_makes_them_settings() -> None:
    files = {
        "Makefile": "train:\n\tpython train.py runs/a.yaml\n\tpython train.py runs/b.yaml\n",
        "runs/a.yaml": PLAIN,
        "runs/b.yaml": PLAIN.replace("depth: 1", "depth: 9"),
    }
    assert settings(files)[1] == 2


def test_many_settings_from_a_plain_dictionary() -> None:
    assert raw({"train.py": OPENED + READ}) == [("settings.yaml", 15)]


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(OPENED + READ.replace("decay = settings['decay']\n", ""), id="fewer"),
        pytest.param(OPENED + "assert settings['depth'] > 0\n" + READ, id="one is refused"),
        pytest.param("import jsonschema\n" + OPENED + "jsonschema.validate(settings, {})\n" + READ, id="a schema"),
        pytest.param(OPENED + "check(settings)\n" + READ, id="handed on whole"),
        pytest.param(
            "from dataclasses import dataclass\n\n\n@dataclass\nclass Of:\n    depth: int\n\n\n"
            + OPENED
            + READ
            + "of = Of(depth=settings['depth'])\n",
            id="read into a type",
        ),
    ],
)
def test_settings_that_are_few_or_checked(program: str) -> None:
    assert raw({"train.py": program}) == []
