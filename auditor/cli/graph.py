"""`auditor graph`: the dependency graph itself."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import cache_dir_option, debug_option, set_up_logging
from auditor.cli.output import Output, parse_outputs, write_file
from auditor.cli.progress import shown_progress
from auditor.model.errors import UsageError


@click.command(name="graph", short_help="Show the dependency graph of a repository.")
@click.argument("target", default=".")
@click.option("--rev", metavar="REV", help="Read this revision from git objects, without a checkout.")
@click.option("--observed", "view", flag_value="observed", help="Leave out edges that rest only on a declaration.")
@click.option("--declared", "view", flag_value="declared", help="Only edges that a declaration states.")
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]",
    help="Write the graph as json. Repeatable; without a PATH (or with -) to stdout.",
)  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing.")
@cache_dir_option
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes that read files (default: one a core)."
)
@click.option("-q", "--quiet", is_flag=True, help="No progress, no messages; only what was asked for.")
@debug_option
def command(
    target: str,
    rev: str | None,
    view: str | None,
    outputs: tuple[str, ...],
    no_cache: bool,
    cache_dir: Path | None,
    jobs: int | None,
    quiet: bool,
    debug: bool,
) -> None:
    """Shows who reads, writes, runs and configures what in TARGET: a folder, a git directory or URL, or an archive."""
    set_up_logging(debug=debug, quiet=quiet)
    from auditor.formats.graph_json import render

    wanted = parse_outputs(outputs, ["json"]) or [Output("json", None)]
    from auditor.run import graph as run_graph

    with shown_progress(quiet=quiet) as progress:
        graph = run_graph(
            target,
            rev=rev,
            view=view or "all",
            use_cache=not no_cache,
            cache_dir=cache_dir,
            jobs=jobs,
            progress=progress,
        )
    for output in sorted(wanted, key=lambda output: output.path is None):
        if output.path is None:
            click.echo(render(graph), nl=False)
            continue
        try:
            write_file(output.path, render(graph))
        except OSError as error:
            raise UsageError(f"cannot write {output.path}: {error.strerror or error}") from error
