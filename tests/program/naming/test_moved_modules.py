"""Imports that name nothing that moved mean among the new modules what they meant among the former ones."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.ir import Program
from auditor.program.naming.names import Modules, parts_of

NAMES = ("a", "b", "c", "src", "tests", "utils", "logging", "torch")
folders = st.lists(st.sampled_from(NAMES), max_size=3).map("/".join)
files = st.builds(
    lambda folder, name: f"{folder}/{name}.py".lstrip("/"), folders, st.sampled_from((*NAMES, "__init__", "config"))
)
trees = st.frozensets(files, max_size=8)
dotted = st.lists(st.sampled_from((*NAMES, "config")), max_size=3).map(".".join)


def modules(paths: frozenset[str]) -> Modules:
    return Modules({path: Program((), (), (), (), 0, 0, False) for path in paths})


@settings(max_examples=400)
@given(trees, st.frozensets(files, max_size=2), st.frozensets(files, max_size=2), files, dotted, st.integers(0, 2))
def test_what_did_not_move_means_the_same(
    tree: frozenset[str], come: frozenset[str], gone: frozenset[str], importer: str, name: str, level: int
) -> None:
    former, now = modules(tree | gone), modules(tree | come)
    asked = {*name.split("."), *(("", *importer.split("/")[:-1]) if level else ())}
    if asked.isdisjoint(now.moved_from(former)):
        assert now.resolve(importer, name, level) == former.resolve(importer, name, level)
    if not set(name.split(".")) & now.moved_from(former) and name:
        folder = importer.rpartition("/")[0]
        assert now.file(folder, name) == former.file(folder, name)


def test_where_a_package_begins_its_modules_shadow_the_standard_library_no_more() -> None:
    former = modules(frozenset({"p/logging.py", "p/io.py", "q/copy.py", "p/a.py"}))
    now = modules(former.paths | {"p/__init__.py"})
    assert former.resolve("p/a.py", "logging", 0) == "p/logging.py"
    assert now.resolve("p/a.py", "logging", 0) is None
    assert {"logging", "io"} <= now.moved_from(former)
    assert {"logging", "io"} <= former.moved_from(now)
    assert "copy" not in now.moved_from(former)


programs = st.builds(lambda path, suffix: path.removesuffix(".py") + suffix, files, st.sampled_from((".py", ".ipynb")))
ran = st.builds(
    lambda steps, folder, name, suffix: f"./{steps}{folder}/{name}{suffix}".replace("//", "/"),
    st.sampled_from(("", "../", "../../")), folders, st.sampled_from(NAMES), st.sampled_from(("", ".py", ".ipynb")),
)  # fmt: skip


@settings(max_examples=400)
@given(
    st.frozensets(programs, max_size=8), st.frozensets(programs, max_size=2), st.frozensets(programs, max_size=2), programs, ran
)  # fmt: skip
def test_what_a_notebook_runs_is_the_same_where_nothing_of_its_name_moved(
    tree: frozenset[str], come: frozenset[str], gone: frozenset[str], importer: str, path: str
) -> None:
    former, now = modules(tree | gone), modules(tree | come)
    asked = {*parts_of(path), "", *importer.split("/")[:-1]}
    if asked.isdisjoint(now.moved_from(former)):
        assert now.resolve(importer, path, 1) == former.resolve(importer, path, 1)


def test_notebooks_tell_modules_apart() -> None:
    one, two = modules(frozenset({"a.py", "b.ipynb"})), modules(frozenset({"a.py"}))
    assert one.digest != two.digest
    assert not one.fits({"a.py": Program((), (), (), (), 0, 0, False)})
