"""Folders of a graph and their pictures: what stands where, what is opened, what is left out and said to be."""

from __future__ import annotations

from itertools import pairwise

import pytest

from auditor.formats.view.atlas import BOX_HEIGHT, BOX_WIDTH, MOST_AROUND, MOST_BOXES, Atlas, View
from auditor.formats.view.folders import MOST_STEPS, ROOT, Folders
from auditor.model.artefact import Node, NodeKind


def node(id_: str, kind: NodeKind = NodeKind.DATASET, path: str | None = None) -> Node:
    rest = id_.partition(":")[2]
    own = rest.partition("#")[0] if id_.startswith(("file:", "function:", "step:", "param:")) else None
    return Node(id_, kind, rest.rpartition("#")[2].rpartition("/")[2], path or own)


@pytest.mark.parametrize(
    ("id_", "kind", "path"),
    [
        ("file:src/a/train.py", NodeKind.SCRIPT, "src/a/train.py"),
        ("function:src/a/train.py#f", NodeKind.FUNCTION, "src/a/train.py/f"),
        ("step:p/dvc.yaml#fit", NodeKind.STEP, "p/fit"),
        ("file:{root}/x.csv", NodeKind.DATASET, "in an unknown folder/{root}/x.csv"),
        ("file:{{ name }}/x.csv", NodeKind.DATASET, "{{ name }}/x.csv"),
        ("package:numpy", NodeKind.PACKAGE, "packages/numpy"),
        ("uri:s3://b/x", NodeKind.EXTERNAL_DATASET, "storage addresses/x"),
        ("mem:proj/prepare/frame", NodeKind.DATASET, "proj/prepare/frame"),
        ("model:hf:org/name", NodeKind.MODEL, "names in hubs and registries/name"),
    ],
)
def test_where_each_artefact_stands(id_: str, kind: NodeKind, path: str) -> None:
    folders = Folders([node(id_, kind)])
    assert folders.path(folders.home[id_]) == path


def test_a_file_and_what_is_in_it_are_one_item() -> None:
    folders = Folders([node("file:a.py", NodeKind.SCRIPT), node("function:a.py#f", NodeKind.FUNCTION)])
    outer, inner = folders.home["file:a.py"], folders.home["function:a.py#f"]
    assert folders.items[inner].parent == outer
    assert not folders.is_folder(outer)


def test_many_steps_of_one_file_stand_in_it() -> None:
    steps = [node(f"step:Makefile#s{number}", NodeKind.STEP) for number in range(MOST_STEPS + 1)]
    folders = Folders(steps)
    assert folders.path(folders.home[steps[0].id]) == "Makefile/s0"


def views(count: int, folder: int) -> tuple[Folders, dict[int, tuple[View, View | None]]]:
    """Pictures of a chain of so many files, so many to a folder."""
    nodes = [node(f"file:d{number // folder:03}/n{number:04}.csv") for number in range(count)]
    folders = Folders(nodes)
    flow = [(folders.home[a.id], folders.home[b.id]) for a, b in pairwise(nodes)]
    return folders, Atlas(folders, flow).views()


def test_a_small_graph_is_all_open_and_a_large_one_closed() -> None:
    folders, small = views(20, 5)
    opened, closed = small[ROOT]
    assert {folders.items[box.item].node for box in opened.boxes} == set(range(20))
    assert closed is not None
    assert len(closed.boxes) == 4
    folders, large = views(400, 40)
    assert all(folders.is_folder(box.item) for box in large[ROOT][0].boxes)


def test_a_folder_is_shown_with_what_lies_around_it() -> None:
    folders, pictures = views(400, 40)
    item = folders.items[folders.home["file:d003/n0120.csv"]].parent
    view = pictures[item][0]
    outside = sorted(folders.path(box.item) for box in view.boxes if box.outside)
    assert outside == ["d002", "d004"]
    assert len(view.boxes) == 42


def test_what_does_not_fit_is_counted() -> None:
    _, pictures = views(MOST_BOXES + 30, 1_000)
    view = pictures[1][0]
    assert (len(view.boxes), view.hidden) == (MOST_BOXES, 30)
    nodes = [node(f"file:d{number:02}/x.csv") for number in range(MOST_AROUND + 5)] + [node("file:hub/x.py")]
    folders = Folders(nodes)
    flow = [(folders.home[each.id], folders.home["file:hub/x.py"]) for each in nodes[:-1]]
    hub = Atlas(folders, flow).views()[folders.items[folders.home["file:hub/x.py"]].parent][0]
    assert (sum(box.outside for box in hub.boxes), hub.around) == (MOST_AROUND, 5)


def test_boxes_lie_apart_and_inside_the_picture() -> None:
    for opened, closed in views(300, 7)[1].values():
        for view in filter(None, (opened, closed)):
            places = sorted((box.x, box.y) for box in view.boxes)
            assert all(x != nx or ny - y >= BOX_HEIGHT for (x, y), (nx, ny) in pairwise(places))
            assert all(0 <= x <= view.width - BOX_WIDTH and 0 <= y <= view.height - BOX_HEIGHT for x, y in places)
            assert all(line.path.startswith("M") for line in view.lines)


def test_a_cycle_is_drawn_back_from_left_side_to_right_side() -> None:
    nodes = [node("file:a.csv"), node("file:b.csv")]
    folders = Folders(nodes)
    a, b = folders.home["file:a.csv"], folders.home["file:b.csv"]
    view = Atlas(folders, [(a, b), (b, a)]).views()[ROOT][0]
    starts = [int(line.path[1:].split()[0]) for line in view.lines]
    left, right = (box.x for box in view.boxes)
    assert sorted(starts) == sorted([left + BOX_WIDTH, right])
