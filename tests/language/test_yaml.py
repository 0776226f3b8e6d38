from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.language.document import leaves
from auditor.language.yaml import read_yaml
from auditor.language.yaml_scalars import typed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on", ("str", "on")),
        ("no", ("str", "no")),
        ("true", ("bool", True)),
        ("1e-3", ("float", 0.001)),
        ("010", ("int", 10)),
        ("0o10", ("int", 8)),
        ("0x1F", ("int", 31)),
        ("1:30", ("str", "1:30")),
        ("2020-01-01", ("str", "2020-01-01")),
        ("~", ("null", None)),
        ("3.10", ("float", 3.1)),
        (".nan", ("float", None)),
        ("99999999999999999999", ("str", "99999999999999999999")),
        ("1_000", ("str", "1_000")),
    ],
)
def test_scalars_are_typed_by_yaml_1_2(text: str, expected: tuple[str, object]) -> None:
    assert typed(text) == expected


def test_lines_tags_and_several_documents() -> None:
    documents, duplicates, troubles = read_yaml("a:\n  b: 1\nc: !reference [x, y]\n---\nd: !custom z\n")
    first, second = documents
    assert first.line_of("a") == 1
    assert first.get("a").line_of("b") == 2
    assert (first.get("c").tag, [part.raw for part in first.get("c").parts]) == ("!reference", ["x", "y"])
    assert (second.get("d").kind, second.get("d").raw, second.get("d").line) == ("tag", "z", 5)
    assert not duplicates
    assert not troubles


def test_block_text_knows_its_first_line() -> None:
    (document,), _, _ = read_yaml("run: |\n  one\n  two\nnext: 1\n")
    run = document.get("run")
    assert (run.line, run.text_line, run.end_line, run.raw) == (1, 2, 3, "one\ntwo\n")


def test_the_hidden_value_of_a_duplicate_key_is_reported_and_the_last_one_wins() -> None:
    (document,), duplicates, _ = read_yaml("train:\n  lr: 1\n  lr: 2\n")
    assert document.get("train").get("lr").value == 2
    assert [(leaf.key, leaf.value, leaf.line) for leaf in duplicates] == [("train.lr", 1, 2)]


def test_merge_keys_do_not_override_own_keys() -> None:
    (document,), _, _ = read_yaml("base: &b {x: 1, y: 2}\nmade:\n  <<: *b\n  x: 3\n")
    assert {leaf.key: leaf.value for leaf in leaves(document.get("made"))} == {"x": 3, "y": 2}


def test_an_alias_stands_for_the_last_anchor_of_its_name_and_for_nothing_where_there_is_none() -> None:
    (document,), _, _ = read_yaml("a: &x 1\nb: &x {c: 2}\nd: *x\n&k key: 3\n*k : 4\n")
    assert {leaf.key: leaf.value for leaf in leaves(document)} == {"a": 1, "b.c": 2, "d.c": 2, "key": 4}
    assert (document.get("d") is document.get("b"), document.end_line) == (True, 5)
    documents, _, (trouble,) = read_yaml("a: 1\n---\nb: &y 1\n---\nc: *y\n")
    assert ([list(one.entries) for one in documents], trouble.line) == ([["a"], ["b"]], 5)


def test_the_end_of_what_stands_in_brackets_is_that_of_the_bracket() -> None:
    (document,), _, _ = read_yaml("a: [1,\n  2\n]\nb: {\n}\nc:\n  - >\n    x\n    y\nd:\n")
    assert [document.get(key).end_line for key in "abcd"] == [3, 5, 9, 10]


def test_a_billion_laughs_are_cut_short() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]" for i in range(1, 10)]
    _, _, troubles = read_yaml("\n".join(lines))
    assert [trouble.code for trouble in troubles] == ["too-deep"]


@pytest.mark.parametrize("text", ["&a [*a]", "[" * 500 + "]" * 500, "a: " + "{b: " * 300 + "1" + "}" * 300])
def test_endless_and_deep_documents_are_troubles(text: str) -> None:
    assert [trouble.code for trouble in read_yaml(text)[2]] == ["too-deep"]


def test_documents_before_a_mistake_are_kept() -> None:
    documents, _, troubles = read_yaml("a: 1\n---\nb: [\n")
    assert documents[0].get("a").value == 1
    assert troubles[0].code == "invalid"


def test_a_template_is_told_from_a_mistake() -> None:
    assert read_yaml("a: {{ x }}\n{{- if y }}\nb: 1\n")[2][0].code == "template"


def test_secrets_never_become_leaves() -> None:
    (document,), _, _ = read_yaml(
        "db:\n  password: hunter2\n  url: postgres://me:pw@host/x\n  api_key: ${KEY}\n  pad_token: <pad>\n"
    )
    found = {leaf.key: leaf.value for leaf in leaves(document)}
    assert found == {
        "db.password": "***",
        "db.url": "postgres://***@host/x",
        "db.api_key": "${KEY}",
        "db.pad_token": "<pad>",
    }


@settings(max_examples=200)
@given(st.text(alphabet=st.sampled_from(list("ab:-&*<?!|>{}[],'\"#% \n\t~1.")), max_size=60))
def test_any_text_gives_documents_or_troubles(text: str) -> None:
    documents, _, _ = read_yaml(text)
    for document in documents:
        leaves(document)
