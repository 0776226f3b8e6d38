"""What commands give to the options of programs, by each library that declares them, and what branches that decides."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from auditor.model.facts import Word
from auditor.program.symbolic.values import Value, of_word
from tests.program.asking import program, questions

ARGPARSE = (
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('src')\np.add_argument('--out', '-o', default='d.csv')\n"
    "p.add_argument('--many', nargs='+')\np.add_argument('--flag', action='store_true')\na = p.parse_args()\n"
)

JOBS = "class Jobs:\n    def __init__(self, root=1): pass\n    def train(self, data=1): pass\n    def _help(self, other=1): pass\n"


def given(source: str | Mapping[str, str], *commands: str, shown: bool = False) -> list[Value]:
    """What the last question of main.py can be when these commands start it."""
    files = {"main.py": source} if isinstance(source, str) else source
    resolved = program(files)
    for number, command in enumerate(commands):
        words = tuple(Word(word, "{" not in word) for word in command.split())
        resolved.evaluator.invocations.add("main.py", words, "", f"step:{number}", shown=shown)
    for path in files:
        if questions(resolved, path):
            return list(resolved.evaluator.values(*questions(resolved, path)[-1]))
    raise AssertionError("no question")


@pytest.mark.parametrize(
    ("source", "command", "expected"),
    [
        pytest.param(ARGPARSE + "ask(a.src)", "in.csv --out o.csv", "in.csv", id="positional"),
        pytest.param(ARGPARSE + "ask(a.out)", "in.csv --out o.csv", "o.csv", id="long flag"),
        pytest.param(ARGPARSE + "ask(a.out)", "in.csv -o o.csv", "o.csv", id="short flag"),
        pytest.param(ARGPARSE + "ask(a.out)", "--out=o.csv in.csv", "o.csv", id="equals"),
        pytest.param(ARGPARSE + "ask(a.out)", "in.csv", "d.csv", id="default"),
        pytest.param(ARGPARSE + "ask(a.src)", "--flag in.csv", "in.csv", id="a flag takes no word"),
        pytest.param(ARGPARSE + "ask(vars(a)['out'])", "in.csv -o o.csv", "o.csv", id="vars"),
        pytest.param(
            ARGPARSE + "def f(src, out, **kw):\n    ask(out)\nf(**vars(a))", "x", "{out}", id="not in an open function"
        ),
        pytest.param("import sys\nask(sys.argv[1])", "in.csv out.csv", "in.csv", id="argv"),
        pytest.param("import sys\n_, a, b = sys.argv\nask(b)", "in.csv out.csv", "out.csv", id="argv unpacked"),
        pytest.param("import sys\na, b = sys.argv[1:3]\nask(b)", "in.csv out.csv", "out.csv", id="argv sliced"),
        pytest.param(
            "import sys\ndef main(args):\n    return args[0]\nask(main(sys.argv[1:]))",
            "in.csv",
            "in.csv",
            id="argv handed on",
        ),
        pytest.param(
            "import click\n@click.command()\n@click.option('--raw-path', '-r', default='d')\n@click.argument('out')\n"
            "def main(raw_path, out):\n    ask(raw_path)\nmain()",
            "-r in.csv out.csv",
            "in.csv",
            id="click option",
        ),
        pytest.param(
            "import click\n@click.command()\n@click.option('--raw-path')\n@click.argument('out')\ndef main(raw_path, out):\n    ask(out)",
            "--raw-path in.csv out.csv",
            "out.csv",
            id="click argument",
        ),
        pytest.param(
            "import click\n@click.command()\n@click.option('--in', 'source')\ndef main(source):\n    ask(source)",
            "--in a.csv",
            "a.csv",
            id="click name",
        ),
        pytest.param(
            "import typer\napp = typer.Typer()\n@app.command()\ndef main(src: str, out_dir: str = typer.Option('d')):\n    ask(out_dir)",
            "in.csv --out-dir o",
            "o",
            id="typer option",
        ),
        pytest.param(
            "import typer\ndef main(src: str):\n    ask(src)\ntyper.run(main)", "in.csv", "in.csv", id="typer argument"
        ),
        pytest.param(
            "import fire\ndef main(src, n=1):\n    ask(src)\nfire.Fire(main)", "in.csv", "in.csv", id="fire by position"
        ),
        pytest.param(
            "import fire\ndef main(src='d', n=1):\n    ask(src)\nfire.Fire(main)",
            "--src=in.csv",
            "in.csv",
            id="fire by name",
        ),
        pytest.param(
            "import fire\nclass Jobs:\n    def train(self, data='d'):\n        ask(data)\n    def test(self, data='e'):\n        pass\n"
            "fire.Fire(Jobs)",
            "train --data in.csv",
            "in.csv",
            id="fire on a class",
        ),
        pytest.param(
            "import fire\nclass Jobs:\n    def __init__(self, root='r'):\n        ask(root)\n    def train(self):\n        pass\nfire.Fire(Jobs)",
            "train --root in.csv",
            "in.csv",
            id="fire on what makes an object",
        ),
        pytest.param(
            "import fire\nclass Jobs:\n    def train(self, data):\n        ask(data)\nfire.Fire(Jobs)",
            "train in.csv",
            "in.csv",
            id="fire on a method by position",
        ),
        pytest.param(
            "import fire\nclass Jobs:\n    def train(self, data='d'):\n        ask(data)\nfire.Fire(Jobs())",
            "train --data in.csv",
            "in.csv",
            id="fire on an object",
        ),
        pytest.param(
            "import fire\ndef train(data='d'):\n    ask(data)\ndef test(): pass\nfire.Fire({'train': train, 'test': test})",
            "train --data in.csv",
            "in.csv",
            id="fire on a table",
        ),
        pytest.param(
            "import fire\ndef train(data='d'):\n    ask(data)\nfire.Fire()",
            "train --data in.csv",
            "in.csv",
            id="fire on the module",
        ),
        pytest.param(
            "from absl import app, flags\nflags.DEFINE_string('data', 'd', 'help')\nFLAGS = flags.FLAGS\nask(FLAGS.data)",
            "--data=in.csv",
            "in.csv",
            id="absl",
        ),
        pytest.param(
            "from dataclasses import dataclass\nfrom transformers import HfArgumentParser\n@dataclass\nclass M:\n    name: str = 'm'\n"
            "@dataclass\nclass D:\n    file: str = 'f'\np = HfArgumentParser((M, D))\nm, d = p.parse_args_into_dataclasses()\nask(d.file)",
            "--file in.csv",
            "in.csv",
            id="HfArgumentParser",
        ),
        pytest.param(
            "import tyro\nfrom dataclasses import dataclass\n@dataclass\nclass C:\n    data: str = 'd'\nc = tyro.cli(C)\nask(c.data)",
            "--data in.csv",
            "in.csv",
            id="tyro",
        ),
        pytest.param(
            "import argparse\ndef parser():\n    p = argparse.ArgumentParser()\n    p.add_argument('--x')\n    return p\n"
            "args, _ = parser().parse_known_args()\nask(args.x)",
            "--x in.csv --other 1",
            "in.csv",
            id="known arguments",
        ),
        pytest.param(
            "import argparse\np = argparse.ArgumentParser()\ns = p.add_subparsers()\nt = s.add_parser('train')\nt.add_argument('src')\n"
            "a = p.parse_args()\nask(a.src)",
            "train in.csv",
            "in.csv",
            id="sub-command",
        ),
    ],
)
def test_words_reach_the_option_that_takes_them(source: str, command: str, expected: str) -> None:
    assert [value.text() for value in given(source, command)] == [expected]


def test_a_parser_of_another_module_reads_the_command_line_of_the_program() -> None:
    files = {
        "main.py": "from opts import get\nargs = get()\nask(args.data)",
        "opts.py": "import argparse\ndef get():\n    p = argparse.ArgumentParser()\n    p.add_argument('--data')\n    return p.parse_args()",
    }
    assert [value.text() for value in given(files, "--data in.csv")] == ["in.csv"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"main.py": "import fire\nfrom jobs import train\ndef own(x=1): pass\nfire.Fire(train)"}, set(), id="of another module"),
        pytest.param({"main.py": "import fire\nfrom jobs import Jobs\nfire.Fire(Jobs)"}, set(), id="of a class of another module"),
        pytest.param({"main.py": f"import fire\n{JOBS}fire.Fire(Jobs)"}, {"root", "data"}, id="of a class"),
        pytest.param({"main.py": f"import fire\n{JOBS}fire.Fire(Jobs())"}, {"data"}, id="of an object that is made already"),
    ],
)  # fmt: skip
def test_the_options_of_a_file_are_those_of_its_own_commands(files: dict[str, str], expected: set[str]) -> None:
    options = program({**files, "jobs.py": f"def train(data=1): pass\n{JOBS}"}).evaluator.options
    assert {option.dest for option in options.of_program("main.py")} == expected


def test_each_start_has_its_own_value_and_those_without_one_the_default() -> None:
    found = given(ARGPARSE + "ask(a.out)", "x -o a.csv", "x -o b.csv", "x")
    assert [value.text() for value in found] == ["a.csv", "b.csv", "d.csv"]
    first, second, third = (value.runs for value in found)
    assert len(first | second | third) == 3 == len(first) + len(second) + len(third)


def test_values_of_different_starts_are_not_mixed() -> None:
    found = given(ARGPARSE + "ask(a.src + '/' + a.out)", "x -o a", "y -o b")
    assert sorted(value.text() for value in found) == ["x/a", "y/b"]


def test_what_a_document_shows_counts_less_and_its_placeholders_not_at_all() -> None:
    (value,) = given(ARGPARSE + "ask(a.src)", "in.csv", shown=True)
    assert (value.text(), value.confidence) == ("in.csv", 0.4)
    assert not given(ARGPARSE + "ask(a.src)", "/path/to/data", shown=True)[0].known


def test_a_hole_in_a_word_stays_one_and_the_workspace_is_the_root() -> None:
    assert of_word(Word("data/{day}.csv", exact=False)).text() == "data/{day}.csv"
    root = of_word(Word("{github.workspace}/data", exact=False))
    assert (root.text(), root.anchored) == ("data", True)


STAGES = (
    "import argparse\nimport pandas as pd\np = argparse.ArgumentParser()\np.add_argument('--stage')\n"
    "p.add_argument('--full', action='store_true')\na = p.parse_args()\n"
)


def runs(source: str, *commands: str) -> dict[str, list[int]]:
    """The paths that main.py reads, each with the starts in which it does."""
    resolved = program({"main.py": source})
    for number, command in enumerate(commands):
        resolved.evaluator.invocations.add("main.py", tuple(Word(w) for w in command.split()), "", f"step:{number}")
    return {
        value.text(): [at for at, number in enumerate(resolved.evaluator.invocations.by_number) if number in value.runs]
        for effect in resolved.effects.all()
        if effect.role.value == "read"
        for value in effect.targets
        if value.exact
    }


def test_a_branch_runs_in_the_starts_that_choose_it() -> None:
    source = STAGES + (
        "if a.stage == 'one':\n    pd.read_csv('1.csv')\nelif a.stage in ('two', 'three'):\n    pd.read_csv('2.csv')\n"
        "else:\n    pd.read_csv('3.csv')\nif a.full:\n    pd.read_csv('4.csv')\npd.read_csv('5.csv')\n"
    )
    found = runs(source, "--stage one", "--stage three --full", "--stage four")
    assert found == {"1.csv": [0], "2.csv": [1], "3.csv": [2], "4.csv": [1], "5.csv": []}


def test_a_branch_in_a_function_runs_for_the_callers_that_choose_it() -> None:
    source = STAGES + (
        "def load(kind, root):\n    if kind == 'raw':\n        return pd.read_csv(root + '/raw.csv')\n"
        "    if kind != 'raw':\n        return pd.read_csv(root + '/clean.csv')\nload(a.stage, 'data')\n"
    )
    assert runs(source, "--stage raw", "--stage clean") == {"data/raw.csv": [0], "data/clean.csv": [1]}


def test_without_a_known_start_nothing_is_excluded() -> None:
    source = STAGES + "if a.stage == 'one':\n    pd.read_csv('1.csv')\nif a.full:\n    pd.read_csv('4.csv')\n"
    assert runs(source) == {"1.csv": [], "4.csv": []}
