"""`auditor compare`: two audits or revisions side by side."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import reading_options, set_up_logging
from auditor.cli.output import Output, deliver, look, parse_outputs
from auditor.cli.progress import shown_progress
from auditor.cli.stored import load_audit
from auditor.model.audit import Audit
from auditor.model.delta import Delta
from auditor.model.errors import UsageError

FORMS = ("terminal", "json", "html")


@click.command(name="compare")
@click.argument("before")
@click.argument("after")
@click.option(
    "--target", default=".", metavar="TARGET", help="The repository that revisions are of (default: this folder)."
)
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]", help="terminal, json or html. Repeatable."
)
@reading_options
def command(
    before: str,
    after: str,
    target: str,
    outputs: tuple[str, ...],
    no_cache: bool,
    cache_dir: Path | None,
    jobs: int | None,
    quiet: bool,
    debug: bool,
) -> None:
    """Compares BEFORE with AFTER, each the JSON of an audit or a revision of the target.

    Tells what is new, fixed, moved or was not looked at, and parts the difference of the scores by what caused it.
    """
    set_up_logging(debug=debug, quiet=quiet)
    wanted = parse_outputs(outputs, FORMS) or [Output("terminal", None)]
    from auditor.engine import registry
    from auditor.lifecycle.delta import compare
    from auditor.run import audit
    from auditor.score import load_policy
    from auditor.tree import between, paths_of

    with shown_progress(quiet=quiet) as progress:

        def read(word: str) -> Audit:
            if word.endswith(".json"):
                if not Path(word).is_file():
                    raise UsageError(f"{word} is not there; give the JSON of an audit, or a revision of {target}")
                return load_audit(Path(word))
            return audit(target, rev=word, use_cache=not no_cache, cache_dir=cache_dir, jobs=jobs, progress=progress)

        old, new = read(before), read(after)
    renames, paths = None, None
    if not before.endswith(".json") and not after.endswith(".json"):
        renames, paths = between(target, before, after).renames, paths_of(target, rev=after)
    titles = {family.id: family.title for family in registry().families}
    delta = compare(old, new, load_policy(new.versions.profile), titles, renames=renames, paths=paths)
    deliver(wanted, lambda output: _render(output, old, new, delta))


def _render(output: Output, before: Audit, after: Audit, delta: Delta) -> str:
    from auditor.formats import delta_terminal, json_file, sheet_html

    if output.format == "terminal":
        return delta_terminal.render(delta, **look(output))
    return sheet_html.render_comparison(before, after, delta) if output.format == "html" else json_file.encoded(delta)
