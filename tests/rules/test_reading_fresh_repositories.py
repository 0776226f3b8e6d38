"""What a reader of repositories that nobody had tuned for thought wrong or doubtful: each debt beside what it was taken for."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


# --- glue ---

RIDGE = "import argparse\nimport joblib\nimport pandas as pd\nfrom keras.models import load_model\nfrom sklearn.linear_model import Ridge\n"
LOAD = "\n\ndef load(path):\n    return pd.read_csv(path)\n\n\ndef show(scores):\n    print(scores)\n"
MAIN = "\n\ndef main():\n    p = argparse.ArgumentParser()\n    p.add_argument('--data')\n    f = load(p.parse_args().data)\n    {}\n    show(m)\n\n\n{}\n"
STARTS = "if __name__ == '__main__':\n    main()"
ASKS = "m = load_model('m.h5').predict(f)"


def five(text: str) -> dict[str, str]:
    """Five programs of that text, which differ in a name alone."""
    return {f"a{number}.py": text.replace("show", f"show_{number}") for number in range(5)}


def edge(body: str, start: str = STARTS) -> dict[str, str]:
    return five(RIDGE + LOAD + MAIN.format(body, start))


FLAT = (
    RIDGE
    + "{0}f = pd.read_csv('d.csv')\n\n\ndef keeps(row):\n    return row > 0\n\n\nm = Ridge().fit(f[['a']], f['y'])\njoblib.dump(m, 'm.pkl')\n"
)
BESIDE = "\n\ndef other(f):\n    return Ridge().fit(f, f)\n\n\n"
KERAS = "import pandas as pd\nfrom keras.callbacks import ModelCheckpoint\nfrom keras.models import Sequential\n\n\ndef {0}(x, y):\n    m = Sequential([])\n    m.fit(x, y, callbacks=[ModelCheckpoint('m.h5')])\n{1}"


def nets(last: str = "") -> dict[str, str]:
    return {f"n{number}.py": KERAS.format(f"fit_{number}", last) for number in range(5)}


COPIED = (
    RIDGE
    + "\n\ndef fit_it():\n    f = pd.read_csv('d.csv')\n    g = pd.read_csv('e.csv')\n    {}joblib.dump(Ridge().fit(f, g), 'm.pkl')\n"
)


def test_copies_of_one_scope_are_one_finding() -> None:
    copies = found({f"c{number}.py": COPIED.format("") for number in range(5)}, "GLU001")
    assert [(f.instances, f.place.path, len(f.related)) for f in copies] == [(5, "c0.py", 8)]
    apart = {f"c{n}.py": COPIED.format("f.to_csv('o.csv')\n    " * n) for n in range(5)}
    assert len(found(apart, "GLU001")) == 5


def test_files_of_one_content_are_told_once() -> None:
    lines = "".join(
        f"    v{n} = {' + '.join(['f.a', 'f.b(1)'] * (n + 5))}\n    print(v{n}{', f' * n})\n" for n in range(30)
    )
    text = f"import pandas as pd\n\n\ndef run(f):\n{lines}"
    one = [(f.severity.name, f.message[:26]) for f in found({"a.py": text, "b.py": text}, "GLU005")]
    assert one == [("LOW", "a.py and b.py are one file")]
    other = found({"a.py": text, "b.py": text + "\n\nprint(run)\n"}, "GLU005")
    assert [f.message.partition(" repeat ")[2][:4] for f in other] == ["a.py"]
    apart = "".join(f"def g{n}(x):\n    return {'x * ' * (n + 1)}x\n\n\n" for n in range(600))
    part = text.replace(lines, "".join(lines.splitlines(keepends=True)[:12]))
    told = {f.entity.split()[0] for f in found({"a.py": text, "b.py": text, "c.py": part, "d.py": apart}, "GLU005")}
    assert told == {"same", "spread"}


# --- programs side by side ---

PARTS = {
    "get.py": "import pandas as pd\npd.read_csv('r.csv').to_csv('d.csv')\n",
    "clean.py": "import pandas as pd\nprint(pd.read_csv('d.csv'))\n",
    "serve.py": "print('serve')\n",
}
ALL = "for name in ('get', 'clean', 'serve'):\n    p = subprocess.Popen(['python', name + '.py'])\n    time.sleep(2)\n"


def starting(text: str) -> dict[str, str]:
    return PARTS | {"run.py": f"import subprocess\nimport time\n{text}"}


HELPER = "\n\ndef start(name):\n    p = subprocess.Popen(name, shell=True){}\n    return p\n\n\nstart('python get.py')\nstart('python clean.py')\nstart('python serve.py')\n"
WITHIN = "with subprocess.Popen(['python', '{}.py']){}:\n    pass\n"

# --- failures ---

JOB = "on: push\njobs:\n  check:\n    steps:\n      - run: |\n          if [ {} ]; then\n            python check.py\n          else\n            pytest tests/test_a.py || echo none\n          fi\n"
DRIFT = "import sys\nimport pandas as pd\nf = pd.read_csv('d.csv')\nf.describe().to_csv('out/report.csv')\nok = f['a'].mean() < 1\n{}\n"
NIGHT = "on:\n  schedule:\n    - cron: '0 3 * * *'\njobs:\n  night:\n    steps:\n      - run: python {} || echo drift\n"


def night(program: str, last: str) -> dict[str, str]:
    return {program: DRIFT.format(last), ".github/workflows/n.yml": NIGHT.format(program)}


CHECKED = {"check.py": "assert 1\n", "tests/test_a.py": "def test_a():\n    assert 1\n"}

PAIRS = [
    pytest.param("GLU001", edge(ASKS + "\n    load_model('n.h5').predict(f)"), edge(ASKS), id="the edge of a program asks once"),
    pytest.param("GLU001", edge("m = Ridge().fit(f, f)"), edge(ASKS), id="the edge of a program does not fit"),
    pytest.param("GLU001", edge("for m in f:\n        load_model('m.h5').predict(m)"), edge(ASKS), id="the edge of a program asks in no loop"),
    pytest.param("GLU001", edge(ASKS, ""), edge(ASKS), id="the edge of a program is what it starts"),
    pytest.param("GLU001", five(FLAT.format(BESIDE)), five(FLAT.format("")), id="a flat script with a function in it"),
    pytest.param("GLU001", nets("    m.save('n.h5')\n"), nets(), id="what a framework calls back"),
    pytest.param("GLU004", starting(ALL + "    p.wait()\n"), starting(ALL + "p.wait()\n"), id="started side by side"),
    pytest.param("GLU004", starting(ALL.replace("Popen", "run")), starting(ALL), id="started and waited for"),
    pytest.param("GLU004", starting(HELPER.format("\n    p.communicate()")), starting(HELPER.format("")), id="started by a helper"),
    pytest.param(
        "GLU004",
        starting("".join(WITHIN.format(name, "") for name in ("get", "clean", "serve"))),
        starting("".join(WITHIN.format(name, "") for name in ("get", "clean", "serve")).replace("with ", "if ")),
        id="a block that waits where it ends",
    ),
    pytest.param("GLU004", PARTS | {"r.sh": "python get.py\npython clean.py\npython serve.py\n"}, PARTS | {"r.sh": "python get.py &\npython clean.py &\npython serve.py\nwait\n"}, id="in the background"),
    pytest.param("GLU004", PARTS | {"r.sh": "python get.py &\nwait\npython clean.py\npython serve.py\n"}, PARTS | {"r.sh": "python get.py &\npython clean.py &\npython serve.py &\n"}, id="in the background and waited for"),
    *(
        pytest.param("PIP011", CHECKED | {".github/workflows/c.yml": JOB.format(debt)}, CHECKED | {".github/workflows/c.yml": JOB.format(alike)}, id=f"a branch that cannot run: {debt}")
        for debt, alike in (("-f other.py", "-f check.py"), ("! -f check.py", "-e check.py"), ("-s check.py", "-f 'check.py'"), ("-f $X", '-f "check.py"'))
    ),
    pytest.param("PIP011", night("judge.py", "sys.exit(0 if ok else 1)"), night("look_for_drift.py", "sys.exit(0 if ok else 1)"), id="a check of drift tells by its code"),
    pytest.param("PIP011", night("drift.py", "print(ok)"), night("drift.py", "if not ok:\n    sys.exit(1)"), id="a check of drift that ends well"),
    pytest.param("PIP011", night("drift.py", "sys.exit(0)"), night("drift.py", "if not ok:\n    sys.exit(1)"), id="a check of drift that ends with 0"),
    pytest.param("PIP011", night("drift.py", "from sklearn.linear_model import Ridge\nm = Ridge().fit(f[['a']], f['y'])\nsys.exit(not ok)"), night("drift.py", "sys.exit(not ok)"), id="a check of drift that trains"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_the_debt_is_found_and_what_looks_like_it_is_not(
    rule: str, debt: dict[str, str], alike: dict[str, str]
) -> None:
    assert found(debt, rule)
    assert not found(alike, rule)
