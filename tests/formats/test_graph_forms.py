"""The forms of the dependency graph: JSON, DOT, GraphML, a page, a summary."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from xml.etree import ElementTree as ET

import networkx as nx  # another reader of GraphML than the one that wrote it
import pytest
from msgspec.structs import replace

from auditor.formats import GRAPH_FORMATS, graph_terminal, render_graph
from auditor.formats.text import plain
from auditor.formats.view import graph as view
from auditor.model.artefact import EdgeKind
from auditor.model.errors import UsageError
from tests.formats.sample_graphs import EVIL, GRAPHS, crowd, empty, hostile, pipeline
from tests.formats.test_html_form import ALLOWED, Page

FORMS = [form.name for form in GRAPH_FORMATS]
SPACE = {"g": "http://graphml.graphdrawing.org/xmlns"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", GRAPHS)
def test_two_renderings_are_equal_and_can_be_written(name: str, form: str) -> None:
    said = render_graph(GRAPHS[name](), form)
    assert said == render_graph(GRAPHS[name](), form)
    assert said.encode()
    assert said.endswith("\n") or form == "html"


@pytest.mark.parametrize("form", [form for form in FORMS if form != "json"])
def test_nothing_of_the_target_acts(form: str) -> None:
    said = render_graph(hostile(), form)
    assert "<script>alert" not in said or form in ("dot", "terminal")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2028\ud800]", said)


def test_an_unknown_form_is_said_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="json, html, dot, mermaid, graphml, terminal"):
        render_graph(empty(), "pdf")


# --- JSON ---


def test_json_holds_everything() -> None:
    said = json.loads(render_graph(pipeline(), "json"))
    assert said["schema"] == "auditor/graph/1"
    assert (len(said["nodes"]), len(said["edges"])) == (10, 8)
    assert said["resolution"][0]["unresolved"][0]["reason"] == "comes from a parameter"
    assert said["edges"][1]["attrs"] == {"mismatch": "undeclared-read"}


# --- Mermaid ---


def test_mermaid_draws_the_lineage() -> None:
    said = render_graph(pipeline(), "mermaid").splitlines()
    assert said[0] == "flowchart LR"
    nodes, arrows = (
        [line for line in said if re.match(r"  n\d+[\[>({]", line)],
        [line for line in said if re.match(r"  n\d+ ", line)],
    )
    assert nodes
    assert any("==>" in arrow for arrow in arrows)  # a read that the declaration does not name
    assert {end for arrow in arrows for end in re.findall(r"n\d+", arrow)} == {
        node.strip().partition("[")[0].partition("(")[0].partition("{")[0].partition(">")[0] for node in nodes
    }


def test_mermaid_is_cut_and_says_so() -> None:
    said = render_graph(crowd(600), "mermaid")
    assert re.search(r"%% the first 400 of \d+ ties", said)
    assert len(re.findall(r"[->]> n\d+$", said, re.MULTILINE)) == 400


def test_no_label_of_mermaid_is_markup() -> None:
    for line in render_graph(hostile(), "mermaid").splitlines():
        for label in re.findall(r'"(.*)"', line):
            assert re.fullmatch(r"(?:[^\W]|[ ._/:-]|#\d+;)*", label), label


# --- DOT ---


def test_dot_names_every_node_and_edge_with_what_it_rests_on() -> None:
    said = render_graph(pipeline(), "dot")
    assert said.startswith('digraph "churn" {\n')
    assert '  "file:model.pkl" [label="model.pkl", shape=hexagon, tooltip="model"];' in said
    assert (
        '  "step:dvc.yaml#train" -> "file:model.pkl" [label="produces", style=solid, color="#566072", '
        'tooltip="declared, confidence 0.95 at dvc.yaml:6"];'
    ) in said
    assert said.count(" -> ") == 8


def test_no_name_ends_the_quotes_of_dot() -> None:
    for line in render_graph(hostile(), "dot").splitlines()[4:-1]:
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', "Q", line)
        assert re.fullmatch(r"  Q( -> Q)? \[[a-z=Q, ]+\];", outside), line


# --- GraphML ---


def test_graphml_is_read_by_others() -> None:
    graph = nx.parse_graphml(render_graph(pipeline(), "graphml"))
    assert graph.nodes["file:model.pkl"]["kind"] == "model"
    assert graph.nodes["step:dvc.yaml#train"]["line"] == 2
    tie = graph.edges["file:data/raw.csv", "step:dvc.yaml#train"]
    assert (tie["tie"], tie["state"], tie["confidence"], tie["declared"]) == ("consumes", "agreed", 0.99, False)
    assert "src/train.py:4 pandas.read_csv(data/raw.csv)" in tie["evidence"]


def test_graphml_of_hostile_names_is_xml() -> None:
    root = ET.fromstring(render_graph(hostile(), "graphml"))  # noqa: S314  # what we wrote ourselves a line ago
    ids = {node.get("id") for node in root.iterfind(".//g:node", SPACE)}
    assert ids == {plain(node.id) for node in hostile().nodes}
    assert {edge.get("target") for edge in root.iterfind(".//g:edge", SPACE)} < ids


# --- the page ---


@pytest.mark.parametrize("name", GRAPHS)
def test_the_page_is_sound_and_loads_nothing(name: str) -> None:
    source = render_graph(GRAPHS[name](), "html")
    parsed = Page(source)
    assert {tag for tag, _ in parsed.elements} <= ALLOWED | {
        "button", "fieldset", "legend", "q", "small", "col", "colgroup", "title",
    }  # fmt: skip
    assert len(parsed.named("h1")) == 1
    assert len(parsed.named("caption")) == len(parsed.named("table"))
    for tag, attrs in parsed.elements:
        assert not attrs.keys() & {"src", "srcset", "style", "href", "action"} or tag == "a"
        assert not any(attribute.startswith("on") for attribute in attrs)
    assert [attrs["href"] for attrs in parsed.named("a")] == ["#main"]
    assert not re.search(r"url\(|@import|@font-face", parsed.sources["style"])
    assert "innerHTML" not in parsed.sources["script"]
    assert not re.search(r"\b(None|nan|Undefined|NodeKind|EdgeKind)\b", parsed.text)


def test_the_policy_names_the_hashes_of_style_and_script() -> None:
    parsed = Page(render_graph(pipeline(), "html"))
    policy = next(a["content"] or "" for a in parsed.named("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(parsed.sources[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_nothing_of_the_target_becomes_markup() -> None:
    source = render_graph(hostile(), "html")
    parsed = Page(source)
    assert len(parsed.named("script")) == 2, "the data and the program"
    assert not parsed.named("img")
    assert "<script>alert(1)</script>" in parsed.text
    assert "{{ 7*7 }}" in parsed.text
    assert "\\u202e" in parsed.text
    assert "alert" not in parsed.sources["script"]
    data = source[source.index('id="atlas">') + 11 :]
    items = json.loads(data[: data.index("</script>")])["items"]
    assert any("<script>alert(1)</script>" in item[0] for item in items)
    assert EVIL not in source


def test_without_script_the_page_holds_the_picture_and_every_tie_with_its_evidence() -> None:
    source = re.sub(r"<script.*?</script>", "", render_graph(pipeline(), "html"), flags=re.S)
    parsed = Page(source)
    rows = [attrs for tag, attrs in parsed.elements if tag == "tr" and "data-a" in attrs]
    assert [row["data-s"] for row in rows] == [
        "implied", "mismatch", "observed", "agreed", "observed", "declared", "declared", "observed",
    ]  # fmt: skip
    assert "contradiction: the code reads it, and the declaration does not name it" in parsed.text
    assert "pandas.read_csv(data/extra.csv)" in parsed.text
    assert "src/train.py:5" in parsed.text
    assert "comes from a parameter" in parsed.text
    hidden = {attrs.get("id") for _, attrs in parsed.elements if "hidden" in attrs}
    assert hidden == {"controls", "found", "crumbs", "panel", "tie-filters"}
    drawn = [attrs for tag, attrs in parsed.elements if tag == "path" and (attrs.get("class") or "").startswith("tie ")]
    assert {attrs["class"] for attrs in drawn} == {"tie tie-mismatch", "tie tie-declared", "tie tie-observed"}, (
        "what lies in data is drawn as one box, and a contradiction among its ties shows"
    )


def test_packages_are_in_the_tables_and_not_in_the_picture() -> None:
    source = render_graph(pipeline(), "html")
    picture = source[source.index('<svg id="picture"') : source.index("</svg>")]
    assert "pandas" not in picture
    assert "model.pkl" in picture
    assert "1 package and what installs them are in the tables" in Page(source).text
    assert "package:pandas" in Page(source).text


def test_a_large_graph_starts_with_closed_folders_and_says_what_it_leaves_out() -> None:
    source = render_graph(crowd(2_400), "html")
    parsed = Page(source)
    assert source.count('class="node') <= 58
    assert "of 2 kinds" in parsed.text
    assert "40 inside" in parsed.text
    assert "A picture shows at most 48 boxes of a folder" in parsed.text
    assert sum("data-a" in attrs for tag, attrs in parsed.elements if tag == "tr") == 2_399
    assert '<details id="ties-fold">' in source


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "MOST_TIES", 100)
    monkeypatch.setattr(view, "MOST_NODES", 80)


@pytest.mark.usefixtures("small_pages")
def test_what_no_page_can_hold_is_counted() -> None:
    parsed = Page(render_graph(crowd(102), "html"))
    assert "22 of 102 artefacts, the least connected, are not on this page" in parsed.text
    rows = [attrs for tag, attrs in parsed.elements if tag == "tr" and "data-a" in attrs]
    assert f"{101 - len(rows)} of 101 ties are not on this page" in parsed.text
    assert all(int(row["data-a"] or "") < 80 and int(row["data-b"] or "") < 80 for row in rows)


@pytest.mark.usefixtures("small_pages")
def test_ties_of_the_least_use_are_left_out_whole_and_named() -> None:
    graph = crowd(80)
    calls = [replace(edge, kind=EdgeKind.CALLS) for edge in graph.edges[:30]]
    text = Page(render_graph(replace(graph, edges=(*graph.edges, *calls)), "html")).text
    assert "30 of 109 ties, among them all of the kind calls, are not on this page" in text


# --- the summary ---

SUMMARY = """\
Dependency graph of churn                                             3f9a1c2b4d

  10 artefacts, 8 ties
  3 datasets, 1 document, 1 env, 1 function, 1 model, 1 package, 1 script, 1
  step

Ties, and what they rest on
                     all  contradict        both    declared    observed     implied
  consumes             3           1           1           ·           1           ·
  contains             1           ·           ·           ·           1           ·
  env of               1           ·           ·           1           ·           ·
  part of              1           ·           ·           ·           ·           1
  produces             1           ·           ·           1           ·           ·
  runs                 1           ·           ·           ·           1           ·

Most connected
  train                                         step             2 in    2 out

Calls that read or write, and whose artefact could be named
  the repository: 3 of 4 (75 %)
  The path or name of the others
    comes from a parameter (1, as in src/train.py:9)

More
  auditor graph TARGET -o html=graph.html   to look at and search, in a browser
  auditor graph TARGET -o json=graph.json   everything (also dot, graphml)
  auditor impact TARGET ARTEFACT            what changes if this changes
"""


def test_the_summary() -> None:
    assert render_graph(pipeline(), "terminal") == SUMMARY


def test_colour_only_adds_to_words() -> None:
    colored = graph_terminal.render(pipeline(), color=True)
    assert "\x1b[1m" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == SUMMARY


def test_the_summary_of_nothing() -> None:
    assert "0 artefacts, 0 ties" in render_graph(empty(), "terminal")
