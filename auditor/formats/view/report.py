"""The whole report as one view: what every page shows, in order."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

import msgspec

from auditor.formats.setting import PLAIN, Brand, Setting
from auditor.formats.summary import rule_title
from auditor.formats.text import day, decimal, plain
from auditor.formats.view.comparison import comparison, figures
from auditor.formats.view.course import sheet
from auditor.formats.view.examined import Examined, examined
from auditor.formats.view.executive import Executive, executive
from auditor.formats.view.families import Chapter, chapters
from auditor.formats.view.findings import Anchors, Findings, findings
from auditor.formats.view.hotspots import Hotspots, hotspots
from auditor.formats.view.inventory import Inventory, inventory
from auditor.formats.view.links import linker, shown_remote
from auditor.formats.view.map import MapPage, map_page
from auditor.formats.view.notes import Lost, Notes
from auditor.formats.view.pieces import Block, Column, Figure, Inline, Table, table, text
from auditor.formats.view.register import Card, cards, component_words
from auditor.formats.view.release import Judgements, Release, judgements, release
from auditor.formats.view.roadmap import Roadmap, roadmap
from auditor.formats.view.scorecard import Scorecard, scorecard
from auditor.formats.view.sheet import Part
from auditor.formats.words import GLOSSARY, SEVERITY_MEANS
from auditor.model.audit import Audit
from auditor.model.page import RulePages
from auditor.model.verdict import Precision, RuleInfo

REDACTED = {"none": "none: names of people and machines are shown", "strict": "strict: no code, files by number"}


class Section(msgspec.Struct, frozen=True):
    """A page of the report: its anchor, its number and its title."""

    id: str
    number: int
    title: str


class Cover(msgspec.Struct, frozen=True):
    """What is audited, at which commit, by which versions."""

    target: str
    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]


class Method(msgspec.Struct, frozen=True):
    """What the numbers are made of."""

    weights: Table | None
    outside: Table | None
    outside_in_all: str
    precision: Table | None
    severities: tuple[tuple[str, str], ...]
    command: str
    problems: bool


class Report(msgspec.Struct, frozen=True):
    """Everything the templates place."""

    product: str
    title: str
    cover: Cover
    sections: tuple[Section, ...]
    numbers: dict[str, int]
    executive: Executive
    examined: Examined
    scorecard: Scorecard
    map: MapPage | None
    cards: tuple[Card, ...]
    hotspots: Hotspots | None
    families: tuple[Chapter, ...]
    release: Release | None
    roadmap: Roadmap | None
    judgements: Judgements | None
    inventory: Inventory | None
    findings: Findings
    method: Method
    glossary: tuple[tuple[str, str], ...]
    language: str
    brand: Brand
    comparison: tuple[Part, ...]
    changes: tuple[Figure, ...]
    trend: tuple[Part, ...]
    notes: dict[str, tuple[Block, ...]]  # by the id of a page
    remarks: tuple[tuple[str, tuple[Block, ...]], ...]  # of components
    lost: tuple[Lost, ...]


def report(audit: Audit, pages: RulePages, setting: Setting = PLAIN) -> Report:
    """The view of an audit. Pages without content are left out; the second page names them."""
    link, notes = linker(audit.target), Notes(setting.notes)
    audit = notes.agreed(audit)
    anchors = Anchors(audit.findings)
    register, listing = cards(audit, pages, link, anchors, notes), findings(audit, pages, link, anchors, notes)
    compared = comparison(setting.previous, audit) if setting.previous else ()
    course = _course(setting)
    system, heat, parts = map_page(audit, link), hotspots(audit), chapters(audit, pages, link, anchors)
    score = scorecard(audit)
    before_release, steps, decided = release(audit, link), roadmap(audit, pages), judgements(audit)
    parts_list = inventory(audit)
    sections, left_out = _sections({
        "scorecard": score.families, "map": system, "register": register, "families": parts, "hotspots": heat,
        "checklist": before_release, "roadmap": steps, "comparison": compared, "trend": course, "judgements": decided,
        "findings": listing.rows, "inventory": parts_list,
    })  # fmt: skip
    return Report(
        product=plain(setting.brand.product, 80),
        title=f"{plain(audit.target.name, 120)} – technical debt audit",
        cover=_cover(audit, setting),
        sections=sections,
        numbers={section.id: section.number for section in sections},
        executive=executive(audit, pages, link),
        examined=examined(audit, pages, left_out),
        scorecard=score,
        map=system,
        cards=register,
        hotspots=heat,
        families=parts,
        release=before_release,
        roadmap=steps,
        judgements=decided,
        inventory=parts_list,
        findings=listing,
        method=_method(audit, pages),
        glossary=GLOSSARY,
        language=setting.words.language,
        brand=setting.brand,
        comparison=compared,
        changes=figures(setting.previous.delta) if setting.previous else (),
        trend=course,
        notes={section.id: notes.of("page", section.id) for section in sections}
        | {"executive": (*notes.of("executive"), *notes.of("page", "executive"))},
        remarks=tuple((component_words(c.id), said) for c in audit.components if (said := notes.of("component", c.id))),
        lost=notes.lost({section.id for section in sections}, {c.id for c in audit.components}, audit.findings),
    )


PAGES = (
    ("executive", "Executive summary", ""),
    ("examined", "Examined and not examined", ""),
    ("scorecard", "Scorecard", "no family of rules applies to what was found"),
    ("map", "System map", "no data, step or model was recognised"),
    ("register", "Risk register", "no finding is open"),
    ("families", "Family by family", "no family of rules applies to what was found"),
    ("hotspots", "Hotspots", "no file with findings changed in the last 12 months, or the history is not known"),
    ("checklist", "Pre-release checklist", "no item of the checklist applies"),
    ("roadmap", "Roadmap", "no finding is open"),
    ("comparison", "Comparison with the previous audit", "no earlier audit was given"),
    ("trend", "Trend", "no history of audits was given"),
    ("judgements", "Waivers and suppressions", "nobody waived or suppressed a finding"),
    ("findings", "All findings", "there is no finding"),
    ("inventory", "Inventory", "no model, data or package was recognised"),
    ("method", "Method", ""),
    ("glossary", "Glossary", ""),
)
"""The pages in order: anchor, title, and why one can be without content."""


def _sections(content: Mapping[str, object]) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The pages that are shown, numbered, and a sentence on each that is not; what `content` does not name always is."""
    shown = [(key, title) for key, title, _ in PAGES if content.get(key, True)]
    sections = tuple(Section(key, number, title) for number, (key, title) in enumerate(shown, 1))
    return sections, tuple(f"{title}: {why}." for key, title, why in PAGES if not content.get(key, True))


def _course(setting: Setting) -> tuple[Part, ...]:
    """The parts of the trend that a report shows: debt, findings, families."""
    if setting.trend is None:
        return ()
    shown = [part for part in sheet(setting.trend).parts if part.id in ("debt", "findings", "families")]
    return tuple(msgspec.structs.replace(part, id=f"trend-{part.id}") for part in shown)


def _cover(audit: Audit, setting: Setting) -> Cover:
    target, versions, brand = audit.target, audit.versions, setting.brand
    facts = (
        ("Client", plain(brand.client, 120)),
        ("Auditor", plain(brand.auditor, 120)),
        ("Commit", plain(target.revision or "", 12).rstrip("…") if target.revision else ""),
        ("Committed", day(target.committed) if target.committed else ""),
        ("Source", plain(shown_remote(target.remote), 160)),
        ("Audited as of", day(audit.as_of)),
        ("Redaction", REDACTED.get(setting.redaction, "")),
    )
    named = (
        ("Tool", versions.tool), ("Rules", versions.ruleset), ("Score model", versions.score_model),
        ("Calibration", versions.calibration), ("Profile", versions.profile),
    )  # fmt: skip
    return Cover(
        plain(target.name, 160) or "unnamed target",
        tuple((label, value) for label, value in facts if value),
        tuple((label, plain(value, 60)) for label, value in named),
    )


def _method(audit: Audit, pages: RulePages) -> Method:
    rows = [
        (
            text(f"{family.id} {family.title}"),
            text(decimal(family.weight, 2)),
            text("yes" if family.applicable else "no"),
        )
        for family in audit.families
    ]
    weights = table(
        "Weights of the families", (Column("Family", "head"), Column("Weight", "number"), Column("Applies here")), rows
    )
    severities = tuple((severity.value.capitalize(), f"{meaning}.") for severity, meaning in SEVERITY_MEANS.items())
    outside = _precision(
        audit, pages, "How often each rule was right where it was not known", lambda rule: rule.outside
    )
    known = _precision(audit, pages, "How often each rule was right where it was known", lambda rule: rule.precision)
    return Method(weights, outside, _in_all(audit), known, severities, _command(audit), bool(audit.problems))


def _precision(audit: Audit, pages: RulePages, title: str, of: Callable[[RuleInfo], Precision | None]) -> Table | None:
    """How often each rule was right where its findings were read against the code."""
    columns = (
        Column("Rule", "head"), Column("Read", "number"), Column("Right", "number"), Column("Wrong", "number"),
        Column("Doubtful", "number"), Column("Repositories", "number"),
    )  # fmt: skip
    read = [
        (rule, seen)
        for rule in sorted(audit.rules, key=lambda rule: (rule.family, rule.id))
        if (seen := of(rule)) is not None
    ]
    rows = [(text(f"{rule.id} {rule_title(audit, rule.id, pages)}"), *_measured(seen)) for rule, seen in read]
    return table(title, columns, rows, most=400)


def _in_all(audit: Audit) -> str:
    """What others made of all findings that they read; "" where nobody has."""
    seen = [rule.outside for rule in audit.rules if rule.outside is not None]
    read, right, wrong = sum(s.read for s in seen), sum(s.right for s in seen), sum(s.wrong for s in seen)
    return (
        f"Of {read:,} they let {right:,} stand, refuted {wrong:,} and doubted {read - right - wrong:,}." if seen else ""
    )


def _measured(seen: Precision) -> tuple[Inline, ...]:
    doubtful = seen.read - seen.right - seen.wrong
    return (
        text(f"{seen.read:,}"),
        text(f"{seen.right:,} of {seen.read:,}"),
        text(f"{seen.wrong:,}"),
        text(f"{doubtful:,}"),
        text(f"{seen.repositories:,}"),
    )


def _command(audit: Audit) -> str:
    """The command that makes this audit again; the remote stands for a local folder that the reader lacks."""
    target = audit.target
    words = ["auditor", "audit", plain(shown_remote(target.remote) or target.path or target.name)]
    words += ["--rev", plain(target.revision)] if target.revision else []
    words += ["--profile", plain(audit.versions.profile), "--as-of", day(audit.as_of)]
    return " ".join(shlex.quote(word) for word in words)
