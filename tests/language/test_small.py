from __future__ import annotations

import pytest

from auditor.language.credentials import is_secret_name, mask
from auditor.language.document import leaves
from auditor.language.ini import read_dotenv, read_ini
from auditor.language.json import read_json
from auditor.language.requirement import read_conda, read_poetry, read_requirement
from auditor.language.template import expand, holes
from auditor.language.text import read_text
from auditor.language.toml import read_toml


def test_json_keys_have_their_lines() -> None:
    document, troubles = read_json('{\n "a": {"b": "x: \\"y\\":"},\n // note\n "c": [\n  {"d": 1},\n ],\n "c": 2\n}\n')
    assert troubles == ()
    assert document is not None
    assert (document.line_of("a"), document.get("a").line_of("b"), document.line_of("c")) == (2, 2, 7)
    assert [(key, line) for key, line, _ in document.shadowed] == [("c", 4)]


def test_deep_json_is_a_trouble() -> None:
    assert read_json("[" * 200 + "]" * 200)[1][0].code == "too-deep"
    assert read_json("[" * 100_000)[1][0].code in ("too-deep", "invalid")


def test_toml_keys_have_their_lines() -> None:
    document, _ = read_toml('[a]\nb = 1\n[[c]]\nd = 2\n[[c]]\nd = 2020-01-01\n[e."f.g"]\nh.i = true\n')
    assert document is not None
    assert [(leaf.key, leaf.value, leaf.line) for leaf in leaves(document)] == [
        ("a.b", 1, 2),
        ("c.0.d", 2, 4),
        ("c.1.d", "2020-01-01", 6),
        ("e.f.g.h.i", True, 8),
    ]


def test_ini_sections_lose_their_quotes() -> None:
    document, _ = read_ini("['remote \"x\"']\n  url = s3://b\n[other]\nx = %(y)s\n")
    assert document is not None
    assert document.get('remote "x"').get("url").raw == "s3://b"
    assert (document.line_of("other"), document.get("other").get("x").raw) == (3, "%(y)s")


def test_dotenv() -> None:
    document = read_dotenv("# no\nexport A='b c' \nB=1 # note\n")
    assert {key: node.raw for key, node in document.items()} == {"A": "b c", "B": "1"}


def test_interpolation() -> None:
    table = {"a.b.0.c": 1, "t": True}
    assert expand("x ${a.b[0].c} \\${k} ${t}", table.get) == ("x 1 ${k} true", True)
    assert expand("${no}", table.get) == ("${no}", False)
    assert holes("${item.x}/${ key }/\\${z}") == ("item.x", "key")


@pytest.mark.parametrize(
    ("text", "name", "specifier", "pinned", "source"),
    [
        ("Foo_Bar[x]==1.0 ; python_version<'3'", "foo-bar", "==1.0", True, "pypi"),
        ("a>=1,<2", "a", ">=1,<2", False, "pypi"),
        ("a==1.*", "a", "==1.*", False, "pypi"),
        ("a", "a", "", False, "pypi"),
        (
            "git+https://u:p@h/o/pkg.git@abcdef1#egg=pkg",
            "pkg",
            "git+https://***@h/o/pkg.git@abcdef1#egg=pkg",
            True,
            "vcs",
        ),
        ("x @ file:///home/me/x", "x", "file:///home/me/x", False, "path"),
        ("./local", "local", "./local", False, "path"),
        ("https://h/torch-1.2.3-py3-none-any.whl", "torch", "https://h/torch-1.2.3-py3-none-any.whl", True, "url"),
    ],
)
def test_requirements(text: str, name: str, specifier: str, pinned: bool, source: str) -> None:
    made = read_requirement(text, 1)
    assert made is not None
    assert (made.name, made.specifier, made.pinned, made.source) == (name, specifier, pinned, source)


def test_other_forms_of_requirements() -> None:
    assert read_requirement("this is prose, not a package", 1) is None
    assert [read_poetry("a", version, 1).pinned for version in ("1.2.3", "^1.2", "*", "==1.0")] == [
        True,
        False,
        False,
        True,
    ]
    found = [read_conda(text, 1) for text in ("numpy=1.19.2", "pip", "py=3.8=h1_0", "conda-forge::x >=1")]
    assert [(made.name, made.pinned) for made in found if made] == [
        ("numpy", True),
        ("pip", False),
        ("py", True),
        ("x", False),
    ]


@pytest.mark.parametrize(
    ("data", "text", "codes"),
    [
        (b"\xef\xbb\xbfa\r\nb", "a\nb", []),
        ("aé".encode("utf-16"), "aé", []),
        ("numpy==1\n".encode("utf-16-le"), "numpy==1\n", []),
        (b"caf\xe9", "café", ["encoding"]),
        (b"\x00\x01\x02\xff\x00", "", ["binary"]),
    ],
)
def test_bytes_of_all_kinds_become_text(data: bytes, text: str, codes: list[str]) -> None:
    made, troubles = read_text(data)
    assert (made, [trouble.code for trouble in troubles]) == (text, codes)


def test_secrets_are_known_by_form_and_name() -> None:
    assert (
        mask("https://me:pw@h/x git+ssh://git@h/y https://${TOKEN}@h")
        == "https://***@h/x git+ssh://git@h/y https://${TOKEN}@h"
    )
    assert [
        name
        for name in ("api_key", "pad_token", "tokenizer", "AWS_SECRET_ACCESS_KEY", "max_tokens", "db.password")
        if is_secret_name(name)
    ] == [
        "api_key",
        "AWS_SECRET_ACCESS_KEY",
        "db.password",
    ]


def test_a_line_that_goes_on_behind_nothing_is_a_trouble_of_the_file() -> None:
    document, troubles = read_ini("[a]\nb\n  c\n")
    assert document is None
    assert [trouble.code for trouble in troubles] == ["invalid"]


@pytest.mark.parametrize(
    ("spelt", "read", "line"),
    [
        (r"\ud800", "\ufffd", 2),
        (r"x\uDFFFy", "x\ufffdy", 2),
        (r"\ud83d\ude00", "\U0001f600", 0),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600", 2),
        (r"\\ud800", r"\ud800", 0),
        (r"\\\ud800", "\\\ufffd", 2),
    ],
)
def test_half_a_character_costs_itself_alone(spelt: str, read: str, line: int) -> None:
    document, troubles = read_json(f'{{\n"a": "{spelt}", "{spelt}": 1,\n"b": 2}}')
    assert document is not None
    assert (document.get("a").value, document.get(read).value, document.line_of("b")) == (read, 1, 3)
    assert [(trouble.code, trouble.line) for trouble in troubles] == ([("encoding", line)] if line else [])


def test_half_a_character_is_told_beside_what_is_wrong() -> None:
    document, troubles = read_json('["\\ud800",\n}')
    assert document is None
    assert [(trouble.code, trouble.line) for trouble in troubles] == [("encoding", 1), ("invalid", 2)]
