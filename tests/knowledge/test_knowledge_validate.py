"""Each rule on the tables has an example that breaks it."""

from __future__ import annotations

import pytest

from auditor.knowledge import tables
from auditor.knowledge.validate import problems

HEAD = """\
library = "Thing"
distributions = ["thing"]
import_names = ["thing"]
domain = "data"
"""
READ = '[[entry]]\nname = "thing.read"\nrole = "read"\nstatus = "seen"\n'


def breaches(body: str, head: str = HEAD, file: str = "thing.toml") -> str:
    return "\n".join(problems({file: f"{head}\n{body}"}))


def test_a_table_in_order_has_no_problem() -> None:
    body = READ + 'path = { arg = "file", pos = 0 }\nreturns = "thing.Frame"\n[types."thing.Frame"]\n'
    assert breaches(body) == ""


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("not toml", "thing.toml: "),
        (READ + "colour = 1", "colour"),
        ('[[entry]]\nname = "thing.read"\nrole = "read"\n', "status"),
        ('[[entry]]\nname = "thing.read"\nrole = "smell"\nstatus = "seen"\n', "role"),
        (READ.replace('"read"', '{ by = "mode", default = "read", map = { w = "scribble" } }', 2), "thing.toml: "),
        (READ.replace("seen", "guessed"), "status"),
        (READ + 'kind = "verb"', "kind"),
        (READ + 'within = "thing"\nnames = ["load"]', "either name, or within and names"),
        (READ.replace("thing.read", "other.read"), "begins with none of its import_names"),
        (READ + READ, "stands twice for the same versions"),
        (READ + "path = { required = true }", "path takes either"),
        (READ + 'path = { arg = "file", receiver = true }', "path takes either"),
        (READ + 'path = { template = "s3://{Bucket}/{Key}", args = { Bucket = 0 } }', "disagree on Key"),
        (READ + 'path = { arg = "file", pos = -1 }', "negative"),
        (READ + 'source = { arg = "file", pos = -1 }', "negative"),
        (READ + 'path = { arg = "file", required = true, default = "a" }', "a default goes with"),
        (READ + 'path = { receiver = true, default = "a" }', "a default goes with"),
        (READ + 'seed = { arg = "seed", pos = -1 }', "negative"),
        (READ + 'returns = "thing.Frame"', "no table defines the type thing.Frame"),
        ('[types."thing.A"]\ninherits = ["thing.B"]\n', "no table defines the type thing.B"),
        ('[types."thing.A"]\nfrom = ["other.make"]\n', "maker other.make"),
        ('[aliases]\n"thing.old" = "thing.absent"\n', "which no table knows"),
        ('[aliases]\n"thing.a" = "thing.b"\n"thing.b" = "thing"\n', "leads to another alias"),
        ('[aliases]\n"other.read" = "thing"\n', "is not its own"),
        (READ + 'since = "2.0"\nremoved = "1.0"', "since is not before removed"),
        (READ + 'since = "soon"', "soon"),
        (READ.replace("seen", "legacy"), "states removed"),
        (READ + 'parse_as = "shell"', "parse_as shell"),
    ],
)
def test_a_broken_rule_is_named(body: str, complaint: str) -> None:
    assert complaint in breaches(body)


def test_ranges_that_do_not_meet_may_share_a_name() -> None:
    older, newer = READ + 'removed = "2.0"\n', READ + 'since = "2.0"\n'
    assert breaches(older + newer) == ""


def test_types_may_be_left_open() -> None:
    assert breaches(READ + 'returns = "thing.frames.*"') == ""


def test_the_head_stands_at_the_top() -> None:
    lines = HEAD.replace('["thing"]\nimport', '[\n  "thing",\n]\nimport')
    assert "must stand at the top" in breaches("", head=lines)


def test_a_file_is_named_after_an_import() -> None:
    assert "not named after" in breaches("", file="thingummy.toml")


def test_an_import_name_has_one_file() -> None:
    texts = {"thing.toml": HEAD, "other.toml": HEAD.replace('["thing"]\ndomain', '["other", "thing"]\ndomain')}
    assert problems(texts) == ["thing.toml, other.toml: all cover thing"]


def test_a_prefix_may_have_a_file_of_its_own() -> None:
    texts = {"thing.toml": HEAD, "thing.sub.toml": HEAD.replace('["thing"]\ndomain', '["thing.sub"]\ndomain')}
    assert problems(texts) == []


def test_a_unique_method_has_one_role() -> None:
    body = READ.replace("thing.read", "thing.A.save") + READ.replace("thing.read", "thing.B.save").replace(
        '"read"', '"write"'
    )
    assert problems({"thing.toml": f"{HEAD}\n{body}"}, {"save": "thing.A.save"}) == [
        "save is no unique method: read, write"
    ]


def test_what_is_shipped_is_in_order() -> None:
    assert problems(tables.read_texts(), tables.read_unique_methods()) == []
