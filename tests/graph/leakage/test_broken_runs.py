"""A bug in following rows costs one program's leakage verdicts, never the audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import audit
from auditor.program.rows import interpret

PROGRAM = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('x.csv')\n{odd}m = Ridge().fit(f[['a']], f['b'])\n"
    "print(m.score(f[['a']], f['b']))\n"
)


@pytest.mark.parametrize("odd", ["f[()]\n", "f.loc[()]\n", "f[:, ()]\n", "f.iloc[(),]\n", "f[...]\n", "f[*()]\n"])
def test_odd_subscripts_are_followed(odd: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(PROGRAM.format(odd=odd))
    assert audit(str(tmp_path), use_cache=False).errors == ()


@pytest.mark.parametrize(
    ("path", "form"), [("train.py", "{}"), ("run.sh", "python - <<'E'\n{}E\n")], ids=["a file", "in a command"]
)
def test_a_bug_is_told_and_the_audit_goes_on(
    path: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / path).write_text(form.format(PROGRAM.format(odd="")))

    def broken(*_args: object) -> None:
        raise IndexError("tuple index out of range")

    monkeypatch.setattr(interpret, "followed", broken)
    found = audit(str(tmp_path), use_cache=False)
    assert found.errors == (f"{path}: following its rows failed: IndexError: tuple index out of range",)
    asked = {"LKG001", "LKG002", "LKG003", "LKG005", "LKG011"}
    said = {verdict.rule: verdict.outcome.value for verdict in found.verdicts if verdict.rule in asked}
    assert said == dict.fromkeys(sorted(asked), "unknown")
    assert found.score.debt is not None
