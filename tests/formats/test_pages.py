"""The pages of the rules are found by name, without the code of the rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import auditor
from auditor.engine import registry
from auditor.formats.pages import rule_pages


def test_every_rule_has_the_page_that_the_registry_reads(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("print(1)\n")
    audit = auditor.audit(str(tmp_path), use_cache=False)
    known = {id_: loaded for id_, loaded in registry().rules.items() if id_ in {rule.id for rule in audit.rules}}
    assert len(known) > 50
    assert rule_pages(audit) == {id_: loaded.page for id_, loaded in known.items()}
    assert all(page.why for page in rule_pages(audit).values())


def test_an_unchanged_tree_is_answered_and_rendered_without_readers_and_rules(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "train.py").write_text("print(1)\n")
    git = ["git", "-C", str(target), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *command], check=True)
    script = (
        "import sys, auditor, pathlib\n"
        "from auditor.formats import render\n"
        "from auditor.formats.pages import rule_pages\n"
        f"audit = auditor.audit({str(target)!r}, cache_dir=pathlib.Path({str(tmp_path / 'cache')!r}))\n"
        "print(len(render(audit, 'html', rule_pages(audit))))\n"
        "print(sorted(m for m in sys.modules if m in ('auditor.readers', 'auditor.rulekit', 'auditor.graph')))\n"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split("\n")
        for _ in range(2)
    )
    assert first[0] == second[0]
    assert first[1] == "['auditor.graph', 'auditor.readers', 'auditor.rulekit']"
    assert second[1] == "[]"
