"""`auditor report`: a stored audit in any form, without its target."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.audit import deliver_audit
from auditor.cli.dressing import Dressing, dressing_options
from auditor.cli.options import EXISTING_FOLDER, debug_option, set_up_logging
from auditor.cli.output import Output, parse_outputs
from auditor.cli.stored import load_audit


@click.command(name="report")
@click.argument("audit", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="AUDIT.json")
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]",
    help="html, json, markdown, terminal, pdf, csv, parquet, facts-csv, facts-parquet, ml-bom, sarif, gitlab, junit, github, comment, badge or badge-json. Repeatable; without a PATH (or with -) to stdout.",
)  # fmt: skip
@click.option("--rules", type=EXISTING_FOLDER, metavar="DIR", help="Take the prose of further rules from this folder.")
@dressing_options
@debug_option
def command(
    audit: Path, outputs: tuple[str, ...], rules: Path | None, brand: Path | None, notes: Path | None, redact: str, redaction_key: Path | None, previous: Path | None, trend: Path | None, debug: bool,
) -> None:  # fmt: skip
    """Renders the audit in AUDIT.json, as `auditor audit -o json=…` wrote it. The audited repository is not needed."""
    set_up_logging(debug=debug)
    from auditor.formats import FORMATS

    wanted = parse_outputs(outputs, [form.name for form in FORMATS]) or [Output("terminal", None)]
    deliver_audit(load_audit(audit), wanted, rules, Dressing(brand, notes, redact, redaction_key, previous, trend))
