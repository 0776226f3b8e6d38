"""Evidence step by step, and the pages made of findings, churn and families."""

from __future__ import annotations

import msgspec

from auditor.formats.view.evidence import AROUND, Sources, evidence
from auditor.formats.view.families import chapters
from auditor.formats.view.findings import Anchors, findings
from auditor.formats.view.hotspots import hotspots
from auditor.formats.view.links import nowhere
from auditor.formats.view.register import cards
from auditor.model.audit import Excerpt
from auditor.model.place import Place
from tests.formats.sample_audits import PAGES, crowded, library, service


def test_steps_stand_on_their_lines_in_the_order_of_the_trail() -> None:
    leak = service().findings[0]
    found = evidence(leak, Sources(service().excerpts), nowhere)
    marks = [(line.number, mark.number) for listing in found.listings for line in listing.lines for mark in line.marks]
    assert marks == [("47", "2"), ("58", "3")]
    assert [step.says[0].text for step in found.steps] == [
        "all rows are read here",
        "the score is computed on tainted rows",
    ]


def test_lines_left_out_between_two_steps_are_told() -> None:
    first = service().findings[0]
    far = msgspec.structs.replace(
        first, place=Place("a", 2), related=(Place("a", 2).says("x"), Place("a", 40).says("y"))
    )
    (listing,) = evidence(far, Sources([Excerpt("a", None, 1, tuple("z" * 60))]), nowhere).listings
    numbers = [line.number for line in listing.lines]
    assert numbers == [*map(str, range(1, 2 + AROUND + 1)), "", *map(str, range(40 - AROUND, 40 + AROUND + 1))]


def test_a_snippet_stands_in_where_no_excerpt_is_kept() -> None:
    leak = service().findings[0]
    (listing,) = evidence(leak, Sources(()), nowhere).listings
    assert "fit_transform" in listing.lines[0].text


def test_each_kind_of_debt_has_one_card_that_names_all_its_places() -> None:
    audit = service()
    made = cards(audit, PAGES, nowhere, Anchors(audit.findings))
    assert len({card.rule for card in made}) == len(made)
    seeds = next(card for card in made if card.rule == "REP001")
    assert len(seeds.others) == sum(f.rule == "REP001" for f in audit.findings) - 1
    assert "DAT003" not in {card.rule for card in made}  # waived


def test_a_card_tells_who_changes_and_who_owns_the_file() -> None:
    audit = service()
    leak = next(card for card in cards(audit, PAGES, nowhere, Anchors(audit.findings)) if card.rule == "LKG001")
    assert ("File changed", "14 times in 12 months by 1 person") in leak.side
    assert ("Owner", "@acme/ml, kim@acme.example") in leak.side


def test_the_address_of_a_finding_stays_while_others_come_and_go() -> None:
    audit = service()
    one, all_ = Anchors(audit.findings[3:4]), Anchors(crowded(50).findings)
    assert one.of(audit.findings[3]) == all_.of(audit.findings[3])
    assert len({all_.of(finding) for finding in crowded(50).findings}) == len(crowded(50).findings)


def test_filters_offer_only_what_there_is_a_choice_of() -> None:
    audit = service()
    found = findings(audit, PAGES, nowhere, Anchors(audit.findings))
    assert [option.value for option in found.components] == ["root", "services/ranker"]
    assert {option.value for option in found.owners} == {"", "@acme/ml, kim@acme.example", "@acme/platform"}
    alone = msgspec.structs.replace(audit, findings=audit.findings[:1], owners={})
    assert not findings(alone, PAGES, nowhere, Anchors(alone.findings)).owners


def test_hotspots_weigh_debt_by_change() -> None:
    page = hotspots(service())
    assert page is not None
    first = page.files.rows[0]
    assert first[0][0].text == "src/churn/train.py"
    assert "One person alone changed 1 file with debt: src/churn/train.py." in page.islands
    assert page.pairs is not None
    assert page.pairs.rows[0][4][0].text == "nothing that was found"
    assert hotspots(library()) is None


def test_a_chapter_tells_what_was_looked_for_in_vain() -> None:
    audit = service()
    ops = next(chapter for chapter in chapters(audit, PAGES, nowhere, Anchors(audit.findings)) if chapter.id == "OPS")
    assert ops.absent is not None
    assert "threshold that can fail the promotion" in ops.absent.rows[0][1][-1].text
    assert [kind.rule for kind in ops.kinds] == ["OPS001"]
