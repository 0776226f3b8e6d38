"""`auditor gate`: may this change pass?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.cli.options import reading_options, set_up_logging
from auditor.cli.output import Output, deliver, look, parse_outputs
from auditor.cli.progress import shown_progress
from auditor.model.errors import UsageError

FAILED, INCOMPLETE = 1, 3
FORMS = ("terminal", "json", "audit")


@click.command(name="gate")
@click.argument("target", default=".")
@click.option("--rev", metavar="REV", help="Judge this revision from git objects, without a checkout.")
@click.option(
    "--base", metavar="REF", help="Compare with the commit where this forked off REF (a branch, a tag, a commit)."
)
@click.option(
    "--baseline", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
    help="Without --base: compare with this baseline (default: .auditor/baseline.json of the target, if it is there).",
)  # fmt: skip
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]",
    help="Write the decision as terminal or json, or the audit behind it as audit (JSON). Repeatable.",
)  # fmt: skip
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever the decision (2 for mistakes stays).")
@reading_options
def command(
    target: str,
    rev: str | None,
    base: str | None,
    baseline: Path | None,
    outputs: tuple[str, ...],
    exit_zero: bool,
    no_cache: bool,
    cache_dir: Path | None,
    jobs: int | None,
    quiet: bool,
    debug: bool,
) -> int:
    """Audits TARGET (default: the current folder) and applies the gate of its settings.

    With --base, only what the change adds counts as new, and the gate, the waivers and the suppressions of the base apply: a
    change cannot exempt itself. Exits with 0 if the gate holds, with 1 if it does not, with 3 if too little could be judged.
    """
    set_up_logging(debug=debug, quiet=quiet)
    wanted = parse_outputs(outputs, FORMS) or [Output("terminal", None)]
    if base is not None and baseline is not None:
        raise UsageError("--base and --baseline exclude each other; a base needs no baseline")
    from auditor.lifecycle.baseline import PATH
    from auditor.lifecycle.review import review
    from auditor.tree import read_file

    known = None
    if base is None:
        known = baseline.read_bytes() if baseline is not None else read_file(target, PATH, rev)
    with shown_progress(quiet=quiet) as progress:
        seen = review(
            target, rev=rev, base=base, baseline=known,
            use_cache=not no_cache, cache_dir=cache_dir, jobs=jobs, progress=progress,
        )  # fmt: skip
    deliver(wanted, lambda output: _render(output, seen))
    if exit_zero:
        return 0
    return FAILED if seen.gate.verdict == "fail" else INCOMPLETE if seen.gate.incomplete else 0


def _render(output: Output, seen: Any) -> str:  # a Review, whose module loads late
    from auditor.formats import gate_terminal, json_file

    if output.format == "terminal":
        return gate_terminal.render(seen.gate, **look(output))
    if output.format == "audit":
        return json_file.render(seen.audit)
    return json_file.encoded(seen.gate)
