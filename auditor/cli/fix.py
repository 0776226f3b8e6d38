"""`auditor fix`: mend what can be mended mechanically."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import reading_options, set_up_logging
from auditor.cli.progress import shown_progress
from auditor.model.errors import UsageError
from auditor.model.regex import regex
from auditor.model.verdict import PEDANTIC, PERSONAS, REGULAR

if TYPE_CHECKING:
    from auditor.fixes import Change

_CONTROL = regex(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@click.command(name="fix")
@click.argument("target", default=".", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--rule", "only", multiple=True, metavar="RULE", help="Mend findings of this rule alone. Repeatable.")
@click.option("--write", "writes", is_flag=True, help="Write the changes. Without it they are only shown.")
@click.option(
    "--persona", type=click.Choice(PERSONAS), default=REGULAR, show_default=True,
    help="Whose findings: the pedantic also have commodity misuses of APIs mended.",
)  # fmt: skip
@reading_options
def command(
    target: Path,
    only: tuple[str, ...],
    writes: bool,
    persona: str,
    no_cache: bool,
    cache_dir: Path | None,
    jobs: int | None,
    quiet: bool,
    debug: bool,
) -> None:
    """Shows as a diff what would mend findings of the folder TARGET whose remedy is mechanical; --write makes the changes.

    Files outside TARGET, and such as are reached by a symbolic link, are never touched.
    """
    set_up_logging(debug=debug, quiet=quiet)
    from auditor.engine import registry
    from auditor.fixes import FIXABLE, propose
    from auditor.run import audit

    unknown = [rule for rule in only if rule not in FIXABLE]
    if unknown:
        raise UsageError(f"{unknown[0]} has no mechanical remedy; those that have one are {', '.join(FIXABLE)}")
    rules = registry().rules
    if any(rules[rule].rule.persona == PEDANTIC for rule in only if rule in rules):
        persona = PEDANTIC
    with shown_progress(quiet=quiet) as progress:
        found = audit(
            str(target), persona=persona, use_cache=not no_cache, cache_dir=cache_dir, jobs=jobs, progress=progress
        )
    if found.target.kind not in ("worktree", "folder"):
        raise UsageError(f"{target} is no folder of files that could be changed; give the folder of a checkout")
    proposal = propose(target.resolve(), [f for f in found.findings if not only or f.rule in only])
    for change in proposal.changes:
        click.echo("".join(_diff(change)), nl=False)
    if not quiet:
        for left in proposal.left:
            click.echo(f"auditor: {left.finding.rule} at {left.finding.place} is left: {left.why}", err=True)
    _finish(target.resolve(), proposal.changes, writes=writes, quiet=quiet)


def _finish(root: Path, changes: tuple[Change, ...], *, writes: bool, quiet: bool) -> None:
    from auditor.fixes import write
    from auditor.fixes.files import OutsideError

    mended = sum(len(change.mended) for change in changes)
    for change in changes if writes else ():
        try:
            write(root, change.path, change.before, change.after)
        except (OutsideError, OSError) as error:
            mended -= len(change.mended)
            click.echo(f"auditor: {change.path} was not written: {error}", err=True)
    if not quiet:
        done = "mended" if writes else "can be mended with --write"
        click.echo(f"{mended} finding{'' if mended == 1 else 's'} {done}", err=True)


def _diff(change: Change) -> Iterator[str]:
    before, after = (
        text.decode("utf-8", "replace").splitlines(keepends=True) for text in (change.before, change.after)
    )
    for line in difflib.unified_diff(before, after, f"a/{change.path}", f"b/{change.path}"):
        whole = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        yield _CONTROL.sub("?", whole) if sys.stdout.isatty() else whole
