"""Files that are links into the store of git-annex."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.graph.data.provided import pinned_paths
from auditor.graph.declared import file_nodes
from auditor.graph.views.inventory import inventory
from auditor.knowledge import load
from auditor.model.artefact import EdgeKind
from auditor.model.changes import History
from auditor.model.listing import Content, Entry, Listing, Target
from auditor.model.settings import Settings
from auditor.program import resolve
from auditor.readers import candidates, read_file

KEY = "MD5E-s12--0cc175b9c0f1b6a831c399e269772661.csv"
READS = "import pandas as pd\ndf = pd.read_csv('data/raw.csv')\n"


def linked(**links: str) -> Graphs:
    """A tree with one program and these links."""
    facts = {"train.py": read_file(candidates("train.py"), READS.encode())}
    entries = [Entry(f"data/{name}.csv", "", 9, Content.LINK, target=target) for name, target in links.items()]
    listing = Listing(Target("memory", "folder", "example"), tuple(sorted([Entry("train.py", "a" * 40, 9), *entries])))
    tree = frozenset(entry.path for entry in listing.entries)
    return Graphs(resolve(facts, tree, load()), listing, Settings(), lambda: History("none"))


def test_a_link_of_git_annex_is_pinned_data_that_is_kept_elsewhere() -> None:
    world = linked(raw=f"../.git/annex/objects/Xv/gP/{KEY}/{KEY}").world
    node = world.nodes["file:data/raw.csv"]
    assert {name: node.attrs[name] for name in ("tracked_by", "pinned", "pin_kind", "size")} == {
        "tracked_by": "git-annex", "pinned": True, "pin_kind": "content-hash", "size": 12
    }  # fmt: skip
    for kind in (EdgeKind.VERSIONED_BY, EdgeKind.STORED_IN):
        assert world.between(node.id, "storage:git-annex", kind) is not None
    assert world.between(node.id, "file:train.py", EdgeKind.CONSUMES) is not None
    assert pinned_paths(world) == {"data/raw.csv": "content-hash in the link of git-annex"}
    assert [held.version for held in inventory(world) if held.kind == "data"] == [
        "md5e:0cc175b9c0f1b6a831c399e269772661"
    ]


def test_another_link_says_nothing_of_versions() -> None:
    world = linked(raw="../other/raw.csv", more="../.git/annex/objects/").world
    assert "storage:git-annex" not in world.nodes
    assert not pinned_paths(world)


def test_the_nodes_of_links_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_nodes, "MOST_LINKS", 1)
    world = linked(a=f"../.git/annex/objects/{KEY}", b=f"../.git/annex/objects/{KEY}").world
    assert ("file:data/a.csv" in world.nodes, "file:data/b.csv" in world.nodes) == (True, False)
    assert set(pinned_paths(world)) == {"data/a.csv", "data/b.csv"}
