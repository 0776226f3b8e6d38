"""An audit from end to end, over folders on disk."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
import pytest

from auditor import run
from auditor.engine import registry
from auditor.formats import terminal
from auditor.formats.summary import headline
from auditor.model.audit import Audit
from auditor.model.errors import UsageError
from auditor.model.finding import Finding
from auditor.model.verdict import PEDANTIC, REGULAR

DAY = date(2026, 3, 1)
LEAK = (
    "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
    "from sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\n"
    "df = pd.read_csv('data/raw.csv')\nX = StandardScaler().fit_transform(df[['a']])\n"
    "a, b, c, d = train_test_split(X, df['b'])\nm = LogisticRegression().fit(a, c)\nprint(m.score(b, d))\n"
)
FILES = {"train.py": LEAK, "requirements.txt": "pandas==2.2.0\n", "data/raw.csv": "a,b\n1,0\n", "README.md": "# x\n"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return written(tmp_path / "project", FILES)


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def audited(folder: Path, **options: object) -> Audit:
    return run.audit(str(folder), as_of=DAY, **{"use_cache": False, "jobs": 1, **options})  # type: ignore[arg-type]  # options of one test


def of(audit: Audit, rule: str) -> list[Finding]:
    return [finding for finding in audit.findings if finding.rule == rule]


def test_the_way_through(project: Path) -> None:
    audit = audited(project)
    (leak,) = of(audit, "LKG001")
    assert (leak.place.path, leak.place.line) == ("train.py", 6)
    assert leak.fingerprint
    assert leak.priority > 0
    assert audit.score.debt is not None
    assert audit.as_of == "2026-03-01"
    assert audit.target.name == "project"
    assert audit.errors == ()
    assert audit.problems == ()
    assert {v.rule for v in audit.verdicts} == set(registry().shown_to(REGULAR).rules)
    assert audit.coverage.files_failed == 0
    assert audit.artefacts["dataset"] >= 1
    assert [c.id for c in audit.components] == ["."]
    assert audit.components[0].score is not None


def test_the_same_tree_gives_the_same_bytes(project: Path) -> None:
    first, second = audited(project), audited(project)
    assert msgspec.json.encode(first) == msgspec.json.encode(second)


def test_another_place_on_disk_changes_nothing_but_the_path(project: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "elsewhere" / "project", FILES)
    first, second = audited(project), audited(other)
    assert first.findings == second.findings
    assert first.score == second.score
    assert first.verdicts == second.verdicts


def test_an_empty_folder(tmp_path: Path) -> None:
    audit = audited(written(tmp_path / "empty", {}))
    assert audit.findings == ()
    assert audit.errors == ()
    assert audit.coverage.files == 0
    assert len(audit.components) == 1


def test_a_folder_without_git_has_no_history(project: Path) -> None:
    audit = audited(project)
    assert (audit.coverage.history, audit.target.kind, audit.target.revision) == ("none", "folder", None)


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("broken.py", "def f(:\n", "syntax"),
        ("old.py", "print 'x'\n", "python2"),
        ("nb.ipynb", "{not json", "invalid"),
        ("dvc.yaml", "stages: [\n", "invalid"),
        ("bytes.py", b"\x00\xff\xfe\x00", None),
        ("deep.py", "(" * 3000 + ")" * 3000, None),
    ],
)
def test_a_broken_file_is_named_and_the_rest_is_audited(
    project: Path, path: str, content: str | bytes, code: str | None
) -> None:
    written(project, {path: content})
    audit = audited(project)
    problems = {problem.path: problem.code for problem in audit.problems}
    assert path in problems
    assert code is None or problems[path] == code
    assert audit.coverage.files_failed == 1
    assert of(audit, "LKG001")
    assert audit.errors == ()


def commit(folder: Path) -> None:
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@x", "-c", "commit.gpgsign=false", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)


def test_the_cache_answers_what_a_fresh_audit_answers(project: Path, tmp_path: Path) -> None:
    commit(project)
    fresh = audited(project)
    first = audited(project, use_cache=True, cache_dir=tmp_path / "cache")
    told: list[str] = []
    second = audited(
        project, use_cache=True, cache_dir=tmp_path / "cache", progress=lambda what, _done, _all: told.append(what)
    )
    assert msgspec.json.encode(fresh) == msgspec.json.encode(first) == msgspec.json.encode(second)
    assert "asking the rules" not in told, "an unchanged tree is not asked again"


def test_a_change_is_seen_through_the_cache(project: Path, tmp_path: Path) -> None:
    commit(project)
    assert of(audited(project, use_cache=True, cache_dir=tmp_path / "cache"), "LKG001")
    written(project, {"train.py": "print('x')\n"})
    assert not of(audited(project, use_cache=True, cache_dir=tmp_path / "cache"), "LKG001")


def test_another_day_is_another_audit(project: Path, tmp_path: Path) -> None:
    commit(project)
    audited(project, use_cache=True, cache_dir=tmp_path / "cache")
    later = run.audit(str(project), as_of=date(2027, 1, 1), cache_dir=tmp_path / "cache", jobs=1)
    assert later.as_of == "2027-01-01"


def test_a_reasoned_comment_accepts_a_finding(project: Path) -> None:
    lines = LEAK.splitlines()
    lines[5] += "  # auditor: ignore[LKG001] the scaler's range is fixed by the sensor"
    written(project, {"train.py": "\n".join(lines) + "\n"})
    (leak,) = of(audited(project), "LKG001")
    assert leak.state == "suppressed"


def test_components_can_be_set_by_the_target(project: Path) -> None:
    written(project, {"pyproject.toml": '[tool.auditor.components]\n"." = "L"\n'})
    (component,) = audited(project).components
    assert component.overridden
    assert component.archetypes[0].letter == "L"


def test_what_a_setting_leaves_out_is_neither_judged_nor_hidden(project: Path) -> None:
    written(project, {"planted/train.py": LEAK, "planted/data/raw.csv": "a,b\n1,0\n"})
    assert {finding.place.path for finding in audited(project).findings} > {"planted/train.py"}
    written(project, {"auditor.toml": "exclude = ['planted/**']\n"})
    result = audited(project)
    assert not [finding for finding in result.findings if finding.place.path.startswith("planted/")]
    assert [(left.reason, left.files, left.example) for left in result.coverage.excluded] == [
        ("configured", 2, "planted/data/raw.csv")
    ]


def test_what_the_caller_can_mend_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        audited(tmp_path / "nowhere")
    with pytest.raises(UsageError):
        audited(written(tmp_path / "x", {}), rules=tmp_path / "no-rules")


@pytest.mark.parametrize("files", [{"notes.md": "# Plans\n"}, {"build.gradle": "x = 1\n", "src/Main.java": "class Main {}\n", "conf/app.yaml": "port: 1\n", "run.sh": "gradle run\n"}])  # fmt: skip
def test_a_tree_without_code_that_is_read_is_not_praised(tmp_path: Path, files: Mapping[str, str]) -> None:
    result = run.audit(str(written(tmp_path, files)), use_cache=False)
    assert result.score.debt is None
    assert result.score.grade == "-"
    assert result.score.verdict == "conditional"
    assert "no Python code" in headline(result)
    assert terminal.render(result).startswith("Not judged")


def test_what_the_pedantic_are_shown_never_counts(project: Path) -> None:
    (project / "look.py").write_text(
        "import pandas as pd\n\nprint(pd.read_csv('x.csv').values)\nf = pd.read_csv('x.csv')\nf.values\n"
    )
    plain, pedantic = (
        run.audit(str(project), persona=persona, use_cache=False, as_of=date(2026, 3, 1))
        for persona in (REGULAR, PEDANTIC)
    )
    fussy = {rule.id for rule in pedantic.rules if rule.persona == PEDANTIC}
    assert fussy
    assert not fussy & {finding.rule for finding in plain.findings}
    assert fussy & {finding.rule for finding in pedantic.findings}
    assert plain.score == pedantic.score
    assert plain.families == pedantic.families
