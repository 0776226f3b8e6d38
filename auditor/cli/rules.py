"""`auditor rules`: what is looked for."""

from __future__ import annotations

import json
from pathlib import Path

import click

from auditor.cli.options import EXISTING_FOLDER, set_up_logging


@click.command(name="rules")
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON.")
@click.option("--rules", "folder", type=EXISTING_FOLDER, metavar="DIR", help="Also list the rules of this folder.")
def command(as_json: bool, folder: Path | None) -> None:
    """Lists the rules: id, family, severity and title."""
    set_up_logging()
    from auditor.engine import registry

    rules = [loaded.info for loaded in registry(str(folder or "")).rules.values()]
    if as_json:
        keys = ("id", "name", "family", "severity", "title")
        rows = [{key: getattr(rule, key) for key in keys} for rule in rules]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for rule in rules:
        click.echo(f"{rule.id:<8} {rule.family:<4} {rule.severity.value:<9} {rule.title}")
