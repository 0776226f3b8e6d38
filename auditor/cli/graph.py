"""`auditor graph`: the dependency graph itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from auditor.cli.options import reading_options, set_up_logging, view_options
from auditor.cli.output import Output, deliver, look, parse_outputs
from auditor.cli.progress import shown_progress


@click.command(name="graph")
@click.argument("target", default=".")
@view_options
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]",
    help="Write the graph as json, html, dot, mermaid (the lineage), graphml or terminal. Repeatable; without a PATH (or with -) to stdout.",
)  # fmt: skip
@reading_options
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
    """Shows who reads, writes, runs and configures what in TARGET: a folder, a git directory or URL, or an archive.

    Without -o a terminal gets a summary, and a pipe or file gets all of the graph as JSON. The html is one file that
    needs no network: search it, filter it, open folders, and follow every tie to its evidence.
    """
    set_up_logging(debug=debug, quiet=quiet)
    from auditor.formats import GRAPH_FORMATS, graph_terminal, render_graph
    from auditor.run import graph as run_graph

    wanted = parse_outputs(outputs, [form.name for form in GRAPH_FORMATS]) or [
        Output("terminal" if sys.stdout.isatty() else "json", None)
    ]
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
    deliver(
        wanted,
        lambda output: (
            graph_terminal.render(graph, **look(output))
            if output.format == "terminal"
            else render_graph(graph, output.format)
        ),
    )
