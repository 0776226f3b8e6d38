"""Which texts an expression can have."""

from __future__ import annotations

import pytest

from auditor.program.symbolic.values import MOST_ALTERNATIVES
from tests.program.asking import program, questions, texts, values

P = "from pathlib import Path\n"
OS = "import os\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("ask('a.csv')", ["a.csv"], id="literal"),
        pytest.param("x = 'a'\nask(x)", ["a"], id="constant"),
        pytest.param("x = 'a'\ny = x\ndef f():\n    ask(y + '.csv')", ["a.csv"], id="constant seen from a function"),
        pytest.param("ask('a' + '/' + 'b')", ["a/b"], id="sum"),
        pytest.param(OS + "ask(os.path.join('a', 'b', 'c.csv'))", ["a/b/c.csv"], id="join"),
        pytest.param(OS + "ask(os.path.join('a/', 'b'))", ["a/b"], id="join with a slash"),
        pytest.param(OS + "ask(os.path.join('a', '/b'))", ["/b"], id="an absolute part wins"),
        pytest.param(OS + "ask(os.path.dirname('a/b/c'))", ["a/b"], id="dirname"),
        pytest.param(OS + "ask(os.path.basename('a/b/c.txt'))", ["c.txt"], id="basename"),
        pytest.param(P + "ask(Path('a') / 'b' / 'c.csv')", ["a/b/c.csv"], id="slash"),
        pytest.param(P + "ask(Path('a', 'b'))", ["a/b"], id="Path of two"),
        pytest.param(P + "ask(Path('a').joinpath('b', 'c'))", ["a/b/c"], id="joinpath"),
        pytest.param(P + "ask(Path('a/b.csv').with_suffix('.pq'))", ["a/b.pq"], id="with_suffix"),
        pytest.param(P + "ask(Path('a/b.csv').with_name('c.txt'))", ["a/c.txt"], id="with_name"),
        pytest.param(P + "ask(Path('a/b.csv').with_stem('c'))", ["a/c.csv"], id="with_stem"),
        pytest.param(P + "ask(Path('a/b.csv').parent)", ["a"], id="parent"),
        pytest.param(P + "ask(Path('a/b.csv').parent.parent / 'c')", ["c"], id="parent of a plain name"),
        pytest.param(P + "ask(Path('a/b.csv').name)", ["b.csv"], id="name"),
        pytest.param(P + "ask(Path('a/b.csv').stem)", ["b"], id="stem"),
        pytest.param(P + "ask(str(Path('a').resolve() / 'b'))", ["a/b"], id="str and resolve"),
        pytest.param(P + "ask(Path.cwd() / 'data' / 'x')", ["data/x"], id="cwd"),
        pytest.param("import os\nask(os.getcwd() + '/data/x')", ["./data/x"], id="cwd before a slash"),
        pytest.param("import os\nask(os.path.join(os.getcwd(), os.pardir, 'x'))", ["../x"], id="above cwd"),
        pytest.param("import os\nask(os.path.dirname(os.getcwd()) + '/x')", ["../x"], id="the folder of cwd"),
        pytest.param(P + "ask(Path.cwd().parent.parent / 'x')", ["../../x"], id="parents of cwd"),
        pytest.param("import os\nask('data' + os.sep + 'x')", ["data/x"], id="separator"),
        pytest.param("n = 'x'\nask(f'data/{n}.csv')", ["data/x.csv"], id="f-string"),
        pytest.param("ask(f'data/{who()}.csv')", ["data/{?}.csv"], id="f-string with a hole"),
        pytest.param("ask('data/%s_%d.csv' % ('x', 3))", ["data/x_3.csv"], id="percent"),
        pytest.param("ask('data/%s.csv' % 'x')", ["data/x.csv"], id="percent of one"),
        pytest.param("ask('{}/{}.csv'.format('a', 'b'))", ["a/b.csv"], id="format"),
        pytest.param("ask('{1}/{0}.csv'.format('a', 'b'))", ["b/a.csv"], id="format by number"),
        pytest.param("ask('{d}/{n:03d}.csv'.format(d='a', n=7))", ["a/007.csv"], id="format by name"),
        pytest.param("ask('/'.join(['a', 'b']))", ["a/b"], id="str.join"),
        pytest.param("P = {'raw': 'data/raw.csv', 'out': 'o'}\nask(P['raw'])", ["data/raw.csv"], id="dict"),
        pytest.param("P = {'a': {'b': 'c.csv'}}\nask(P['a'])", ["{?}"], id="dict of dicts"),
        pytest.param("a, b = 'x.csv', 'y.csv'\nask(b)", ["y.csv"], id="unpacked"),
        pytest.param("class C:\n    ROOT = 'data'\nask(C.ROOT + '/x')", ["data/x"], id="class attribute"),
        pytest.param(
            "class C:\n    def __init__(self):\n        self.p = 'a.csv'\n    def f(self):\n        ask(self.p)",
            ["a.csv"],
            id="self",
        ),
        pytest.param("class B:\n    p = 'a'\nclass C(B): pass\nask(C().p)", ["a"], id="inherited attribute"),
        pytest.param("def f(n):\n    return 'data/' + n\nask(f('x.csv'))", ["data/x.csv"], id="function"),
        pytest.param(
            "def f(n='d.csv'):\n    return 'data/' + n\nask(f())", ["data/d.csv"], id="default of a parameter"
        ),
        pytest.param("ask((p := 'a.csv'))", ["a.csv"], id="walrus"),
        pytest.param(OS + "ask(os.getenv('D', 'data'))", ["data"], id="getenv with a default"),
        pytest.param(OS + "ask(os.environ.get('D', 'data'))", ["data"], id="environ.get"),
        pytest.param(OS + "ask(os.environ['D'] + '/x.csv')", ["{D}/x.csv"], id="environ"),
        pytest.param("import sys\nask(sys.argv[1])", ["{argv1}"], id="argv"),
        pytest.param("import tempfile\nask(tempfile.mkdtemp())", ["{tmp}"], id="temporary"),
        pytest.param("from datetime import datetime\nask(f'{datetime.now()}.csv')", ["{now}.csv"], id="clock"),
        pytest.param("ask(mystery)", ["{mystery}"], id="never bound"),
        pytest.param("def f(p):\n    ask(p)", ["{p}"], id="parameter"),
        pytest.param("ask(None)", ["{?}"], id="None is no text"),
    ],
)
def test_folds(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        pytest.param(
            {"main.py": "from c import RAW\nask(RAW)", "c.py": "RAW = 'r.csv'"}, "main.py", ["r.csv"], id="imported"
        ),
        pytest.param(
            {"main.py": "import c\nask(c.D + '/x')", "c.py": "D = 'd'"}, "main.py", ["d/x"], id="module attribute"
        ),
        pytest.param({"main.py": "from c import *\nask(RAW)", "c.py": "RAW = 'r'"}, "main.py", ["r"], id="star"),
        pytest.param(
            {"main.py": "from c import *\nask(RAW)", "c.py": "from pathlib import Path\nRAW = Path('d/r')"},
            "main.py",
            ["d/r"],
            id="star of what a call makes",
        ),
        pytest.param(
            {"main.py": "from c import P\nask(P['a'])", "c.py": "P = {'a': 'x'}"}, "main.py", ["x"], id="imported dict"
        ),
        pytest.param(
            {"main.py": "from c import C\nask(C.D)", "c.py": "class C:\n    D = 'd'"},
            "main.py",
            ["d"],
            id="imported class",
        ),
        pytest.param(
            {"a/b/m.py": "from pathlib import Path\nask(Path(__file__).parent / 'x')"},
            "a/b/m.py",
            ["a/b/x"],
            id="__file__",
        ),
        pytest.param(
            {"a/b/m.py": "from pathlib import Path\nask(Path(__file__).resolve().parents[1] / 'x')"},
            "a/b/m.py",
            ["a/x"],
            id="parents[1]",
        ),
        pytest.param(
            {"a/b/m.py": "from pathlib import Path\nask(Path(__file__).parents[2] / 'x')"},
            "a/b/m.py",
            ["x"],
            id="parents[2]",
        ),
        pytest.param(
            {"a/m.py": "import os\nask(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'x'))"},
            "a/m.py",
            ["a/../x"],
            id="dirname of abspath",
        ),
        pytest.param(
            {
                "main.py": "from pkg.paths import ROOT\nask(ROOT / 'data')",
                "pkg/__init__.py": "",
                "pkg/paths.py": "from pathlib import Path\nROOT = Path(__file__).parent.parent / 'root'",
            },
            "main.py",
            ["root/data"],
            id="anchored in another module",
        ),
        pytest.param(
            {
                "main.py": "import yaml\nc = yaml.safe_load(open('p.yaml'))\nask(c['d']['x'])",
                "p.yaml": "d:\n  x: a.csv\n",
            },
            "main.py",
            ["a.csv"],
            id="yaml",
        ),
        pytest.param(
            {"main.py": "import json\nc = json.load(open('p.json'))\nask(c['x'])", "p.json": '{"x": "a.csv"}'},
            "main.py",
            ["a.csv"],
            id="json",
        ),
        pytest.param(
            {"main.py": "import yaml\nc = yaml.safe_load(open('p.yaml'))\nask(c['nope'])", "p.yaml": "d: 1\n"},
            "main.py",
            ["{nope}"],
            id="key that the file lacks",
        ),
        pytest.param(
            {
                "main.py": "import yaml\nc = yaml.safe_load(open('p.yaml'))\nask(c.get('nope', 'z.csv'))",
                "p.yaml": "d: 1\n",
            },
            "main.py",
            ["z.csv"],
            id="get with a default",
        ),
    ],
)
def test_folds_over_files(files: dict[str, str], path: str, expected: list[str]) -> None:
    assert texts(files, path) == expected


def test_file_anchors_a_path_and_a_plain_one_is_not_anchored() -> None:
    assert values({"a/m.py": P + "ask(Path(__file__).parent / 'x')"}, "a/m.py")[0].anchored
    assert not values({"a/m.py": P + "ask(Path('.') / 'x')"}, "a/m.py")[0].anchored


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("x = 'a'\nx = 'b'\nask(x)", ["b"], id="rebound"),
        pytest.param("if c:\n    x = 'a'\nelse:\n    x = 'b'\nask(x)", ["a", "b"], id="either arm"),
        pytest.param("x = 'a'\nif c:\n    x = 'b'\nask(x)", ["a", "b"], id="may be rebound"),
        pytest.param("if c:\n    x = 'a'\nelse:\n    x = 'b'\n    ask(x)", ["b"], id="not the other arm"),
        pytest.param("x = 'z'\nif c:\n    x = 'a'\nelse:\n    ask(x)", ["z"], id="what stood before the branch"),
        pytest.param(
            "if c:\n    x = 'a'\nelif d:\n    x = 'b'\nelse:\n    x = 'c'\nask(x)", ["a", "b", "c"], id="elif"
        ),
        pytest.param("try:\n    x = 'a'\nexcept E:\n    x = 'b'\nask(x)", ["a", "b"], id="try"),
        pytest.param("ask('a' if c else 'b')", ["a", "b"], id="conditional expression"),
        pytest.param("for x in ['a', 'b']:\n    ask(x + '.csv')", ["a.csv", "b.csv"], id="loop"),
        pytest.param("N = ('a', 'b')\nfor x in N:\n    ask(x)", ["a", "b"], id="loop over a constant"),
        pytest.param("for k, v in {'a': 'x', 'b': 'y'}.items():\n    ask(v)", ["x", "y"], id="items"),
        pytest.param("for a, b in [('x', 'y'), ('u', 'v')]:\n    ask(b)", ["v", "y"], id="pairs"),
        pytest.param(
            "for x in ['a', 'b', 'c']:\n    if x == 'a':\n        y = x + '1'\n    elif x in ('b', 'c'):\n        y = x + '2'\n    else:\n"
            "        y = x + '3'\n    ask(y)",
            ["a1", "b2", "c2"],
            id="a loop whose name is tested",
        ),
        pytest.param(
            "import os\nfor x in ['a', os.environ['B']]:\n    if x == 'a':\n        y = x + '1'\n    ask(y)",
            ["a1", "{B}1"],
            id="a tested name that is not known",
        ),
        pytest.param(
            "x = 'a'\nfor y in ['b', 'd']:\n    if c:\n        x = y\n    if x == 'a':\n        z = y + '1'\n    ask(z)",
            ["b1", "d1"],
            id="a tested name that is not always of the loop",
        ),
        pytest.param(
            "for a in 'x', 'y':\n    for b in 'u', 'v':\n        if a + b != 'xu':\n            z = a + b\n        ask(z)",
            ["xu", "xv", "yu", "yv"],
            id="a test of two loops",
        ),
        pytest.param("for x in rows():\n    ask(x)", ["{x}"], id="loop over what is not known"),
        pytest.param(
            "def f(c):\n    if c:\n        return 'a'\n    return 'b'\nask(f(a_call()))", ["a", "b"], id="two returns"
        ),
        pytest.param(
            "def f(c=None):\n    if c:\n        return 'a'\n    return 'b'\nask(f())",
            ["b"],
            id="a return that is decided",
        ),
        pytest.param("def f(c):\n    return 'a' if c else 'b'\nask(f(True))", ["a"], id="decided by the caller"),
        pytest.param("x = a_call() or 'b.csv'\nask(x)", ["b.csv"], id="or"),
    ],
)
def test_alternatives(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


A = "import argparse\np = argparse.ArgumentParser()\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            A + "p.add_argument('--data', default='d.csv')\na = p.parse_args()\nask(a.data)", "d.csv", id="default"
        ),
        pytest.param(
            A + "p.add_argument('-d', '--data-dir', default='d')\na = p.parse_args()\nask(a.data_dir)", "d", id="dashes"
        ),
        pytest.param(A + "p.add_argument('--x', dest='y', default='d')\na = p.parse_args()\nask(a.y)", "d", id="dest"),
        pytest.param(A + "p.add_argument('path')\na = p.parse_args()\nask(a.path)", "{path}", id="positional"),
        pytest.param(A + "p.add_argument('--x')\na = p.parse_args()\nask(a.x)", "{x}", id="no default"),
        pytest.param(A + "p.add_argument('--x', default=None)\na = p.parse_args()\nask(a.x)", "{x}", id="None"),
        pytest.param(
            "import argparse\ndef opts():\n    p = argparse.ArgumentParser()\n    p.add_argument('--x', default='d')\n"
            "    return p.parse_args()\nargs = opts()\nask(args.x)",
            "d",
            id="parsed in a function",
        ),
    ],
)
def test_options_have_their_defaults(source: str, expected: str) -> None:
    found = values(source)
    assert [value.text() for value in found] == [expected]
    assert found[0].how == "cli"


def test_alternatives_are_bounded() -> None:
    many = "[" + ", ".join(f"'f{n}'" for n in range(MOST_ALTERNATIVES)) + "]"
    assert len(texts(f"for x in {many}:\n    ask(x)")) == MOST_ALTERNATIVES
    assert texts(f"for x in {many[:-1]}, 'one more']:\n    ask(x)") == ["{x}"]
    product = texts(f"for x in {many}:\n    for y in {many}:\n        ask(x + y)")
    assert 0 < len(product) <= MOST_ALTERNATIVES


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("x = x + 'a'\nask(x)", id="itself"),
        pytest.param("def f():\n    return f() + 'a'\nask(f())", id="recursive function"),
        pytest.param("def f(n):\n    return g(n)\ndef g(n):\n    return f(n)\nask(f('x'))", id="mutual"),
        pytest.param(
            "class A:\n    def __init__(self):\n        self.p = self.p + 'x'\nask(A().p)", id="attribute of itself"
        ),
        pytest.param("a = b\nb = a\nask(a)", id="names of each other"),
        pytest.param("P = P\nask(P['x'])", id="table of itself"),
        pytest.param("x = ['a']\nfor x in x:\n    ask(x)", id="loop variable of its own source"),
        pytest.param("x = 'a'\n" + "x = x + x\n" * 200 + "ask(x)", id="doubling"),
        pytest.param("ask(" + "'a' + (" * 80 + "'b'" + ")" * 80 + ")", id="deep"),
        pytest.param("if c:\n    x = 'a'\n" + "if c:\n    x = x + 'b'\n" * 60 + "ask(x)", id="branching out"),
    ],
)
def test_what_turns_on_itself_ends(source: str) -> None:
    assert 0 < len(texts(source)) <= MOST_ALTERNATIVES


def test_the_same_question_has_the_same_answer_whatever_was_asked_before() -> None:
    source = "x = 'a'\nif c:\n    x = 'b'\nask(x)\nask(x + 'c')\nask(x)"
    resolved = program({"main.py": source})
    first, last = questions(resolved)[0], questions(resolved)[-1]
    assert resolved.evaluator.values(*first) == resolved.evaluator.values(*last)


def test_confidence_falls_with_every_step() -> None:
    def sure(source: str) -> float:
        return values(source)[0].confidence

    assert sure("ask('a')") == 0.9
    assert sure("ask('a' + 'b')") == 0.8
    assert 0.5 <= sure("ask(f'a{b()}')") <= 0.6
    assert sure("ask(b())") == 0.3


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("ask('m=%02d.csv' % 3)", ["m=03.csv"], id="percent with a width"),
        pytest.param("ask('m={:02d}.csv'.format(3))", ["m=03.csv"], id="format with a width"),
        pytest.param(P + "p = ('a', 'b')\nask(Path('x').joinpath(*p) / 'c')", ["x/a/b/c"], id="folders of a tuple"),
        pytest.param(P + "ask(Path('x').joinpath(*p()) / 'c')", ["x/{**}/c"], id="any number of folders"),
        pytest.param("import os\nask(os.path.join('x', *p(), 'c'))", ["x/{**}/c"], id="the same by os.path"),
        pytest.param("ask('e_%03i.h5' % (k + 1))", ["e_{k}.h5"], id="a sum with what is not known"),
        pytest.param("n = 2\nask(f'e_{n + 1}.h5')", ["e_3.h5"], id="a sum of numbers"),
        pytest.param("month = 3\nask(f'm={month:02d}.csv')", ["m=03.csv"], id="a width in an f-string"),
        pytest.param("ask(f'{day:%Y/%m}/x.csv')", ["{day}/{day}/x.csv"], id="folders of a time"),
        pytest.param("ask(day.strftime('%Y/%m-%d') + '.csv')", ["{strftime}/{strftime}.csv"], id="strftime"),
        pytest.param("ask('m={:>4.1f}.csv'.format(3))", ["m={format}.csv"], id="a format not understood is a hole"),
        pytest.param("ask('m={:02d}.csv'.format(m))", ["m={m}.csv"], id="a hole stays"),
    ],
)
def test_a_format_is_written_out(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


@pytest.mark.parametrize(
    ("test", "given", "expected"),
    [
        pytest.param("flag", "True", ["yes.csv"], id="flag given"),
        pytest.param("flag", "False", ["no.csv"], id="flag given as false"),
        pytest.param("not flag", "True", ["no.csv"], id="negated"),
        pytest.param("flag", "", ["no.csv"], id="the default where the argument is left out"),
        pytest.param("flag", "unseen()", ["no.csv", "yes.csv"], id="not known"),
        pytest.param("flag == 'a'", "'a'", ["yes.csv"], id="compared"),
        pytest.param("flag.lower() == 'a'", "'A'", ["yes.csv"], id="compared in lower case"),
        pytest.param("flag.lower() == 'a'", "'b'", ["no.csv"], id="another in lower case"),
        pytest.param("flag.endswith('.txt')", "'x.txt'", ["yes.csv"], id="ends with"),
        pytest.param("flag.endswith(('.txt', '.md'))", "'x.py'", ["no.csv"], id="ends with none of several"),
        pytest.param("flag.startswith('s3:')", "'s3://b'", ["yes.csv"], id="starts with"),
    ],
)
def test_a_branch_is_decided_by_what_the_call_gives(test: str, given: str, expected: list[str]) -> None:
    source = (
        f"def f(flag=False):\n    if {test}:\n        p = 'yes.csv'\n    else:\n        p = 'no.csv'\n    return p\n"
    )
    assert texts(f"{source}ask(f({given}))") == expected


def test_a_constant_for_want_of_better_stays_unsure_in_what_is_made_of_it() -> None:
    (value,) = values("import os\nask(os.path.join('out', f\"id={mystery() or 'unknown'}\", 'a.csv'))")
    assert (value.text(), value.confidence) == ("out/id=unknown/a.csv", 0.4)


def test_a_default_that_settings_replace_is_no_value() -> None:
    held = "class C:\n    def __init__(self, given):\n        self.name = 'a'\n        self.__dict__.update(given)\n"
    assert texts(f"{held}ask('x/' + C(read()).name)") == ["x/{name}"]
    assert texts(f"{held.replace('self.__dict__.update(given)', 'pass')}ask('x/' + C(read()).name)") == ["x/a"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param("d['a']", ["x.csv"], id="the value of the key"),
        pytest.param("d.get('a', 'z.csv')", ["x.csv"], id="get"),
        pytest.param("d.get('c', 'z.csv')", ["z.csv"], id="a key it has not gives the default, never another key"),
    ],
)
def test_a_dict_comprehension_is_asked_by_key(asked: str, expected: list[str]) -> None:
    assert texts(f"d = {{k: v for k, v in {{'a': 'x.csv', 'b': 'y.csv'}}.items() if v}}\nask({asked})") == expected


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        pytest.param("tmp_path", ["{place}/x.csv"], id="temporary"),
        pytest.param("tmp_path / 'a'", ["{place}/x.csv"], id="below it"),
        pytest.param("'data'", ["{place}/x.csv"], id="a folder of the tree"),
    ],
)
def test_a_fixture_that_gives_a_temporary_folder_is_one(returned: str, expected: list[str]) -> None:
    source = f"import pytest\n@pytest.fixture\ndef place(tmp_path):\n    return {returned}\ndef test_it(place):\n    ask(place / 'x.csv')"
    found = values(source)
    assert [value.text() for value in found] == expected
    assert (found[0].holes()[0].kind == "temporary") is ("tmp_path" in returned)
