from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.model.facts import Facts
from auditor.readers import READERS, Reader, candidates, read_file
from auditor.readers.contract import having

WORDS = [
    "name: x",
    "container: {command: [sh, -c, x], args: ",
    "resources: {jobs: {a: ",
    "{{ ref('a') }}",
    "dag: {tasks: {a: {componentRef: {name: b}}}}",
    "deploymentSpec:",
    "components:",
    "template: a",
    "templates:",
    "kind: Workflow",
    "apiVersion: argoproj.io/v1",
    "tasks:",
    "rule a:",
    "dependencies:",
    "  - a",
    "stages:",
    "cmd: ",
    "deps: [",
    "outs:\n  - path: ",
    "services:",
    "on: push",
    "jobs:",
    "runs:",
    "FROM a",
    "RUN <<E",
    "COPY ",
    "E\n",
    "[a]",
    "x = 1",
    "```bash",
    "# T",
    "&a [*a]",
    "<<: *a",
    "{{ x }}",
    "${a.b}",
    "$(",
    "\t",
    "\\\n",
    ",",
    '"',
    "'",
    "{",
    "}",
    "version https://git-lfs.github.com/spec/v1\noid ",
    "-r ",
    "==1",
    "a: b: c",
    "? ",
    "---",
    "%",
    ": =",
    "define x",
    "endef",
    "pipeline {",
    "stage('a') {",
    "sh 'x'",
    """sh \"\"\"${a}""",
    "node {",
    "steps:",
    "- script: ",
    "- task: Bash@3",
    "- template: x.yml",
    "${{ if x }}:",
    "pool: {vmImage: x}",
    "workflows:",
    "<< parameters.x >>",
    "!reference [a, b]",
    "extends: ",
    "script: ",
    "pipelines:",
    "phases:",
    "Resources:",
    "AWS::Events::Rule",
    "Type: ",
    "!Sub '${x}'",
    "functions:",
    "provider: x",
    'resource "a_lambda_function" "b" {',
    "<<-E\n",
    "repos:",
    "updates:",
    "* * * * * x",
    "web: x",
    "requirements:",
    "package:",
    "from setuptools import setup\n",
    "setup(install_requires=",
    "hooks:",
    "d41d8cd98f00b204e9800998ecf8427e",
    '{"format-version": 2, "location": ',
    "PAR1",
    "include 'x'",
    "a.b = @c",
    "1",
    "\x00",
    "é",
    "\ufeff",
]
TEXTS = st.lists(st.sampled_from([*WORDS, "\n", "\n  ", " "]), max_size=12).map("".join).map(str.encode)
CASES = [pytest.param(reader, id=f"{reader.name}-{reader.names[0]}") for reader in READERS]


@pytest.mark.parametrize("reader", CASES)
@settings(max_examples=120)
@given(data=TEXTS | st.binary(max_size=60))
@example(data=b"")
@example(data=b"\xff\xfe\x00")
def test_any_bytes_give_facts_twice_the_same(reader: Reader, data: bytes) -> None:
    plain = Reader(name=reader.name, names=reader.names, read=reader.read)
    facts = read_file((plain,), data)
    assert [trouble for trouble in facts.troubles if trouble.code == "internal"] == []
    assert facts == read_file((plain,), data)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=Facts) == facts


@pytest.mark.parametrize("reader", CASES)
@given(data=st.binary(max_size=60) | TEXTS)
def test_no_sniff_raises(reader: Reader, data: bytes) -> None:
    assert reader.accepts(data) in (True, False)


@pytest.mark.parametrize(
    ("pattern", "data", "has"),
    [
        (rb"^runs:", b"a: 1\nruns: 2", True),
        (rb"^runs:", b"runs: 2", True),
        (rb"^runs:", b"  runs: 2", False),
        (rb"^(?:a|b):\s*x", b"b:\n x", True),
        (rb"^(?:a|b):", b"ab: 1", False),
        (rb"^a:|^b:", b"b: 1", True),
        (rb"^a|b", b"xb", True),
        (rb"^ab?:", b"a: 1", True),
        (rb"^(?:a|b)?c", b"c", True),
        (rb"^[ab]:", b"b: 1", True),
        (rb"^\s*a", b"  a", True),
    ],
)
def test_a_sniff_finds_what_its_pattern_finds(pattern: bytes, data: bytes, has: bool) -> None:
    assert having(pattern)(data) is has


def test_a_bug_in_a_reader_is_a_counted_trouble() -> None:
    def broken(data: bytes) -> Facts:
        raise ZeroDivisionError("oh")

    (trouble,) = read_file((Reader(name="x", names=(), read=broken),), b"").troubles
    assert trouble.code == "internal"
    assert "ZeroDivisionError: oh (test_contract.py:" in trouble.message


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("a/b.py", "python"),
        ("x.ipynb", "notebook"),
        ("sub/dvc.yaml", "dvc"),
        (".dvc/config", "dvc-config"),
        ("sub/.dvc/config", "dvc-config"),
        (".github/workflows/a.yml", "github-actions"),
        ("sub/MLproject", "mlproject"),
        ("workflow/rules/a.smk", "snakemake"),
        ("Dockerfile.gpu", "dockerfile"),
        ("requirements-dev.txt", "requirements"),
        ("requirements/base.txt", "requirements"),
        ("poetry.lock", "lock"),
        ("docker-compose.prod.yml", "compose"),
        ("README.md", "markdown"),
        ("a.bin", None),
    ],
)
def test_names_choose_readers(path: str, first: str | None) -> None:
    assert next((reader.name for reader in candidates(path)), None) == first


def test_versions_tell_readers_of_one_name_apart_by_their_globs() -> None:
    globs = [(reader.name, name) for reader in READERS for name in reader.names]
    assert len(globs) == len(set(globs))
