"""`auditor explain RULE`: the page of a rule."""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import EXISTING_FOLDER, set_up_logging
from auditor.model.errors import UsageError

if TYPE_CHECKING:
    from auditor.engine.registry import Loaded

SECTIONS = (
    ("finds", "What it finds"),
    ("why", "Why it is debt"),
    ("business", "What it costs the business"),
    ("fix", "What to do"),
    ("fine", "When it is fine"),
    ("sources", "Sources"),
)


@click.command(name="explain")
@click.argument("rule")
@click.option("--rules", "folder", type=EXISTING_FOLDER, metavar="DIR", help="Know the rules of this folder too.")
def command(rule: str, folder: Path | None) -> None:
    """Explains RULE, given by its id (PIP001) or its name (undeclared-pipeline-edge)."""
    set_up_logging()
    from auditor.engine import registry

    text = page(find(rule, registry(str(folder or "")).rules))
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console(width=min(Console().width, 100)).print(Markdown(text))
    else:
        click.echo(text, nl=False)


def find(word: str, rules: dict[str, Loaded]) -> Loaded:
    """The rule of this id or name; UsageError with the nearest ones if there is none."""
    names = {id_.lower(): loaded for id_, loaded in rules.items()} | {
        loaded.info.name: loaded for loaded in rules.values()
    }
    wanted = word.strip().lower().replace("_", "-")
    if wanted in names:
        return names[wanted]
    meant = re.sub(r"^([a-z]+)-?0*(\d+)$", lambda found: f"{found[1]}{found[2]:0>3}", wanted)
    close = [*([meant] if meant in names else []), *get_close_matches(wanted, names, n=3, cutoff=0.5)]
    near = [f"{names[name].info.id} ({names[name].info.name})" for name in dict.fromkeys(close)][:3]
    hint = f"did you mean {' or '.join(dict.fromkeys(near))}?" if near else "`auditor rules` lists them all"
    raise UsageError(f"there is no rule '{word}'; {hint}")


def page(loaded: Loaded) -> str:
    """The page as Markdown: what is constant about the rule, then its prose."""
    info = loaded.info
    effort, each = info.effort, info.effort_each
    hours = f"{effort.p50:.2g} h (P90 {effort.p90:.2g} h)"
    more = f", and {each.p50:.2g} h for each further place" if each.p50 else ""
    lines = [
        f"# {info.id} {info.title}",
        "",
        f"{info.name} · family {info.family} · severity {info.severity.value} · reliability {info.reliability}",
        "",
        f"Typical effort: {hours}{more}.",
    ]
    if seen := info.outside:
        where = f"in {seen.repositories} repositories which it had not been tuned by"
        doubtful = seen.read - seen.right - seen.wrong
        others = f"they let {seen.right} stand, refuted {seen.wrong} and doubted {doubtful}"
        lines += ["", f"Of {seen.read} findings that others read {where}, {others}."]
    for field, title in SECTIONS:
        if body := getattr(loaded.page, field):
            lines += ["", f"## {title}", "", body]
    return "\n".join(lines) + "\n"
