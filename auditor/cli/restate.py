"""`auditor restate`: a stored audit under today's weights."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.audit import deliver_audit
from auditor.cli.options import debug_option, set_up_logging
from auditor.cli.output import parse_outputs
from auditor.cli.stored import load_audit
from auditor.model.audit import Audit


@click.command(name="restate")
@click.argument("audit", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="AUDIT.json")
@click.option("--profile", metavar="NAME", help="Score with this profile instead of the newest.")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]", help="Write the restated audit.")
@debug_option
def command(audit: Path, profile: str | None, outputs: tuple[str, ...], debug: bool) -> None:
    """Scores the audit in AUDIT.json again from what is stored in it, and says what that changes.

    Nothing is read anew: rules that this audit did not know cannot be restated, the old commit must be audited for them.
    """
    set_up_logging(debug=debug)
    from auditor.engine import registry
    from auditor.formats import FORMATS
    from auditor.score import DEFAULT_PROFILE, load_policy, restated

    wanted = parse_outputs(outputs, [form.name for form in FORMATS])
    before = load_audit(audit)
    titles = {family.id: family.title for family in registry().families}
    after = restated(before, load_policy(profile or DEFAULT_PROFILE), titles)
    if not wanted:
        click.echo(f"as reported  {_line(before)}\nrestated     {_line(after)}")
        return
    deliver_audit(after, wanted, None)


def _line(audit: Audit) -> str:
    from auditor.formats.text import decimal, plain, span

    score, versions = audit.score, audit.versions
    return (
        f"debt {decimal(score.debt):>5} (range {span(score.low, score.high)}) grade {plain(score.grade)}   "
        f"model {plain(versions.score_model)}, {plain(versions.calibration)}, profile {plain(versions.profile)}"
    )
