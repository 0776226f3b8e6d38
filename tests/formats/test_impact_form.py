"""The answer to `what changes if this changes` as trees for a terminal, and as JSON."""

from __future__ import annotations

import json
import re

from msgspec.structs import replace

from auditor.formats import graph_json, impact_terminal
from auditor.model.artefact import Edge, EdgeKind, Node, NodeKind
from auditor.model.export import ImpactExport, Reached, Side
from tests.formats.sample_graphs import EVIL, impact

TREES = """\
file:data/raw.csv (dataset)

Changes with it: 4 artefacts (2 models, 2 steps); among them p00/m1.pkl and
p01/m1.pkl
├── s0  step of p00/m0.pkl
│   reads it, observed 0.90  p00/m0.pkl:1  read(file:data/raw.csv)
│   └── p00/m1.pkl  model
│       written by it, observed 0.90  p00/m1.pkl:2  read(step:p00/m0.pkl#s)
└── s1  step of p01/m0.pkl, test
    reads it, observed 0.90  p01/m0.pkl:1  read(file:data/raw.csv)
    └── p01/m1.pkl  model, test
        written by it, observed 0.90  p01/m1.pkl:2  read(step:p01/m0.pkl#s)
3 artefacts further away; --depth goes deeper
2 ties too doubtful to follow (confidence under 0.50, or through an unknown
folder); --least 0 follows all

It depends on: nothing that the graph knows of
"""


def test_the_trees() -> None:
    assert impact_terminal.render(impact()) == TREES


def test_colour_only_adds_to_words() -> None:
    colored = impact_terminal.render(impact(), color=True)
    assert "\x1b[1m" in colored
    bare = re.sub(r"\x1b\[[\d;]*m", "", colored)
    assert [line.rstrip() for line in bare.splitlines()] == TREES.splitlines()


def test_a_wide_answer_is_cut_and_counted() -> None:
    said = impact_terminal.render(impact(width=30, depth=4))
    assert said.count("  step of ") + said.count("  model") <= impact_terminal.MOST
    hidden = sum(int(number) for number in re.findall(r"… and (\d+) more", said))
    shown = len(re.findall(r"^[│ ├└─]*── (?!…)", said, re.M))
    assert shown + hidden == 30 * 4


def test_it_fits_its_columns() -> None:
    said = impact_terminal.render(impact(width=3, depth=6), columns=60)
    assert max(len(line) for line in said.splitlines()) <= 60


def test_nothing_of_the_target_acts() -> None:
    node = Node(f"file:{EVIL}", NodeKind.DATASET, f"[bold]{EVIL}[/bold]")
    edge = Edge("file:data/raw.csv", node.id, EdgeKind.PART_OF, 0.9, False, ())
    side = Side((Reached(node, 1, 0.9, ("file:data/raw.csv", node.id), (edge,)),))
    said = impact_terminal.render(replace(impact(), downstream=side, note=EVIL))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2028\ud800]", said)
    assert "[bold]<script>" in said, "markup is text"
    assert "folder of it, by its path" in said


def test_json_is_complete() -> None:
    answer = impact(width=30, depth=4)
    said = json.loads(graph_json.render(answer))
    assert said["schema"] == "auditor/impact/1"
    assert len(said["downstream"]["reached"]) == 120
    assert said["downstream"]["reached"][0]["hops"][0]["evidence"][0]["snippet"] == "read(file:data/raw.csv)"
    assert said["asked"] == "raw.csv"
    assert isinstance(answer, ImpactExport)
