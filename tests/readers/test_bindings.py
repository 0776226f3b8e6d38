"""gin, HOCON, Java properties."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.language.hocon import read_hocon
from auditor.model.facts import Facts
from auditor.readers import candidates, read_file


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def values(facts: Facts) -> list[tuple[str, object, int]]:
    return [(leaf.key, leaf.value, leaf.line) for leaf in facts.leaves]


def test_indented_bindings_of_gin_are_of_the_name_above_them() -> None:
    facts = read(
        "a.gin",
        "train/Adam:\n  lr = 0.1  # why\n\n  # a word between\n  betas = (\n    0.9,\n    0.99)\nAdam.eps = 1\nnet.Block:\n    ch = 4\nseed = 3\n",
    )
    assert [(leaf.key, leaf.line) for leaf in facts.leaves] == [
        ("train/Adam.lr", 2), ("train/Adam.betas", 5), ("Adam.eps", 8), ("net.Block.ch", 10), ("seed", 11),
    ]  # fmt: skip


def test_gin() -> None:
    facts = read(
        "a.gin",
        "import my.module\ninclude 'base.gin'\n# no\nLR = 1e-3\ntrain/Adam.lr = %LR  # why\nf.n = 1_000\nf.names = [\n  'a',\n  'b']\n"
        "g.model = @build()\ng.on = True\ng.api_key = 'abc'\nh.x = \\\n  'y # z'\n",
    )
    assert values(facts) == [
        ("LR", 0.001, 4), ("train/Adam.lr", "%LR", 5), ("f.n", 1000, 6), ("f.names", "[\n  'a',\n  'b']", 7),
        ("g.model", "@build()", 10), ("g.on", True, 11), ("g.api_key", "***", 12), ("h.x", "y # z", 13),
    ]  # fmt: skip
    assert [ref.path for ref in facts.references] == ["base.gin"]


def test_hocon() -> None:
    facts = read(
        "app.conf",
        'include "base.conf"\na { b = 1, c: [x, 2 ] // no\n  d.e = ${?HOME}/data }\na.f = on time\n"g h" += true\na { b = 2 }\ni = """x "y" z"""\n',
    )
    assert values(facts) == [
        ("a.b", 2, 6), ("a.c.0", "x", 2), ("a.c.1", 2, 2), ("a.d.e", "${?HOME}/data", 3), ("a.f", "on time", 4), ("g h", True, 5),
        ("i", 'x "y" z', 7),
    ]  # fmt: skip
    assert ([ref.path for ref in facts.references], facts.troubles) == (["base.conf"], ())
    broken = read("x.hocon", "a = 1\nb { c\n}\n")
    assert (values(broken)[0], [(t.line, t.code) for t in broken.troubles]) == (("a", 1, 1), [(2, "invalid")])
    assert read("nginx.conf", "server {\n listen 80;\n}\n").kind == "other"
    assert read("x.hocon", "a {" * 100).troubles[0].code == "too-deep"


@given(st.text(alphabet='ab."{}[]=:,+$\n #/', max_size=60))
def test_any_text_is_read_as_hocon(text: str) -> None:
    read_hocon(text)


def test_properties() -> None:
    facts = read("a.properties", "# no\n! no\na.b=1\nc : x y\nd\\ e = z\nf = one \\\n   two\npassword=abc\n")
    assert values(facts) == [
        ("a.b", "1", 3),
        ("c", "x y", 4),
        ("d e", "z", 5),
        ("f", "one two", 6),
        ("password", "***", 8),
    ]
