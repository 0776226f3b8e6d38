"""`auditor audit`: the main job."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.dressing import DRESSED, PLAIN, Dressing, dressing_options, read_setting, redacted, stored_trend
from auditor.cli.options import EXISTING_FOLDER, day_of, reading_options, set_up_logging
from auditor.cli.output import Output, deliver, look, parse_outputs, require_writable
from auditor.cli.progress import shown_progress
from auditor.model.verdict import PERSONAS, REGULAR

if TYPE_CHECKING:
    from auditor.model.audit import Audit

FAILED, INCOMPLETE = 1, 3
REPORTS = (Output("html", Path("debt-report.html")), Output("json", Path("debt-report.json")))


@click.command(name="audit")
@click.argument("target", default=".")
@click.option("--rev", metavar="REV", help="Audit this revision from git objects, without a checkout.")
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]",
    help="Write the audit as html, json, markdown, terminal, pdf, csv or parquet (findings), facts-csv or facts-parquet, ml-bom (CycloneDX), sarif, gitlab (code quality), junit, github (annotations), comment, badge or badge-json. Repeatable; without a PATH (or with -) to stdout.",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice(["critical", "high", "medium", "low"]),
    help="Exit with 1 if a finding of this severity or above is open, of a reliable rule or confirmed by a person.",
)  # fmt: skip
@click.option("--as-of", callback=day_of, metavar="DATE", help="The day that decides what has lapsed (default: today).")
@click.option("--profile", metavar="NAME", help="Score with this profile instead of the newest.")
@click.option(
    "--persona", type=click.Choice(PERSONAS), default=REGULAR, show_default=True,
    help="Whom to show findings: the pedantic also see commodity misuses of APIs, which never count.",
)  # fmt: skip
@click.option(
    "--rules", type=EXISTING_FOLDER, metavar="DIR", help="Also apply the rules of this folder. They are executed."
)
@dressing_options
@reading_options
def command(
    target: str,
    rev: str | None,
    outputs: tuple[str, ...],
    fail_on: str | None,
    as_of: date | None,
    profile: str | None,
    persona: str,
    rules: Path | None,
    brand: Path | None,
    notes: Path | None,
    redact: str,
    redaction_key: Path | None,
    previous: Path | None,
    trend: Path | None,
    no_cache: bool,
    cache_dir: Path | None,
    jobs: int | None,
    quiet: bool,
    debug: bool,
) -> int:
    """Audits TARGET (default: the current folder): a folder, a git directory or URL, or an archive.

    Without -o, prints a summary and writes debt-report.html and debt-report.json into the current folder.
    Exits with 0, with 1 under --fail-on, with 2 after a mistake in usage or configuration, with 3 if the analysis is incomplete.
    """
    set_up_logging(debug=debug, quiet=quiet)
    from auditor.formats import FORMATS

    wanted = parse_outputs(outputs, [form.name for form in FORMATS]) or _standard()
    from auditor.run import audit as run_audit

    with shown_progress(quiet=quiet) as progress:
        audit = run_audit(
            target,
            rev=rev,
            as_of=as_of,
            profile=profile,
            persona=persona,
            rules=rules,
            use_cache=not no_cache,
            cache_dir=cache_dir,
            jobs=jobs,
            progress=progress,
        )
    dressing = Dressing(brand, notes, redact, redaction_key, previous, trend)
    deliver_audit(audit, wanted, rules, dressing, target)
    if not outputs and not quiet:
        click.echo(f"wrote {REPORTS[0].path} and {REPORTS[1].path}", err=True)
    for error in audit.errors:
        click.echo(f"auditor: {error}", err=True)
    if fail_on is not None and _grave(audit, fail_on):
        return FAILED
    return INCOMPLETE if audit.errors else 0


def _grave(audit: Audit, severity: str) -> bool:
    """Whether an open finding that may fail a gate is of this severity or above."""
    from auditor.lifecycle.gate import gating
    from auditor.model.finding import Severity

    rules = {rule.id: rule for rule in audit.rules}
    return any(f.severity.rank >= Severity(severity).rank and gating(f, rules) for f in audit.findings)


def _standard() -> list[Output]:
    """What is made when nothing was asked for."""
    for report in REPORTS:
        if report.path is not None:
            require_writable(report.path)
    return [*REPORTS, Output("terminal", None)]


def deliver_audit(
    audit: Audit, outputs: list[Output], rules: Path | None, dressing: Dressing = PLAIN, target: str = ""
) -> None:
    """Renders each output; the summary in colour where somebody sees it and has not declined colour."""
    from auditor.formats import encode, terminal
    from auditor.formats.pages import rule_pages

    dressed = any(output.format in DRESSED for output in outputs)
    history = stored_trend(target) if dressed and target and dressing.trend is None else None
    setting = read_setting(dressing, audit, history)
    pages, shown = rule_pages(audit, rules), redacted(dressing, audit)
    deliver(
        outputs,
        lambda output: (
            terminal.render(shown, color=bool(look(output)["color"]))
            if output.format == "terminal"
            else encode(shown, output.format, pages, setting)
        ),
    )
