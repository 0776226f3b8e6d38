from __future__ import annotations

import pytest

from auditor.graph.declared.ownership import owned
from auditor.model.artefact import EdgeKind
from auditor.model.facts import Facts, Pattern
from tests.pages import graphs


def owners(patterns: list[tuple[str, ...]], path: str) -> list[str]:
    made = tuple(Pattern(pattern, line, tuple(attrs)) for line, (pattern, *attrs) in enumerate(patterns, 1))
    return [found.owner for found in owned({"CODEOWNERS": Facts(kind="codeowners", patterns=made)}, [path])]


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "a/b.py", True),
        ("*.py", "a/b.py", True),
        ("/*.py", "a/b.py", False),
        ("docs/", "a/docs/x", True),
        ("docs/", "docs", False),
        ("/docs/", "a/docs/x", False),
        ("docs/*", "docs/x", True),
        ("docs/*", "docs/x/y", False),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "a/z", True),
        ("a/**", "a/b/c", True),
        ("a?c", "x/abc", True),
        ("src/x.py", "src/x.py", True),
        ("src/x.py", "a/src/x.py", False),
        ("a.py", "axpy", False),
    ],
)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    assert bool(owners([(pattern, "@o")], path)) is matches


def test_the_last_match_wins_in_each_section() -> None:
    patterns = [("*", "@all"), ("a/", "@a", "@b"), ("a/free",), ("*", "@ml", "section=ML")]
    assert owners(patterns, "a/x") == ["@ml", "@a", "@b"]
    assert owners(patterns, "a/free") == ["@ml"]
    assert owners(patterns, "x") == ["@ml", "@all"]


@pytest.mark.parametrize("later", ["/src/", "/src/a/", "/src/a/x.py", "*.py", "src/**", "x.py"])
@pytest.mark.parametrize("earlier", ["/src/", "/src/a/", "/src/a/x.py", "*.py", "src/**", "x.py"])
def test_the_later_one_wins_however_it_names_a_file(earlier: str, later: str) -> None:
    assert owners([(earlier, "@earlier"), (later, "@later"), ("/other/", "@other")], "src/a/x.py") == ["@later"]


def test_owners_in_the_graph() -> None:
    world = graphs({".github/CODEOWNERS": "*.py @dev\n", "CODEOWNERS": "* @other\n", "train.py": "x = 1\n"}).world
    edge = world.between("owner:@dev", "file:train.py", EdgeKind.OWNS)
    assert edge is not None
    assert (edge.evidence[0].path, edge.evidence[0].line) == (".github/CODEOWNERS", 1)
    assert "owner:@other" not in world.nodes


def test_a_card_documents_the_models_beside_it() -> None:
    files = {
        "hub/README.md": "---\nbase_model: a/b\n---\n# Model card\n",
        "hub/m.safetensors": "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 12\n",
        "hub/m.safetensors.md5": "d41d8cd98f00b204e9800998ecf8427e\n",
        "other/m.pt.md5": "d41d8cd98f00b204e9800998ecf8427e\n",
    }
    edges = [edge for edge in graphs(files).world.edges if edge.kind is EdgeKind.DOCUMENTS]
    assert [(edge.source, edge.target, edge.confidence) for edge in edges] == [
        ("file:hub/README.md", "file:hub/m.safetensors", 0.6)
    ]
