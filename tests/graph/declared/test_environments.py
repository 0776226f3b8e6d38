from __future__ import annotations

import pytest

from auditor.graph.declared.environments import closure, python_versions, stale_locks
from auditor.model.artefact import EdgeKind
from auditor.model.facts import Facts
from auditor.readers import candidates, read_file
from tests.pages import graphs


def read(files: dict[str, str]) -> dict[str, Facts]:
    return {path: read_file(candidates(path), text.encode()) for path, text in files.items()}


def test_an_environment_is_what_its_file_asks_for_and_what_it_includes() -> None:
    files = {
        "env/requirements.txt": "-r ../base.requirements.txt\n-c constraints.txt\na==1\n",
        "base.requirements.txt": "-r env/requirements.txt\nb\n",
        "env/constraints.txt": "c<2\n",
        "setup.py": "from setuptools import setup\nsetup(install_requires=open('env/requirements.txt').readlines())\n",
    }
    asked = closure(read(files), "setup.py")
    assert [(each.requirement.name, each.path) for each in asked] == [
        ("a", "env/requirements.txt"),
        ("b", "base.requirements.txt"),
    ]
    edge = graphs(files).world.between("file:env/requirements.txt", "file:env/constraints.txt", EdgeKind.IMPORTS)
    assert edge is not None
    assert (edge.attrs, edge.evidence[0].how, edge.evidence[0].line) == ({"via": "includes"}, "constraint", 2)


LOCK = '[[package]]\nname = "x"\nversion = "0"\nsource = { virtual = "." }\n\n[package.metadata]\nrequires-dist = [\n    %s\n]\n'


@pytest.mark.parametrize(
    ("needs", "noted", "why"),
    [
        ('"a>=1, <2", "b"', '{ name = "a", specifier = ">=1,<2" },\n    { name = "b" },', None),
        ('"a>=1", "b"', '{ name = "a", specifier = ">=1" },', "lacks b"),
        ('"a>=2"', '{ name = "a", specifier = ">=1" },\n    { name = "b" },', "lacks a>=2; still has a>=1, b"),
        ('"a>=2"', '{ name = "a", editable = "../a" },', None),
        ('"a @ git+https://h/a"', '{ name = "a", git = "https://h/a" },', None),
    ],
)
def test_a_lock_of_uv_notes_what_it_was_made_from(needs: str, noted: str, why: str | None) -> None:
    files = read({"m/pyproject.toml": f'[project]\nname = "X"\ndependencies = [{needs}]\n', "m/uv.lock": LOCK % noted})
    assert [stale.why for stale in stale_locks(files)] == ([why] if why else [])


def test_a_lock_with_another_content_hash_is_stale() -> None:
    manifest = '[packages]\na = "*"\n'
    noted = next(v for n, v in read({"Pipfile": manifest})["Pipfile"].attrs if n == "lock-hash").partition(":")[2]
    lock = '{"_meta": {"hash": {"sha256": "%s"}}, "default": {"a": {"version": "==1"}}}'
    assert list(stale_locks(read({"Pipfile": manifest, "Pipfile.lock": lock % noted}))) == []
    (stale,) = stale_locks(read({"Pipfile": manifest, "Pipfile.lock": lock % "0"}))
    assert (stale.lock, stale.manifest) == ("Pipfile.lock", "Pipfile")
    assert list(stale_locks(read({"Pipfile.lock": lock % "0"}))) == []


def test_the_python_version_is_named_in_many_places() -> None:
    files = {
        ".python-version": "3.11\n", "pyproject.toml": '[project]\nrequires-python = ">=3.10"\n', "Dockerfile": "FROM python:3.9\n",
        ".gitlab-ci.yml": "a: {image: 'python:3.8', script: x}\n", "env.yml": "name: x\ndependencies:\n  - python=3.7\n",
        ".circleci/config.yml": "jobs: {a: {docker: [{image: 'cimg/python:3.6'}], steps: [{run: x}]}}\n",
        "setup.py": "from setuptools import setup\nsetup(python_requires='>=3.5')\n",
    }  # fmt: skip
    assert {found.version for found in python_versions(read(files))} == {
        "3.11",
        ">=3.10",
        "3.9",
        "3.8",
        "3.7",
        "3.6",
        ">=3.5",
    }
