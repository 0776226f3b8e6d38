"""Copied code: runs of statements of the same shape."""

from __future__ import annotations

import json

import pytest

from auditor.graph.coupling.clones import Clones, copies_between
from tests.pages import graphs

RUN = (
    "    rows = load(path, sep=',')\n"
    "    rows = rows[rows['amount'] > 0].reset_index(drop=True)\n"
    "    rows['month'] = to_month(rows['paid_at'], unit='s')\n"
    "    totals = rows.groupby(['customer', 'month']).agg('sum')\n"
    "    wide = totals.pivot(index='customer', columns='month', values='amount')\n"
    "    wide = wide.fillna(0).rename(columns=str).sort_index()\n"
    "    return wide.merge(names(path), on='customer', how='left')\n"
)
RENAMED = (
    RUN.replace("rows", "table").replace("wide", "result").replace("'customer'", "'client'").replace("path", "name")
)


def function(body: str, name: str = "build") -> str:
    return f"def {name}({'path' if 'path' in body else 'name'}):\n{body}"


def clones(files: dict[str, str]) -> Clones:
    (component,) = graphs(files, archetypes="P").components
    return component.clones()


def notebook(source: str) -> str:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    return json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def test_a_copy_under_other_names_is_found_with_both_places() -> None:
    (clone,) = clones({"a.py": function(RUN), "b.py": "x = 1\n" + function(RENAMED, "make")}).found
    assert (clone.source.path, clone.source.line, clone.source_name) == ("a.py", 2, "build")
    assert (clone.copy.path, clone.copy.line, clone.copy_name) == ("b.py", 3, "make")
    assert clone.statements == 7


def test_a_longer_run_is_one_clone() -> None:
    found = clones({"a.py": function(RUN), "b.py": function("    log(name)\n" + RENAMED)})
    assert [clone.statements for clone in found.found] == [7]
    assert found.redundant == 7
    assert found.statements == 15
    assert found.share == pytest.approx(7 / 15)


OTHER = (
    "    parts = path.split('/')[:-1]\n"
    "    folder = make('/'.join(parts), exist_ok=True)\n"
    "    for part in listing(folder, recursive=True):\n"
    "        size = part.stat().st_size / 1024\n"
    "        print(f'{part}: {size} kB', file=log)\n"
    "        archive.add(part, arcname=part.name, recursive=False)\n"
)


def test_two_files_that_repeat_twice_are_one_pair() -> None:
    files = {"a.py": function(RUN, "f") + function(OTHER, "g"), "b.py": function(OTHER, "h") + function(RENAMED, "i")}
    (pair,) = clones(files).pairs()
    assert (pair.source, pair.copy, pair.statements) == ("a.py", "b.py", 13)
    assert [run.statements for run in pair.runs] == [7, 6]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("".join(RUN.splitlines(keepends=True)[:5]), id="five statements"),
        pytest.param("".join(f"    a{n} = {n}\n" for n in range(12)), id="short statements"),
        pytest.param("".join(f"    table['column {n}'] = read(name, sep=',', usecols=[1, 2], nrows=3)\n" for n in range(9)), id="one shape again and again"),
        pytest.param("".join(f"    x = Conv{n % 5}(32, kernel_size=(3, 3), padding='same', activation='relu')(x)\n" for n in range(9)), id="layers of a network"),
    ],
)  # fmt: skip
def test_what_is_too_little_or_too_alike(body: str) -> None:
    assert not clones({"a.py": function(body), "b.py": function(body)}).found


@pytest.mark.parametrize("path", ["tests/test_b.py", "examples/b.py", "docs/b.py"])
def test_only_product_code_counts(path: str) -> None:
    assert not clones({"a.py": function(RUN), path: function(RENAMED)}).found


def test_what_stands_between_the_layers_of_a_network_is_the_network_too() -> None:
    layers = "    x = Conv(64, 3, padding='same')(x)\n    x = Norm(scale=True)(x)\n" * 4
    files = dict.fromkeys(("a.py", "b.py"), f"def net(x, path):\n{layers}{RUN}")
    assert not clones(files).found


@pytest.mark.parametrize(
    ("path", "counts"), [("b.ipynb", True), ("README.ipynb", False), ("serve_readme.ipynb", False)]
)
def test_notebooks_repeat_each_other_unless_they_are_documents(path: str, *, counts: bool) -> None:
    one, other = (notebook(body.replace("    ", "").replace("return ", "x = ")) for body in (RUN, RENAMED))
    assert bool(clones({"a.ipynb": one, path: other}).found) == counts


def test_a_prototype_is_no_copy_of_the_program_it_became() -> None:
    book = notebook(function(RENAMED))
    assert not clones({"a.py": function(RUN), "train.ipynb": book}).found
    stage = "stages:\n  t:\n    cmd: papermill train.ipynb out.ipynb\n"
    assert clones({"a.py": function(RUN), "train.ipynb": book, "dvc.yaml": stage}).found


def test_copies_between_two_sets_leave_out_those_within() -> None:
    files = {"a.py": function(RUN), "b.py": function(RENAMED), "c.py": function(RUN)}
    world = graphs(files).world
    sites = {path: (path, 1) for path in files}
    found = copies_between(world, [sites["a.py"], sites["b.py"]], [sites["c.py"]])
    assert [(source, copy) for _, source, copy in found] == [(sites["a.py"], sites["c.py"])]


def test_the_order_of_files_makes_no_difference() -> None:
    files = {"a.py": function(RUN), "b.py": function(RENAMED), "c.py": function(RUN)}
    assert clones(files) == clones(dict(reversed(files.items())))


def test_a_run_in_three_files_is_told_whatever_the_share() -> None:
    files = {
        "a.py": function(RUN),
        "b.py": function(RENAMED),
        "c.py": function("    log(path)\n" + RUN),
        "d.py": function(OTHER),
    }
    (spread,) = clones(files).spread()
    assert spread.files == ("a.py", "b.py", "c.py")
    assert [run.statements for run in spread.runs] == [7, 7]
    assert not clones({name: files[name] for name in ("a.py", "b.py", "d.py")}).spread()


def test_files_of_one_content_are_one_group() -> None:
    text = function(RUN, "f") + function(OTHER, "g")
    assert clones({"a/x.py": text, "b/x.py": text, "c/x.py": text + "y = 1\n"}).same == (("a/x.py", "b/x.py"),)
    assert not clones({"a/x.py": function(OTHER), "b/x.py": function(OTHER)}).same, "six statements are too few"


def test_drafts_count_where_most_of_the_code_lies_in_them() -> None:
    books = {"model-Copy1.ipynb": notebook(function(RUN)), "model-Copy2.ipynb": notebook(function(RENAMED))}
    assert clones(books).drafts
    assert clones(books).found
    assert not clones(books | {"big.py": "x = compute(1)\n" * 30}).found
