from __future__ import annotations

import pytest

from auditor.model.facts import Facts, Ref
from auditor.readers import candidates, read_file
from auditor.readers.snakemake_values import texts
from auditor.source import read_expression


def read(text: str, path: str = "Snakefile") -> Facts:
    return read_file(candidates(path), text.encode())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"a/{s}.csv"', ["a/{s}.csv"]),
        ('temp("a")', ["a"]),
        ('f"{OUT}/{{s}}.csv"', ["${OUT}/{s}.csv"]),
        ('OUT + "/x"', ["${OUT}/x"]),
        ('os.path.join(OUT, "x")', ["${OUT}/x"]),
        ('config["a"]["b"]', ["${config.a.b}"]),
        ('config.get("a", 1)', ["${config.a}"]),
        ('expand("{a}{{w}}", a=["x", "y"])', ["x{w}", "y{w}"]),
        ('expand("{a}/{b}", a=[1, 2], b=S)', ["1/${S}", "2/${S}"]),
        ('expand("{a}/{b}", zip, a=[1, 2], b=[3, 4])', ["{a}/{b}"]),
        ('expand("{u.x}", u=units.itertuples())', ["{u.x}"]),
        ('"{}/{n}".format(OUT, n=1)', ["${OUT}/1"]),
        ('multiext("g", ".a", ".b")', ["g.a", "g.b"]),
        ('rules.a.output["x"]', ["rules.a.output.x"]),
        ("rules.a.output[0]", ["rules.a.output.0"]),
        ("checkpoints.a.get(**w).output.x", ["rules.a.output.x"]),
        ('lambda wildcards: f"{wildcards.s}.csv"', ["{s}.csv"]),
        ('"a" if x else "b"', ["a", "b"]),
        ('[f"{i}.csv" for i in ["p", "q"]]', ["p.csv", "q.csv"]),
        ('branch(c, then="a", otherwise="b")', ["a", "b"]),
        ('resources("n/base.nc")', ["{resources}/n/base.nc"]),
        ("get_it(1)", ["${get_it()}"]),
        ("unpack(get_it)", ["${get_it}"]),
        ('S3.remote("b/k")', ["b/k"]),
        ("samples.index", []),
        ("None", []),
    ],
)
def test_expressions_stand_for_file_names(written: str, expected: list[str]) -> None:
    assert [found.text for found in texts(read_expression(written))] == expected


def test_confidence_falls_with_what_must_be_worked_out() -> None:
    sure = {w: texts(read_expression(w))[0].sure for w in ('"a"', "OUT", 'expand("{a}", a=["x"])', 'lambda w: "a"')}
    assert list(sure.values()) == [0.95, 0.9, 0.8, 0.5]


RULES = '''\
configfile: "config/c.yaml"
include: "rules/more.smk"
OUT = "results"
SAMPLES = ["a", "b"]
def pick(w):
    found = []
    if w.x:
        return f"in/{w.s}.csv"
    found.append("other.csv")
    return found
rule train:
    input: data="in/{s}.csv", script="src/train.py"
    output: directory("models"), log2="l.txt"
    params: lr=config["train"]["lr"]
    log: "logs/t.log"
    conda: "envs/e.yaml"
    container: "docker://x/y:1"
    shell:
        """
        python {input.script} {input.data:q} --lr {params.lr} > {output[1]}
        echo {{a}} {wildcards.s} {log}
        """
checkpoint note:
    input: pick, samples.x
    script: "scripts/n.py"
use rule train as again with:
    output: "again.txt"
rule py:
    run:
        open("x").read()
'''


def test_rules_are_steps() -> None:
    facts = read(RULES)
    train, note, again, py = facts.steps
    assert [(ref.path, ref.kind, dict(ref.attrs).get("name")) for ref in train.reads] == [
        ("in/{s}.csv", "dataset", "data"),
        ("src/train.py", "script", "script"),
        ("envs/e.yaml", "env", None),
    ]
    assert [(ref.path, ref.how, dict(ref.attrs).get("flag")) for ref in train.writes] == [
        ("models", "output", "directory"),
        ("l.txt", "output", None),
        ("logs/t.log", "log", None),
    ]
    assert (train.line, train.end_line, train.uses) == (11, 22, ("docker://x/y:1",))
    python, echo = train.commands
    assert [word.text for word in python.words] == ["python", "src/train.py", "in/{s}.csv", "--lr", "{config.train.lr}"]
    assert ([word.text for word in python.writes], python.line) == (["l.txt"], 20)
    assert [word.text for word in echo.words] == ["echo", "{a}", "{s}", "logs/t.log"]
    assert train.params == (Ref("config", "param", "config", 14, attrs=(("keys", "train.lr"),)),)
    assert dict(note.attrs) == {"checkpoint": "true", "unknown": "input:1"}
    assert [word.text for word in note.commands[0].words] == ["python", "{here}/scripts/n.py"]
    assert (again.name, again.writes[0].path, again.reads[0].path) == ("again", "again.txt", "in/{s}.csv")
    assert (py.commands[0].body, py.commands[0].line) == ('open("x").read()', 30)


def test_names_for_other_files_are_leaves() -> None:
    facts = read(RULES)
    assert {leaf.key: leaf.value for leaf in facts.leaves} == {
        "OUT": "results",
        "SAMPLES.0": "a",
        "SAMPLES.1": "b",
        "pick().0": "in/{s}.csv",
        "pick().1": "other.csv",
    }
    assert [(ref.path, ref.how, ref.line) for ref in facts.references] == [
        ("config/c.yaml", "configfile", 1),
        ("rules/more.smk", "include", 2),
    ]


def test_broken_python_is_a_trouble_and_the_rules_are_kept() -> None:
    facts = read("x = = 1\nrule a:\n    output: 'o'\n")
    assert ([step.name for step in facts.steps], [trouble.code for trouble in facts.troubles]) == (["a"], ["syntax"])


def test_other_names_are_told_by_what_they_hold() -> None:
    assert read("rule a:\n    output: 'x'\n", "Snakefile_old").kind == "snakemake"
    assert read("just text\n", "Snakefile_notes").kind == "other"
