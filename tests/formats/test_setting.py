"""What a report is dressed in: brand, notes, another language, templates of one's own, redaction, an earlier audit."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import msgspec
import pytest

from auditor.formats import FORMATS, encode, render
from auditor.formats.branding import brand_style, contrast, read_setting, read_words
from auditor.formats.language import spoken, translated
from auditor.formats.notes import read_notes
from auditor.formats.redaction import key_text, redacted
from auditor.formats.setting import Brand, Note, Previous, Setting, Words
from auditor.formats.view.pieces import Figure
from auditor.lifecycle.delta import compare
from auditor.model.audit import Audit
from auditor.model.errors import UsageError
from auditor.model.trend import SCHEMA, Point, Trend
from auditor.score import load_policy
from tests.formats.sample_audits import MARKUP, PAGES, TITLES, hostile, service
from tests.formats.test_html_form import Page

NO_TEXT = ("pdf", "parquet", "facts-parquet", "facts-csv")


def dressed(setting: Setting, audit: Audit | None = None) -> str:
    return render(audit or service(), "html", PAGES, setting)


# --- brand ---


def write(folder: Path, text: str, logo: bytes = b"<svg xmlns='http://www.w3.org/2000/svg'/>") -> Path:
    (folder / "logo.svg").write_bytes(logo)
    path = folder / "brand.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_brand_is_on_the_cover_and_in_the_colours(tmp_path: Path) -> None:
    told = '[branding]\nproduct = "Meridian"\nclient = "ACME & Co"\nconfidentiality = "Confidential"\nlogo = "logo.svg"\naccent = "#7a2e0e"\n'
    source = dressed(read_setting(write(tmp_path, told)))
    page = Page(source)
    assert {"Meridian", "ACME & Co", "Confidential"} <= set(page.words)
    (logo,) = page.named("img")
    assert base64.b64decode((logo["src"] or "").partition(",")[2]) == (tmp_path / "logo.svg").read_bytes()
    assert page.sources["style"].rindex("--accent: #7a2e0e") > page.sources["style"].rindex("--accent: #0b4a6f")
    assert not re.search(r'<span>auditor</span>|content="auditor"', source)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ('accent = "#ffe08a"', "contrast"),
        ('accent = "red"', "no colour"),
        ('accent = "#fff;}body{}"', "no colour"),
        ('logo = "logo.exe"', "must be one of"),
        ('logo = "none.svg"', "cannot read the logo"),
        ('colour = "#000000"', "unknown keys: colour"),
        ("product = 3", "must be a text"),
        ('templates = "nowhere"', "no folder"),
        ('words = "nowhere.toml"', "cannot be read"),
    ],
)
def test_what_does_not_hold_is_refused_with_its_reason(told: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=why):
        read_setting(write(tmp_path, f"[branding]\n{told}\n"))


def test_a_large_logo_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="larger than"):
        read_setting(write(tmp_path, '[branding]\nlogo = "logo.svg"\n', logo=b"x" * 200_001))


@pytest.mark.parametrize("accent", ["#7a2e0e", "#000000", "#0b5fff", "#004400"])
def test_an_accent_can_be_read_on_dark_paper_too(accent: str) -> None:
    style = brand_style(Brand(accent=accent))
    dark = re.findall(r"--accent: (#[0-9a-f]{6})", style)[1]
    assert contrast(dark, "#0f1419") >= 4.5
    assert contrast(dark, "#171d24") >= 4.5
    assert contrast(dark, "#0b1620") >= 4.5  # what stands on the accent


def test_a_brand_is_text_and_no_markup() -> None:
    page = Page(dressed(Setting(brand=Brand(product=MARKUP, client=MARKUP, confidentiality=MARKUP))))
    assert len(page.programs) == 1
    assert MARKUP in page.words


# --- templates and language ---


def test_own_templates_take_the_place_of_those_that_ship(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "glossary.html.j2").write_text("<p>Ours: {{ r.cover.target }}</p>", encoding="utf-8")
    words = Page(dressed(Setting(templates=tmp_path))).words
    assert "Ours: acme/churn" in words
    assert "Risk register" in " ".join(words)


def test_texts_of_templates_and_views_are_put_into_another_language() -> None:
    words = Words("de", {"Executive summary": "Kurzfassung", "Debt score": "Schuldenstand", "What it costs": "Was es kostet",
                         "of 100, lower is better. Range {}": "von 100, weniger ist besser. Spanne {}"})  # fmt: skip
    source = dressed(Setting(words=words))
    page = Page(source)
    assert '<html lang="de">' in source
    assert {"Kurzfassung", "Was es kostet"} <= {word.strip() for word in page.words}
    assert any(word.startswith("von 100, weniger ist besser. Spanne 26.3–33.5") for word in page.words)


def test_a_translation_opens_neither_a_tag_nor_a_mark() -> None:
    read = spoken(lambda _: "<p>Yes</p>", Words("xx", {"Yes": "<b>{{ 7*7 }}</b>"}))
    assert "<b>" not in read("a.j2")
    assert "{{" not in read("a.j2")


def test_what_varies_in_a_text_is_kept_in_its_place() -> None:
    figure = Figure("of 3 files", "3 of 5", "no entry")
    assert translated(figure, Words("de", {"of {} files": "von {} Dateien", "{} of {}": "{} von {}"})) == Figure(
        "von 3 Dateien", "3 von 5", "no entry"
    )


def test_a_language_file_names_its_language(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text('language = "de"\n[words]\n"Method" = "Methode"\n', encoding="utf-8")
    assert read_words(tmp_path / "w.toml") == Words("de", {"Method": "Methode"})
    (tmp_path / "w.toml").write_text('[words]\n"Method" = "Methode"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="name the language"):
        read_words(tmp_path / "w.toml")


# --- notes ---

NOTES = """# executive
Shown to **everybody**. <script>alert(1)</script>

# page:hotspots
Look here first.

# finding:{print}
confirmed: yes
The team agreed.

# component:services/ranker
Is retired in spring.

# finding:ffffffffffff
confirmed: no
Long gone.
"""


def test_notes_stand_at_what_they_are_about_and_lost_ones_are_told() -> None:
    audit = service()
    leak = audit.findings[0]
    page = Page(dressed(Setting(notes=read_notes(NOTES.format(print=leak.fingerprint[:12])))))
    said = page.text
    assert len(page.programs) == 1
    for text in (
        "Shown to everybody",
        "Look here first.",
        "The team agreed.",
        "Is retired in spring.",
        "Confirmed by a person yes",
    ):
        assert text in said
    assert said.index("Notes without a target") < said.index("Long gone.")
    assert "<script>alert(1)</script>" in said


def test_a_heading_that_names_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match=r"mine\.md:3"):
        read_notes("# executive\nx\n# findings:abc\n", "mine.md")
    with pytest.raises(UsageError, match="at least 6 letters"):
        read_notes("# finding:abc\n")


def test_a_confirmation_makes_a_finding_certain_and_leaves_the_score() -> None:
    audit = service()
    doubtful = next(finding for finding in audit.findings if finding.confidence < 0.8)
    source = dressed(Setting(notes=(Note("finding", doubtful.fingerprint, "", "yes"),)))
    assert "high (1.00)" in Page(source).text
    assert f"{audit.score.debt}" in Page(source).text


# --- redaction ---


def planted() -> Audit:
    audit = service()
    first = msgspec.structs.replace(
        audit.findings[0], message="written for jane.roe@acme.example in /home/ci/churn/src/churn/train.py"
    )
    return msgspec.structs.replace(audit, findings=(first, *audit.findings[1:]))


@pytest.mark.parametrize("form", [form.name for form in FORMATS if form.name not in NO_TEXT])
@pytest.mark.parametrize("level", ["default", "strict"])
def test_no_address_and_no_home_leaves_in_any_form(form: str, level: str) -> None:
    written = encode(redacted(planted(), level).audit, form, PAGES).decode()
    assert not re.search(r"[\w.]+@acme\.example", written)
    assert "/home/ci" not in written


def test_one_person_is_one_number_and_two_are_two() -> None:
    audit = redacted(planted()).audit
    assert (
        audit.owners["src/churn/train.py"] == ("@acme/ml", "person 1")
        or "person" in audit.owners["src/churn/train.py"][1]
    )
    assert re.search(r"person \d in src/churn/train\.py", audit.findings[0].message)


def test_strict_redaction_names_no_file_and_shows_no_code() -> None:
    found = redacted(planted(), "strict")
    source = Page(render(found.audit, "html", PAGES)).text
    assert "train.py" not in source
    assert "scaler = StandardScaler()" not in source
    assert "X_train, X_test" not in source
    assert not found.audit.excerpts
    assert "src/churn/train.py" in found.key.values()
    assert '"src/churn/train.py"' in key_text(found)
    assert [f.place.path for f in found.audit.findings if f.rule == "LKG001"] == [
        name for name, old in found.key.items() if old == "src/churn/train.py"
    ]


def test_no_redaction_must_be_asked_for_and_is_told_on_the_cover() -> None:
    assert redacted(planted(), "none").audit == planted()
    assert "none: names of people and machines are shown" in Page(dressed(Setting(redaction="none"))).text


# --- comparison and trend ---


def test_an_earlier_audit_has_a_page_of_the_difference() -> None:
    after = service()
    gone, stays = after.findings[:2], after.findings[2:]
    before = msgspec.structs.replace(
        after, findings=(*stays[1:], *gone), score=msgspec.structs.replace(after.score, debt=31.0)
    )
    delta = compare(before, after, load_policy(), {key: title for key, (title, _) in TITLES.items()})
    said = Page(dressed(Setting(previous=Previous(before, delta)), after)).text
    assert "Comparison with the previous audit" in said
    assert "-2.8" in said
    assert "New (1)" in said


def test_a_trend_has_a_page_of_its_curves() -> None:
    points = tuple(
        Point(
            f"{number:040x}", 1_700_000_000 + number * 86_400, debt=40.0 - number, low=30.0, high=50.0, net=40.0 - number,
            grade="C", coverage=1.0, hours_p50=10.0, hours_p90=20.0, counts={"high": 3}, families={"DAT": 20.0},
        )
        for number in range(5)
    )  # fmt: skip
    page = Page(dressed(Setting(trend=Trend(SCHEMA, "churn", None, points, (), (), "full"))))
    assert {"Trend", "Debt by family, and its half-life (the median of Kaplan and Meier)"} <= {
        word.strip() for word in page.words
    }
    assert "40.0 to 36.0 of 100" in page.text


def test_a_hostile_target_changes_nothing_in_a_dressed_report() -> None:
    audit = hostile()
    delta = compare(service(), audit, load_policy(), {}, parted=False)
    page = Page(dressed(Setting(previous=Previous(service(), delta)), redacted(audit).audit))
    assert len(page.programs) == 1
    assert not page.named("img")
