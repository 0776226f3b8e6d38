"""`auditor fleet`: many repositories, compared."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import FOLDER, cache_dir_option, day_of, debug_option, quiet_option, set_up_logging
from auditor.cli.output import Output, deliver, look, parse_outputs
from auditor.cli.progress import shown_progress
from auditor.model.errors import UsageError
from auditor.model.fleet import Fleet

if TYPE_CHECKING:
    from auditor.fleet.results import Results

FORMS = ("terminal", "json", "html")
TABLES = ("repositories", "shared", "findings")
INCOMPLETE = 3


@click.command(name="fleet")
@click.argument("listed", metavar="LIST", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--into", type=FOLDER, default=Path("fleet"), show_default=True, metavar="DIR",
    help="Keep the audits there; what is there already is not audited again.",
)  # fmt: skip
@click.option("--again", is_flag=True, help="Audit anew what is there already.")
@click.option(
    "--engine", "engine_word", default="local", show_default=True, metavar="ENGINE",
    help="Who audits: local (processes of this machine) or dask://HOST:PORT (a Dask cluster).",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Audits at once on this machine (default: one a core)."
)
@click.option(
    "--shard", "part", metavar="I/N", help="Audit only the I-th of N parts of the list, for schedulers of your own."
)
@click.option(
    "--memory",
    type=click.IntRange(min=256),
    default=4096,
    show_default=True,
    metavar="MB",
    help="What one audit may take.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="MINUTES",
    help="How long one audit may take.",
)  # fmt: skip
@click.option(
    "--as-of", callback=day_of, metavar="DATE", help="The day that decides what has lapsed (default: that of the run begun in DIR, else today)."
)  # fmt: skip
@click.option("--profile", metavar="NAME", help="Score with this profile instead of the newest.")
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]",
    help="terminal, json or html; repositories=FILE, shared=FILE and findings=FILE write tables (.csv, or .parquet with pyarrow). Repeatable.",
)  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing but the results.")
@cache_dir_option
@quiet_option
@debug_option
def command(
    listed: Path,
    into: Path,
    again: bool,
    engine_word: str,
    jobs: int | None,
    part: str | None,
    memory: int,
    timeout: float,
    as_of: date | None,
    profile: str | None,
    outputs: tuple[str, ...],
    no_cache: bool,
    cache_dir: Path | None,
    quiet: bool,
    debug: bool,
) -> int:
    """Audits the repositories of LIST (- for standard input) and compares them.

    On each line of LIST stands a target as `auditor audit` takes it and, after a blank, a revision if not the one that is
    there. Each is audited by a process of its own; one that fails stops no other, is told, and is tried again by the next call.
    Without -o, prints a summary and writes report.html, fleet.json and tables into DIR. Exits with 3 if any could not be audited.
    """
    set_up_logging(debug=debug, quiet=quiet)
    wanted = parse_outputs(outputs, [*FORMS, *TABLES])
    if any(output.path is None for output in wanted if output.format in TABLES):
        raise UsageError("tables go into files; write repositories=FILE.csv or findings=FILE.parquet")
    from auditor.facts.version import code_version
    from auditor.fleet.engines import engine
    from auditor.fleet.members import read_list, shard
    from auditor.fleet.results import Results
    from auditor.fleet.walk import walk
    from auditor.fleet.work import Terms
    from auditor.score import DEFAULT_PROFILE

    members = read_list(_text(listed))
    members = shard(members, part) if part else members
    workers = engine(engine_word, jobs or os.cpu_count() or 1)
    day = as_of.isoformat() if as_of else None
    results = Results(into, code=code_version(), profile=profile or DEFAULT_PROFILE, as_of=day, part=part or "")
    kept = str(cache_dir.resolve()) if cache_dir else None
    terms = Terms(profile, not no_cache, kept, memory, timeout * 60)
    with shown_progress(quiet=quiet) as progress:
        fleet = walk(members, results, workers, terms, again=again, progress=progress)
    wanted = wanted or _standard(into)
    _write_tables([output for output in wanted if output.format in TABLES], fleet, results)
    deliver([output for output in wanted if output.format in FORMS], lambda output: _render(output, fleet))
    if not outputs and not quiet:
        click.echo(f"wrote report.html, fleet.json and tables into {into}", err=True)
    return INCOMPLETE if any(one.problem or one.incomplete for one in fleet.standings) else 0


def _text(listed: Path) -> str:
    try:
        return sys.stdin.read() if str(listed) == "-" else listed.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the list {listed} cannot be read: {error}") from error


def _standard(into: Path) -> list[Output]:
    """What is made when nothing was asked for: tables as Parquet where it can be written."""
    suffix = "parquet" if find_spec("pyarrow") else "csv"
    tables = [Output(name, into / f"{name}.{suffix}") for name in TABLES]
    pages = [Output("html", into / "report.html"), Output("json", into / "fleet.json")]
    return [*tables, *pages, Output("terminal", None)]


def _render(output: Output, fleet: Fleet) -> str:
    from auditor.formats import fleet_terminal, json_file, sheet_html

    if output.format == "terminal":
        return fleet_terminal.render(fleet, **look(output))
    return sheet_html.render_fleet(fleet) if output.format == "html" else json_file.encoded(fleet)


def _write_tables(outputs: list[Output], fleet: Fleet, results: Results) -> None:
    if not outputs:
        return
    from auditor.fleet.tables import findings_tables, repositories_table, shared_table
    from auditor.formats.tables import write_tables

    members = [one.member for one in fleet.standings]
    made: dict[str, Callable[[], Iterable[Any]]] = {
        "repositories": lambda: [repositories_table(fleet)],
        "shared": lambda: [shared_table(fleet)],
        "findings": lambda: findings_tables((done.member, audit) for done, audit in results.of(members)),
    }
    for output in outputs:
        if output.path is not None:
            write_tables(made[output.format](), output.path)
