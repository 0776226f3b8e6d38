"""Two consecutive versions of the tool over one history: what the code did and what the rules did are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

import auditor.engine
from auditor.engine.registry import Registry, registry
from auditor.history.store import Store
from auditor.history.walk import trend
from auditor.lifecycle.delta import compare
from auditor.model.audit import Audit
from auditor.model.delta import Delta
from auditor.model.trend import Trend
from auditor.rulekit import ArtefactGraph, Judgement
from auditor.run import audit
from auditor.score import load_policy
from tests.tree.conftest import Repo

CLEAN = (
    "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\n"
    "from sklearn.preprocessing import StandardScaler\n\n"
    "data = pd.read_csv('data/raw.csv')\nx, y = data[['a']], data['b']\n{scale}"
    "a, b, c, d = train_test_split(x, y)\nmodel = LogisticRegression().fit(a, c)\nprint(model.score(b, d))\n"
)
ENVIRONMENT = {"requirements.txt": "pandas==2.2.0\nscikit-learn==1.5.0\n", ".python-version": "3.12.1\n"}
LEAKING = CLEAN.format(scale="x = StandardScaler().fit_transform(x)\n")
NEW, REVISED = "REP006", "REP001"
"""A rule that the older version lacks, and one that found nothing in it."""


def _blind(_graph: ArtefactGraph) -> Iterator[Judgement]:
    yield from ()


def older() -> Registry:
    """The rules as they were one version ago."""
    now = registry()
    rules = {id_: loaded for id_, loaded in now.rules.items() if id_ != NEW}
    before = rules[REVISED]
    info = msgspec.structs.replace(before.info, revision=before.info.revision - 1)
    rules[REVISED] = msgspec.structs.replace(before, info=info, check=_blind)
    return msgspec.structs.replace(now, rules=rules)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Three commits: in order, leaking, leaking with another README."""
    made = Repo(tmp_path / "project")
    rows = "a,b\n" + "".join(f"{n},{n % 2}\n" for n in range(30))
    for at, text in enumerate((CLEAN.format(scale=""), LEAKING, LEAKING)):
        made.write(
            {"train.py": text, "data/raw.csv": rows, "README.md": f"# {at}\n\n`python train.py`\n", **ENVIRONMENT}
        )
        made.git("add", "-A")
        moment = f"2024-0{at + 1}-02T03:04:05Z"
        made.git("commit", "-q", "-m", f"change {at}", env={"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment})
    return made


@pytest.fixture
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The older version, until it is undone."""
    with monkeypatch.context() as patch:
        patch.setattr(auditor.engine, "registry", lambda _extra="": older())
        patch.setattr(auditor.engine, "ruleset", auditor.engine.ruleset.__wrapped__)  # a process has but one version
        yield patch


def walked(repo: Repo, store: Store, rev: str = "HEAD") -> Trend:
    return trend(str(repo.root), store, rev=rev, every="commit", use_cache=False)


def audited(repo: Repo, rev: str) -> Audit:
    return audit(str(repo.root), rev=rev, as_of=date(2024, 5, 1), use_cache=False, jobs=1)


def compared(before: Audit, after: Audit) -> Delta:
    return compare(before, after, load_policy(), {family.id: family.title for family in registry().families})


def parts(delta: Delta) -> dict[str, float]:
    return {share.cause: share.points for share in delta.attribution if share.points}


def test_the_trend_stands_under_one_version_and_tells_what_was_said_then(
    repo: Repo, tmp_path: Path, as_it_was: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "history.db") as store:
        then = walked(repo, store, "HEAD~1")
        as_it_was.undo()
        now = walked(repo, store)
    said, said_leaking = (point.debt for point in then.points)
    clean, leaking, last = now.points
    assert (clean.reported, leaking.reported, last.reported) == (said, said_leaking, None)
    assert clean.reported_under
    assert now.versions is not None
    assert clean.reported_under[0] != now.versions.ruleset
    # The new rules see more debt in the same code, so what was said then cannot be held against what is said now ...
    assert clean.debt is not None
    assert said is not None
    assert clean.debt > said
    # ... and the restated line moves where the code did, alone.
    assert clean.debt < (leaking.debt or 0.0)
    assert leaking.debt == last.debt


def test_a_rule_that_is_new_or_revised_is_charged_and_code_that_did_not_change_is_not(
    repo: Repo, as_it_was: pytest.MonkeyPatch
) -> None:
    before = audited(repo, "HEAD~1")
    as_it_was.undo()
    delta = compared(before, audited(repo, "HEAD"))
    assert set(parts(delta)) == {"rules"}
    assert {finding.rule for finding in delta.detected} == {NEW, REVISED}
    assert not delta.new
    assert not delta.comparable


def test_code_is_charged_with_the_same_points_under_either_version(repo: Repo, as_it_was: pytest.MonkeyPatch) -> None:
    old = [audited(repo, rev) for rev in ("HEAD~2", "HEAD~1")]
    as_it_was.undo()
    new = audited(repo, "HEAD~1")
    alone, across = compared(old[0], old[1]), compared(old[0], new)
    assert parts(alone).keys() == {"code"}
    assert parts(across).keys() == {"code", "rules"}
    assert parts(across)["code"] > 0
    whole = (new.score.debt or 0.0) - (old[0].score.debt or 0.0)
    assert sum(parts(across).values()) == pytest.approx(whole)
    assert {finding.rule for finding in across.new} == {finding.rule for finding in alone.new}
