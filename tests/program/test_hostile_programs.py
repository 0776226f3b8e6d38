"""Programs that mean to keep the analysis busy: it ends, and says what it did not follow."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.program import Resolved
from auditor.program.calls import carrying
from tests.pages import graphs
from tests.program.asking import program

PD = "import os\nimport pandas as pd\n"


def dense(functions: int) -> str:
    """A module in which each function hands its path on to five others and reads from it."""
    lines = [PD]
    for number in range(functions):
        lines += [f"def f{number}(path, cfg, name='x'):", f"    pd.read_csv(os.path.join(path, name, '{number}.csv'))"]
        lines += [
            f"    f{(number * 31 + k * 17 + 7) % functions}(path + '/{k}', cfg.sub, name=name + 'a')" for k in range(5)
        ]
    return "\n".join([*lines, "f0('data', None)"])


def causes(found: Graphs) -> set[str]:
    from auditor.graph.views.resolution import resolution

    return {call.cause for call in resolution(found.world, ".", lambda _: True).unresolved}


def test_a_module_that_calls_itself_everywhere_is_followed_so_far_and_says_so() -> None:
    found = graphs({"m.py": dense(120)})
    lifted = sum(len(effects) for effects in found.world.resolved.effects.lifted.values())
    assert 120 < lifted <= 120 * 61
    assert found.world.resolved.effects.cut
    assert "limit" in causes(found)


def test_an_effect_that_is_dear_to_name_is_carried_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    callers = "".join(f"def g{n}(base):\n    read(base + '/{n}')\ng{n}('data')\n" for n in range(20))
    source = PD + "def read(path):\n    pd.read_csv(path + '.csv')\n" + callers
    whole = program({"m.py": source}).effects
    monkeypatch.setattr(carrying, "MOST_STEPS", 30)
    part = program({"m.py": source}).effects
    assert not whole.cut
    assert part.cut == {("m.py", 1)}
    assert 0 < sum(map(len, part.lifted.values())) < sum(map(len, whole.lifted.values()))


def test_a_generated_module_of_thirty_thousand_lines_is_resolved_whole() -> None:
    source = PD + "".join(f"P{n} = 'data/{n}.csv'\npd.read_csv(P{n})\n\n" for n in range(10_000))
    resolved = program({"m.py": source})
    named = {value.text() for effect in resolved.effects.all() for value in effect.targets}
    assert len(named) == 10_000


def test_modules_that_import_all_of_each_other_end() -> None:
    size = 80
    files = {
        f"m{i}.py": "".join(f"from m{(i * 7 + k) % size} import *\n" for k in range(1, 12))
        + PD
        + f"P{i} = P{(i + 1) % size} + '/x'\npd.read_csv(P{(i * 3) % size})\ndef g{i}(p):\n    g{(i + 5) % size}(p)\n    pd.read_csv(p)\ng{i}(P{i})\n"
        for i in range(size)
    }
    resolved: Resolved = program(files)
    assert sum(1 for _ in resolved.effects.all()) >= size


def test_objects_that_hold_each_other_end() -> None:
    size = 60
    source = PD + "".join(
        f"class C{i}:\n    def __init__(self, a, b):\n        self.a = C{(i * 3 + 1) % size}(a, self)\n        self.b = b\n"
        f"        self.p = a + '/x'\n    def run(self, q):\n        pd.read_csv(self.p + q + self.a.p + self.b.p)\n"
        f"        self.a.run(q + 'y')\n        self.b.run(q)\n"
        for i in range(size)
    )
    assert list(program({"m.py": source + "C0('data', None).run('z')\n"}).effects.all())


def test_a_table_of_thousands_gives_twenty_alternatives_or_a_hole() -> None:
    table = ", ".join(f"'k{n}': 'data/{n}.csv'" for n in range(5_000))
    source = (
        PD
        + f"T = {{{table}}}\npd.read_csv(T['k7'])\nfor k, v in T.items():\n    pd.read_csv(v)\npd.read_csv(T[mystery()])\n"
    )
    read = [effect.targets for effect in program({"m.py": source}).effects.all() if effect.name == "pandas.read_csv"]
    assert [value.text() for value in read[0]] == ["data/7.csv"]
    assert [value.text() for value in read[1]] == ["{v}"]
    assert len(read[2]) <= 20


def test_thousands_of_aliases_and_values_of_themselves_in_a_configuration() -> None:
    document = "a: &a {p: data/x.csv}\n" + "".join(f"k{n}: *a\n" for n in range(2_000)) + "s: ${t}\nt: ${s}\n"
    source = "import yaml\nimport pandas as pd\nc = yaml.safe_load(open('c.yaml'))\npd.read_csv(c['k7']['p'])\npd.read_csv(c['s'])\n"
    read = [
        e.targets[0] for e in program({"c.yaml": document, "m.py": source}).effects.all() if e.name == "pandas.read_csv"
    ]
    assert (read[0].text(), read[1].exact) == ("data/x.csv", False)


def test_a_dict_that_is_spread_into_itself_is_looked_up_so_far() -> None:
    source = PD + "class Maker:\n    kinds = {'a': pd.read_csv}\n    kinds = {**kinds, **{**kinds}}\n"
    source += "    def make(self, **more):\n        kinds = {**self.kinds, **more}\n        self.kinds = {**self.kinds, **kinds}\n"
    source += "        return self.kinds['a']('data.csv')\n"
    assert graphs({"m.py": source}).components
