"""`auditor impact`: what changes if an artefact changes, and what it depends on."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import reading_options, set_up_logging, view_options
from auditor.cli.output import Output, deliver, look, parse_outputs
from auditor.cli.progress import shown_progress
from auditor.model.errors import UsageError


@click.command(name="impact")
@click.argument("words", nargs=-1, metavar="[TARGET] ARTEFACT")
@view_options
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="Follow at most N ties one after the other.")
@click.option(
    "--least", type=click.FloatRange(0, 1), metavar="C", help="Follow ties of at least this confidence (default: 0.5)."
)
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]",
    help="Write the answer as terminal (default; a tree, bounded) or json (complete). Without a PATH (or with -) to stdout.",
)  # fmt: skip
@reading_options
def command(
    words: tuple[str, ...],
    rev: str | None,
    view: str | None,
    depth: int | None,
    least: float | None,
    outputs: tuple[str, ...],
    no_cache: bool,
    cache_dir: Path | None,
    jobs: int | None,
    quiet: bool,
    debug: bool,
) -> None:
    """Shows what changes if ARTEFACT changes, and what it depends on, each tie with its evidence.

    TARGET (default: the current folder) is a folder, a git directory or URL, or an archive. ARTEFACT is one of

    \b
      a file, folder, data set or model       data/raw.csv   models/churn.pkl
      a function                              src/train.py::fit   src/train.py#fit
      a key of a configuration file           params.yaml:train.lr
      a step, a table, a column, an address   train   s3://bucket/raw
      an id of `auditor graph -o json`        step:dvc.yaml#train
    """
    set_up_logging(debug=debug, quiet=quiet)
    target, artefact = _asked(words)
    from auditor.formats import IMPACT_FORMATS, graph_json, impact_terminal
    from auditor.run import impact

    wanted = parse_outputs(outputs, IMPACT_FORMATS) or [Output("terminal", None)]

    with shown_progress(quiet=quiet) as progress:
        answer = impact(
            target,
            _inside(target, artefact),
            rev=rev,
            view=view or "all",
            least=least,
            depth=depth,
            use_cache=not no_cache,
            cache_dir=cache_dir,
            jobs=jobs,
            progress=progress,
        )
    deliver(
        wanted,
        lambda output: (
            graph_json.render(answer) if output.format == "json" else impact_terminal.render(answer, **look(output))
        ),
    )


def _asked(words: tuple[str, ...]) -> tuple[str, str]:
    """Target and artefact."""
    if len(words) == 1:
        return ".", words[0]
    if len(words) == 2:
        return words[0], words[1]
    raise UsageError(
        "name one artefact, after its repository if that is not the current folder: auditor impact [TARGET] ARTEFACT"
    )


def _inside(target: str, artefact: str) -> str:
    """The path within the target, where the shell completed one from the current folder."""
    root, path = Path(target), Path(artefact)
    if root.is_dir() and path.exists() and not (root / path).exists():
        try:
            return path.absolute().relative_to(root.absolute()).as_posix()
        except ValueError:
            return artefact
    return artefact
