"""`auditor trend`: debt over the history of a repository."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import reading_options, set_up_logging
from auditor.cli.output import Output, deliver, look, parse_outputs, write_file
from auditor.cli.progress import shown_progress
from auditor.model.errors import UsageError
from auditor.model.trend import Trend

if TYPE_CHECKING:
    from auditor.history.store import Store
    from auditor.history.team import TeamStore

FORMS = ("terminal", "json", "html", "points", "lives")
TABLES = ("points", "lives")


@click.command(name="trend")
@click.argument("target", default=".")
@click.option(
    "--rev", metavar="REV", help="Look at the line of commits that leads there (default: what is checked out)."
)
@click.option(
    "--every",
    type=click.Choice(["commit", "week", "month", "tag"]),
    default="week",
    show_default=True,
    help="Which commits: all, the last of each week or month with every tag, or tags alone.",
)
@click.option("--points", type=click.IntRange(min=1), metavar="N", help="At most N of them, evenly spread.")
@click.option("--since", metavar="DATE", help="Leave out what is older (YYYY-MM-DD).")
@click.option("--exact", is_flag=True, help="Audit further commits until each finding's first and last one are known.")
@click.option(
    "--store", "place", metavar="FILE|URL", envvar="AUDITOR_STORE", show_envvar=True,
    help="Keep audited commits there: a file (default: .auditor/history.db of a folder), or a database as postgresql://HOST/NAME.",
)  # fmt: skip
@click.option(
    "--export",
    "exported",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write what is stored as lines of JSON.",
)
@click.option(
    "--import",
    "imported",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="First store what such a file holds.",
)
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]",
    help="terminal, json or html; points=FILE and lives=FILE write tables (.csv, or .parquet with pyarrow). Repeatable.",
)  # fmt: skip
@reading_options
def command(
    target: str,
    rev: str | None,
    every: str,
    points: int | None,
    since: str | None,
    exact: bool,
    place: str | None,
    exported: Path | None,
    imported: Path | None,
    outputs: tuple[str, ...],
    no_cache: bool,
    cache_dir: Path | None,
    jobs: int | None,
    quiet: bool,
    debug: bool,
) -> None:
    """Audits commits of TARGET (default: the current folder) from git objects and tells how its debt went.

    Nothing is checked out. Commits that are stored are not audited again under the same rules, so a second call costs what is
    new, and a call that was interrupted goes on where it was.
    """
    set_up_logging(debug=debug, quiet=quiet)
    wanted = parse_outputs(outputs, FORMS) or [Output("terminal", None)]
    if any(output.path is None for output in wanted if output.format in TABLES):
        raise UsageError("tables go into files; write points=FILE.csv or lives=FILE.parquet")
    from auditor.history.store import export_lines, import_lines
    from auditor.history.walk import trend

    with _store(target, place, cache_dir) as store, shown_progress(quiet=quiet) as progress:
        if imported is not None:
            with imported.open("rb") as file:
                import_lines(store, file)
        found = trend(
            target, store, rev=rev, every=every, points=points, since=_seconds(since), exact=exact,
            jobs=jobs or os.cpu_count() or 1, use_cache=not no_cache, cache_dir=cache_dir, progress=progress,
        )  # fmt: skip
        if exported is not None:
            write_file(exported, "".join(export_lines(store)))
    _tables([output for output in wanted if output.format in TABLES], found)
    deliver([output for output in wanted if output.format not in TABLES], lambda output: _render(output, found))


def _render(output: Output, found: Trend) -> str:
    from auditor.formats import json_file, sheet_html, trend_terminal

    if output.format == "terminal":
        return trend_terminal.render(found, **look(output))
    return sheet_html.render_trend(found) if output.format == "html" else json_file.encoded(found)


def _tables(outputs: list[Output], found: Trend) -> None:
    if not outputs:
        return
    from auditor.formats.tables import write_table
    from auditor.history.tables import lives_table, points_table

    for output in outputs:
        if output.path is not None:
            write_table(points_table(found) if output.format == "points" else lives_table(found), output.path)


def _store(target: str, place: str | None, cache_dir: Path | None) -> Store | TeamStore:
    """What audited commits are kept in."""
    if place is not None and "://" in place:
        from auditor.history.team import TeamStore
        from auditor.tree import identity_of

        return TeamStore(place, identity_of(target))
    from auditor.history.store import Store

    return Store(Path(place) if place is not None else _place(target, cache_dir))


def _place(target: str, cache_dir: Path | None) -> Path:
    """Where audited commits are kept in a file: beside the files where there are files, else in the cache."""
    folder = Path(target)
    if folder.is_dir() and not (folder / "HEAD").is_file() and folder.name != ".git":
        home = folder / ".auditor"
        if home.is_symlink():
            raise UsageError(f"{home} is a symbolic link, which is not followed; name a file with --store")
        try:
            home.mkdir(exist_ok=True)
            ignore = home / ".gitignore"
            if not ignore.exists():
                write_file(ignore, "history.db*\n")
        except OSError as error:
            raise UsageError(
                f"the history cannot be kept in {home}: {error.strerror or error}; name a file with --store"
            ) from error
        return home / "history.db"
    import hashlib

    from auditor.facts import default_folder

    home = cache_dir or default_folder()
    home.mkdir(parents=True, exist_ok=True)
    return home / f"history-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}.db"


def _seconds(day: str | None) -> int | None:
    if day is None:
        return None
    try:
        return int(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), tzinfo=dt.UTC).timestamp())
    except ValueError:
        raise UsageError(f"--since {day} is not a date; write it as YYYY-MM-DD") from None
