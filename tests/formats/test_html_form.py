"""The HTML form: one file, no network, whole without script, and deaf to what the target writes."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from html.parser import HTMLParser

import msgspec
import pytest

from auditor.formats import json_file, render
from auditor.model.audit import Audit
from auditor.model.listing import Target
from auditor.model.place import Place, Related
from auditor.model.verdict import Outcome, Precision, Verdict
from tests.formats.sample_audits import PAGES, REVISION, SAMPLES, crowded, hostile, library, service

VOID = {"meta", "input", "br", "col", "link", "img", "wbr", "hr"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "script", "body", "a", "header", "div", "p", "span", "h1", "h2", "h3", "h4", "dl", "dt", "dd",
    "nav", "ol", "ul", "li", "main", "section", "article", "footer", "table", "caption", "thead", "tbody", "tr", "th", "td", "code", "pre",
    "strong", "em", "details", "summary", "figure", "figcaption", "form", "label", "input", "select", "option", "output", "svg", "desc", "rect",
    "line", "path", "circle", "text", "g", "defs", "marker", "col", "colgroup", "fieldset", "legend", "button", "small", "q", "b",
}  # fmt: skip


class Page(HTMLParser):
    """The elements and the visible text of a page; fails on a tag that does not close."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.sources: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"attribute given twice in {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("style", "script"):
            self.sources[self._open[-1]] = data
        else:
            self.words.append(data)

    @property
    def programs(self) -> list[dict[str, str | None]]:
        """Scripts that run; data for them do not."""
        return [attrs for attrs in self.named("script") if attrs.get("type") != "application/json"]

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page(audit: Audit) -> Page:
    return Page(render(audit, "html", PAGES))


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_sound_html(name: str) -> None:
    parsed = page(SAMPLES[name]())
    assert {tag for tag, _ in parsed.elements} <= ALLOWED
    assert len(parsed.named("h1")) == 1
    assert len(parsed.named("main")) == 1
    levels = [int(tag[1]) for tag, _ in parsed.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = [attrs["id"] for _, attrs in parsed.elements if "id" in attrs]
    assert len(set(ids)) == len(ids)
    for _, attrs in parsed.elements:
        target = attrs.get("href") or ""
        assert not target.startswith("#") or target[1:] in ids
        assert (attrs.get("aria-labelledby") or "").split() == [
            word for word in (attrs.get("aria-labelledby") or "").split() if word in ids
        ]
    assert len(parsed.named("caption")) == len(parsed.named("table"))
    assert all("scope" in attrs for attrs in parsed.named("th"))


@pytest.mark.parametrize("name", SAMPLES)
def test_it_loads_nothing(name: str) -> None:
    source = render(SAMPLES[name](), "html", PAGES)
    parsed = Page(source)
    for tag, attrs in parsed.elements:
        assert not attrs.keys() & {
            "src",
            "srcset",
            "background",
            "poster",
            "action",
            "formaction",
            "style",
            "xlink:href",
        }, tag
        assert not any(attribute.startswith("on") for attribute in attrs), tag
        assert tag == "a" or "href" not in attrs
    for attrs in parsed.named("a"):
        assert re.match(r"#|https://", attrs["href"] or "")
        assert (attrs["href"] or "").startswith("#") or attrs["rel"] == "noreferrer"
    assert not re.search(r"url\(|@import|@font-face", parsed.sources["style"])
    assert "innerHTML" not in parsed.sources["script"]


def test_the_policy_names_the_hashes_of_style_and_script() -> None:
    parsed = page(service())
    policy = next(
        attrs["content"] or "" for attrs in parsed.named("meta") if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(parsed.sources[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "base-uri 'none'; form-action 'none'" in policy
    assert len(parsed.programs) == 1


@pytest.mark.parametrize("name", SAMPLES)
def test_two_renderings_are_equal(name: str) -> None:
    assert render(SAMPLES[name](), "html", PAGES) == render(SAMPLES[name](), "html", dict(reversed(PAGES.items())))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("form", ["html", "markdown", "terminal"])
def test_no_python_word_leaks(name: str, form: str) -> None:
    said = Page(render(SAMPLES[name](), form, PAGES)).text if form == "html" else render(SAMPLES[name](), form, PAGES)
    assert not re.search(r"\b(None|nan|inf|Undefined|Severity\.\w+|Outcome\.\w+)\b|\(Span|Span\(", said)


def test_the_text_is_whole_without_script() -> None:
    source = render(service(), "html", PAGES)
    without = re.sub(r"<script>.*?</script>", "", source, flags=re.DOTALL)
    assert Page(without).text == Page(source).text
    for finding in service().findings:
        assert (
            finding.message.replace("`", "")[:60] in Page(without).text.replace("  ", " ").replace(" ,", ",")
            or "`" in finding.message
        )


def test_the_numbers_of_the_executive_page_are_in_the_json() -> None:
    audit = service()
    source = render(audit, "html", PAGES)
    executive = source[
        source.index('<section class="page" id="executive"') : source.index('<section class="page" id="examined"')
    ]
    known = _numbers(json.loads(json_file.render(audit)))
    said = Page(executive).text
    counts = {
        f"{sum(item.severity is severity and item.state == 'open' for item in audit.findings)}"
        for severity in {f.severity for f in audit.findings}
    }
    words = json_file.render(audit) + " ".join(
        value for rule in PAGES.values() for value in msgspec.structs.astuple(rule)
    )
    allowed = counts | {"0", "100", "1", "50", "90"}  # counted findings, the scale, the section's number, P50 and P90
    for number in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w])", said):
        assert number.replace(",", "") in known or number in allowed or number in words, number
    for needed in ("28.2", "26.3–33.5", "73–99", "93 %", "27.4"):
        assert needed in said


def _numbers(value: object) -> set[str]:
    """Every number of a JSON value as a report may round it: as it is, and as percent."""
    if isinstance(value, dict):
        return set().union(*(_numbers(item) for item in value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*(_numbers(item) for item in value)) if value else set()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {f"{number:.{places}f}" for number in (value, 100 * value) for places in (0, 1, 2)}
    return set()


def test_nothing_of_the_target_becomes_markup() -> None:
    parsed = page(hostile())
    assert len(parsed.programs) == 1
    assert not parsed.named("img")
    assert "alert" not in parsed.sources["script"]
    assert "<script>alert(1)</script>" in parsed.text
    assert "{{ 7*7 }}" in parsed.text
    assert "\\x1b[2J" in parsed.text
    assert "\\u202e" in parsed.text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", render(hostile(), "html", PAGES))


@pytest.mark.parametrize(
    ("remote", "start"),
    [
        ("https://github.com/acme/churn.git", f"https://github.com/acme/churn/blob/{REVISION}/a%20b%23/%22c.py#L3"),
        (
            "https://gitlab.com/acme/team/churn",
            f"https://gitlab.com/acme/team/churn/-/blob/{REVISION}/a%20b%23/%22c.py#L3",
        ),
        (
            "https://bitbucket.org/acme/churn",
            f"https://bitbucket.org/acme/churn/src/{REVISION}/a%20b%23/%22c.py#lines-3",
        ),
        (
            "https://codeberg.org/acme/churn",
            f"https://codeberg.org/acme/churn/src/commit/{REVISION}/a%20b%23/%22c.py#L3",
        ),
        ("http://github.com/acme/churn", ""),
        ("https://token@github.com/acme/churn", ""),
        ("https://github.com.evil.example/acme/churn", ""),
        ("https://github.com/acme/../churn", ""),
        ("javascript:alert(1)", ""),
        ("git@github.com:acme/churn.git", ""),
        (None, ""),
    ],
)
def test_places_link_to_known_hosts_alone(remote: str | None, start: str) -> None:
    audit = service()
    one = msgspec.structs.replace(
        audit.findings[0], place=Place('a b#/"c.py', 3), related=(Related("../../etc", 1, None, "out"),)
    )
    moved = msgspec.structs.replace(audit, findings=(one,), target=Target("/x", "worktree", "x", remote, REVISION))
    mark = "#lines-7" if "bitbucket" in start else "#L7"
    links = {
        attrs["href"]
        for attrs in page(moved).named("a")
        if "code" not in attrs and (attrs["href"] or "").startswith("http")
    }
    mapped = {link for link in links if link and link.endswith(("/src/churn/io.py" + mark, "/dvc.yaml" + mark))}
    assert links - mapped - {"https://doi.org/10.1016/j.patter.2023.100804"} == ({start} if start else set())
    assert bool(mapped) is bool(start)


def test_a_token_in_the_remote_is_not_printed() -> None:
    target = Target("/x", "worktree", "x", "https://user:s3cret@host.example/x.git", REVISION)
    for form in ("html", "markdown", "terminal"):
        assert "s3cret" not in render(msgspec.structs.replace(service(), target=target), form, PAGES)


def test_a_crowd_of_findings_is_bounded_and_counted() -> None:
    source = render(crowded(), "html", PAGES)
    assert len(source.encode()) < 1_500_000
    assert "The first 2,000 of 3,019 findings by priority" in source
    assert len(re.findall(r'<tr id="f-', source)) == 2_000


def test_pages_without_content_are_left_out_and_named() -> None:
    parsed = page(library())
    ids = [attrs.get("id") for attrs in parsed.named("section")]
    assert ids == ["executive", "examined", "scorecard", "families", "checklist", "method", "glossary"]
    assert "Risk register: no finding is open." in parsed.text
    assert "System map: no data, step or model was recognised." in parsed.text


def test_the_report_is_good_without_rule_pages() -> None:
    bare = Page(render(service(), "html"))
    assert "Preprocessing before the split" in bare.text
    assert "Reported model quality may be better than real quality" in bare.text


def test_what_was_searched_is_printed_for_absences() -> None:
    assert "comparison with a baseline or the current model" in page(service()).text


def test_charts_have_names_and_their_numbers_stand_in_tables() -> None:
    parsed = page(service())
    pictures = [attrs for attrs in parsed.named("svg") if attrs.get("role") in ("img", "group")]
    assert pictures
    assert all("aria-label" in attrs or "aria-labelledby" in attrs for attrs in pictures)
    assert all(attrs.get("aria-hidden") == "true" for attrs in parsed.named("svg") if not attrs.get("role"))
    assert {"Artefacts of the graph", "Ties of the graph", "Files with debt that change"} <= set(parsed.words)
    assert "observed in code" in parsed.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(scheme: str) -> None:
    style = page(service()).sources["style"]
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[0 if scheme == "light" else 1]))
    for ink, ground in (("ink", "paper"), ("soft", "paper"), ("muted", "paper"), ("muted", "panel"), ("ink", "panel"), ("accent", "paper"),
                        ("on-accent", "accent"), ("ink", "wash"), ("muted", "wash"), ("accent", "panel")):  # fmt: skip
        assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def _contrast(first: str, second: str) -> float:
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_debt_without_findings_is_not_called_clean() -> None:
    audit = library()
    owing = msgspec.structs.replace(audit, score=msgspec.structs.replace(audit.score, debt=4.0, high=4.0))
    assert "comes from practices that are not evidenced" in page(owing).text
    assert "is free of the debts" in page(audit).text


def test_the_method_tells_how_often_each_rule_was_right() -> None:
    audit = service()
    known, blind = (Precision(read=14, right=right, wrong=3, repositories=6) for right in (11, 7))
    for precision, outside, told in (
        (known, None, ["11 of 14"]),
        (known, blind, ["11 of 14", "7 of 14", "Of 14 they let 7 stand, refuted 3 and doubted 4."]),
        (None, None, []),
    ):
        measured = msgspec.structs.replace(audit.rules[0], precision=precision, outside=outside)
        page = Page(render(msgspec.structs.replace(audit, rules=(measured, *audit.rules[1:])), "html", PAGES))
        every = ["11 of 14", "7 of 14", "Of 14 they let 7 stand, refuted 3 and doubted 4."]
        assert [each for each in every if each in page.text] == told
        assert ("How often the rules are right" in page.text) == bool(told)


def test_a_measure_that_could_not_be_taken_tells_why() -> None:
    audit = service()
    first = msgspec.structs.replace(audit.components[0], metrics={"jungle_index": None, "tangle_index": 0.25})
    why = Verdict("PIP002", first.id, Outcome.NOT_APPLICABLE, "3 steps; the index needs 4")
    verdicts = (*(v for v in audit.verdicts if (v.rule, v.component) != ("PIP002", first.id)), why)
    changed = msgspec.structs.replace(audit, components=(first, *audit.components[1:]), verdicts=verdicts)
    words = Page(render(changed, "html", PAGES)).words
    assert "not computable: 3 steps; the index needs 4" in words
    assert "0.25" in words
