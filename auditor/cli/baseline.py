"""`auditor baseline`: which findings are old."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import quiet_option, set_up_logging
from auditor.cli.progress import shown_progress
from auditor.model.errors import UsageError

if TYPE_CHECKING:
    from auditor.lifecycle.baseline import Baseline
    from auditor.model.audit import Audit

TARGET = click.argument("target", default=".", type=click.Path(path_type=Path, file_okay=False, exists=True))


@click.group(name="baseline")
def command() -> None:
    """Keeps .auditor/baseline.json: the findings that were there before, so that a gate judges what is new.

    A baseline hides nothing: its findings stay in score and report. Where the base commit is at hand, `auditor gate --base REF`
    needs none.
    """


@command.command(name="create")
@TARGET
@quiet_option
def create(target: Path, quiet: bool) -> None:
    """Writes all open findings of TARGET; refuses to overwrite."""
    from auditor.lifecycle import baseline

    path = _path(target)
    if path.exists():
        raise UsageError(f"{path} is there already; `auditor baseline update` follows it, or remove it first")
    known = baseline.create(_audit(target, quiet))
    _write(path, known)
    click.echo(f"wrote {len(known.entries)} findings to {path}", err=True)


@command.command(name="update")
@TARGET
@quiet_option
def update(target: Path, quiet: bool) -> None:
    """Drops what is fixed and follows what moved; adds nothing."""
    from auditor.lifecycle import baseline

    path, known = _known(target)
    after = baseline.update(known, _audit(target, quiet))
    _write(path, after)
    click.echo(f"{len(known.entries)} findings were known, {len(after.entries)} are left", err=True)


@command.command(name="accept")
@click.argument("rule")
@TARGET
@click.option("--reason", required=True, metavar="TEXT", help="Why what the new rule finds may count as old.")
@quiet_option
def accept(rule: str, target: Path, reason: str, quiet: bool) -> None:
    """Adds what RULE, which is new or was revised, detects now."""
    from auditor.lifecycle import baseline

    if not reason.strip():
        raise UsageError("--reason is empty; say why these findings may count as old")
    path, known = _known(target)
    after = baseline.accept(known, _audit(target, quiet), rule)
    _write(path, after)
    click.echo(f"added {len(after.entries) - len(known.entries)} findings of {rule}: {reason}", err=True)


@command.command(name="prune")
@TARGET
@quiet_option
def prune(target: Path, quiet: bool) -> None:
    """Drops entries of retired rules and deleted files."""
    from auditor.lifecycle import baseline
    from auditor.tree import paths_of

    path, known = _known(target)
    after = baseline.prune(known, _audit(target, quiet), paths_of(str(target)))
    _write(path, after)
    click.echo(f"dropped {len(known.entries) - len(after.entries)} entries", err=True)


def _path(target: Path) -> Path:
    from auditor.lifecycle.baseline import PATH

    return target / PATH


def _audit(target: Path, quiet: bool) -> Audit:
    from auditor.run import audit

    set_up_logging(quiet=quiet)
    with shown_progress(quiet=quiet) as progress:
        return audit(str(target), progress=progress)


def _known(target: Path) -> tuple[Path, Baseline]:
    from auditor.lifecycle import baseline

    path = _path(target)
    if not path.is_file():
        raise UsageError(f"there is no {path}; write it with `auditor baseline create`")
    return path, baseline.read(path.read_bytes())


def _write(path: Path, known: Baseline) -> None:
    from auditor.cli.output import write_file
    from auditor.lifecycle import baseline

    if path.parent.is_symlink():
        raise UsageError(f"{path.parent} is a symbolic link, which is not followed")
    path.parent.mkdir(exist_ok=True)
    write_file(path, baseline.write(known))
