"""Gate, baseline, waivers, checklist, comparison and stored audits from the outside, over a small repository."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from auditor import cli
from tests.tree.conftest import Repo

TRAIN = (
    "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\n"
    "from imblearn.over_sampling import SMOTE\n\n"
    "data = pd.read_csv('data/raw.csv')\nx, y = data[['a']], data['b']\n{scale}"
    "a, b, c, d = train_test_split(x, y, random_state=0)\nmodel = LogisticRegression().fit(a, c)\nprint(model.score(b, d))\n"
)
LEAKING = TRAIN.format(scale="x, y = SMOTE(random_state=0).fit_resample(x, y)\n")
TRAINED_ON = TRAIN.format(scale="").replace("fit(a, c)", "fit(x, y)")
"""Judged on rows that it was trained on: critical, and sure enough to fail a gate by itself."""
ROWS = "a,b\n" + "".join(f"{n},{n % 2}\n" for n in range(30))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    made = Repo(tmp_path / "project")
    made.commit(
        {
            "train.py": TRAIN.format(scale=""),
            "requirements.txt": "pandas==2.2.0\nscikit-learn==1.5.0\n",
            "data/raw.csv": ROWS,
        }
    )
    made.git("checkout", "-q", "-b", "change")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return made


def call(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        cli.main([*map(str, args)])
    assert isinstance(left.value.code, int)
    shown = capsys.readouterr()
    return left.value.code, shown.out, shown.err


def leak(repo: Repo) -> None:
    repo.commit({"train.py": LEAKING})


def test_a_change_that_leaks_fails_the_gate_and_one_that_does_not_holds(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit({"README.md": "# more\n"})
    assert call(capsys, "gate", "-q", repo.root, "--base", "main")[0] in (0, 3)
    leak(repo)
    code, out, _ = call(capsys, "gate", "-q", repo.root, "--base", "main")
    assert code == 1
    assert "New with this change (1)" in out
    assert "LKG005 critical" in out
    assert call(capsys, "gate", "-q", repo.root, "--base", "main", "--exit-zero")[0] == 0


def fingerprint(repo: Repo, capsys: pytest.CaptureFixture[str]) -> str:
    said = json.loads(call(capsys, "audit", "-q", repo.root, "-o", "json")[1])
    return str(next(finding["fingerprint"] for finding in said["findings"] if finding["rule"] == "LKG005"))


def test_a_waiver_is_written_counts_on_its_branch_and_is_a_proposal_for_another(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    leak(repo)
    mark = fingerprint(repo, capsys)
    words = (
        "waive",
        "-q",
        mark[:10],
        repo.root,
        "--kind",
        "accepted_risk",
        "--reason",
        "a smoke test",
        "--owner",
        "me",
    )
    assert call(capsys, *words, "--expires", "30d")[0] == 0
    said = json.loads(call(capsys, "audit", "-q", repo.root, "-o", "json")[1])
    assert [(f["state"]) for f in said["findings"] if f["rule"] == "LKG005"] == ["waived"]
    assert [row["state"] for row in said["waivers"]] == ["active"]
    repo.commit(message="waive")
    code, out, _ = call(capsys, "gate", "-q", repo.root, "--base", "main")
    assert (code, "W-001 LKG005: proposed" in out) == (1, True)


def test_a_gate_is_not_switched_off_by_the_change_that_needs_it(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"train.py": LEAKING, "auditor.toml": '[gate]\n"new.critical" = false\n"open.blockers" = false\n'})
    assert call(capsys, "gate", "-q", repo.root, "--base", "main")[0] == 1


def test_a_broken_file_of_waivers_is_a_mistake_not_a_pass(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({".auditor/waivers.toml": '[[waiver]]\nrule = "LKG005"\n'})
    code, _, err = call(capsys, "gate", "-q", repo.root)
    assert (code, ".auditor/waivers.toml:1" in err) == (2, True)


def test_a_baseline_makes_old_what_it_holds(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"train.py": TRAINED_ON})
    assert call(capsys, "baseline", "create", "-q", repo.root)[0] == 0
    assert call(capsys, "baseline", "create", "-q", repo.root)[0] == 2
    said = json.loads(call(capsys, "gate", "-q", repo.root, "-o", "json")[1])
    held = {answer["condition"]["name"]: answer["outcome"] for answer in said["answers"]}
    assert held["new.critical"] == "held"
    assert held["open.blockers"] == "violated"
    repo.write({"train.py": TRAIN.format(scale="")})
    _, _, err = call(capsys, "baseline", "update", "-q", repo.root)
    assert err.endswith("are left\n")
    assert "LKG002" not in (repo.root / ".auditor" / "baseline.json").read_text()


def test_the_baseline_documents_no_data_that_nothing_provides(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"train.py": TRAIN.format(scale="").replace("data/raw.csv", "data/elsewhere.csv")})
    assert call(capsys, "baseline", "create", "-q", repo.root)[0] == 0
    taken = (repo.root / ".auditor" / "baseline.json").read_text()
    assert "PIP004" in taken
    assert call(capsys, "baseline", "update", "-q", repo.root)[0] == 0
    assert (repo.root / ".auditor" / "baseline.json").read_text() == taken


def test_comparison_of_revisions_and_of_stored_audits(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leak(repo)
    said = json.loads(call(capsys, "compare", "-q", "main", "change", "--target", repo.root, "-o", "json")[1])
    assert [finding["rule"] for finding in said["new"]] == ["LKG005"]
    assert [share["cause"] for share in said["attribution"] if abs(share["points"]) > 0.01] == ["code"]
    for rev in ("main", "change"):
        call(capsys, "audit", "-q", repo.root, "--rev", rev, "-o", f"json={tmp_path / rev}.json")
    code, out, _ = call(capsys, "compare", "-q", tmp_path / "change.json", tmp_path / "main.json")
    assert (code, "Fixed (1)" in out) == (0, True)


def test_stored_audits_are_rendered_and_restated_without_their_target(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leak(repo)
    call(capsys, "audit", "-q", repo.root, "-o", f"json={tmp_path / 'a.json'}", "-o", f"markdown={tmp_path / 'a.md'}")
    repo.git("rm", "-rq", ".")
    assert call(capsys, "report", tmp_path / "a.json", "-o", "markdown")[1] == (tmp_path / "a.md").read_text()
    assert call(capsys, "restate", tmp_path / "a.json", "-o", "json")[1] == (tmp_path / "a.json").read_text()
    (tmp_path / "b.json").write_text("{}")
    assert call(capsys, "report", tmp_path / "b.json")[0] == 2


def test_the_checklist_is_signed_released_and_packed(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "checklist", "-q", repo.root)
    assert (code, "C32" in out) == (0, True)
    assert call(capsys, "checklist", "-q", repo.root, "--release")[0] == 1
    assert call(capsys, "checklist", "-q", repo.root, "--sign", "C99", "--answer", "pass", "--by", "me")[0] == 2
    assert (
        call(
            capsys,
            "checklist",
            "-q",
            repo.root,
            "--sign",
            "c9",
            "--answer",
            "pass",
            "--by",
            "me",
            "--note",
            "A/B test 7",
        )[0]
        == 0
    )
    said = json.loads(call(capsys, "checklist", "-q", repo.root, "-o", "json")[1])
    assert {item["id"]: item["status"] for item in said["items"]}["C9"] == "pass"
    assert call(capsys, "checklist", "-q", repo.root, "--pack", tmp_path / "pack.zip")[0] == 0
    assert call(capsys, "checklist", tmp_path / "pack.zip", "--verify") == (0, "the pack is as it was written\n", "")


def test_a_pack_that_was_changed_is_told(repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import zipfile

    call(capsys, "checklist", "-q", repo.root, "--pack", tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        members = {name: pack.read(name) for name in pack.namelist()}
    members["checklist.json"] = members["checklist.json"].replace(b"not-evidenced", b"pass")
    with zipfile.ZipFile(tmp_path / "forged.zip", "w") as pack:
        for name, data in members.items():
            pack.writestr(name, data)
    code, out, _ = call(capsys, "checklist", tmp_path / "forged.zip", "--verify")
    assert (code, out.splitlines()[0]) == (1, "checklist.json was changed after it was packed")


def test_an_audit_fails_on_what_it_is_told_to_fail_on(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "audit", "-q", repo.root, "-o", "terminal", "--fail-on", "critical")[0] == 0
    repo.commit({"train.py": TRAINED_ON})
    assert call(capsys, "audit", "-q", repo.root, "-o", "terminal", "--fail-on", "critical")[0] == 1


def test_init_writes_settings_that_are_valid_and_overwrites_nothing(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("init", repo.root, "--ci", "github", "--pre-commit")
    assert call(capsys, *words)[0] == 0
    assert call(capsys, *words)[0] == 2
    text = (repo.root / "auditor.toml").read_text()
    live = "\n".join(line.removeprefix("# ") for line in text.splitlines() if "=" in line or line.startswith("# ["))
    assert {"exclude", "gate", "components", "min_coverage"} <= tomllib.loads(live).keys()
    repo.commit()
    said = json.loads(call(capsys, "audit", "-q", repo.root, "-o", "json")[1])
    assert said["settings"]["source"] == "auditor.toml"
    assert said["settings"]["unknown"] == []
    assert not [problem for problem in said["problems"] if "auditor.toml" in problem["path"]]
    (repo.root / "auditor.toml").write_text(live)
    said = json.loads(call(capsys, "audit", "-q", repo.root, "-o", "json")[1])
    assert said["settings"]["unknown"] == []
