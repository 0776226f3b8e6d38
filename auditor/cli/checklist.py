"""`auditor checklist`: the pre-release checklist, its sign-offs and its evidence pack."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from auditor.cli.options import reading_options, set_up_logging
from auditor.cli.output import Output, deliver, look, parse_outputs
from auditor.cli.progress import shown_progress
from auditor.model.checklist import Checklist
from auditor.model.errors import UsageError

FAILED, INCOMPLETE = 1, 3
FORMS = ("terminal", "markdown", "json")


@click.command(name="checklist")
@click.argument("target", default=".")
@click.option("--rev", metavar="REV", help="Look at this revision from git objects, without a checkout.")
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]",
    help="Write the checklist as terminal, markdown or json. Repeatable.",
)  # fmt: skip
@click.option("--release", is_flag=True, help="Exit with 1 while a blocking item is neither passed nor waived.")
@click.option("--sign", "item", metavar="ITEM", help="Sign ITEM (C18) in .auditor/signoff.toml of TARGET.")
@click.option("--answer", type=click.Choice(["pass", "partial", "fail", "n/a"]), help="What is signed (with --sign).")
@click.option("--by", metavar="NAME", help="Who signs (with --sign).")
@click.option("--note", metavar="TEXT", default="", help="What was seen, or why (with --sign).")
@click.option("--for-release", metavar="NAME", default="", help="The release it is signed for (with --sign).")
@click.option(
    "--pack", type=click.Path(path_type=Path), metavar="ZIP", help="Write audit, graph, checklist and judgements."
)
@click.option("--verify", is_flag=True, help="TARGET is an evidence pack: check that nothing in it was changed.")
@reading_options
def command(
    target: str,
    rev: str | None,
    outputs: tuple[str, ...],
    release: bool,
    item: str | None,
    answer: str | None,
    by: str | None,
    note: str,
    for_release: str,
    pack: Path | None,
    verify: bool,
    no_cache: bool,
    cache_dir: Path | None,
    jobs: int | None,
    quiet: bool,
    debug: bool,
) -> int:
    """Shows the 32 items for TARGET (default: the current folder), each with its evidence and its sign-off.

    A person's answer never turns an automated failure into a pass: that takes a waiver. A sign-off counts for 180 days and
    until its evidence changes.
    """
    set_up_logging(debug=debug, quiet=quiet)
    if verify:
        return _verify(Path(target))
    wanted = parse_outputs(outputs, FORMS) or [Output("terminal", None)]
    from auditor.lifecycle.checklist import checklist
    from auditor.run import audit, graph

    with shown_progress(quiet=quiet) as progress:
        found = audit(
            target, rev=rev, use_cache=not no_cache, cache_dir=cache_dir, jobs=jobs, progress=progress
        )  # fmt: skip
        listed = checklist(found)
        if pack is not None:
            from auditor.formats.evidence_pack import write_pack

            exported = graph(target, rev=rev, use_cache=not no_cache, cache_dir=cache_dir, jobs=jobs, progress=progress)
            write_pack(pack, found, exported, listed)
    if item is not None:
        return _sign(target, rev, listed, item, answer, by, note, for_release)
    deliver(wanted, lambda output: _render(output, listed))
    if found.errors:
        return INCOMPLETE
    return FAILED if release and listed.open_blocking else 0


def _render(output: Output, listed: Checklist) -> str:
    from auditor.formats import checklist_markdown, checklist_terminal, json_file

    if output.format == "terminal":
        return checklist_terminal.render(listed, **look(output))
    return checklist_markdown.render(listed) if output.format == "markdown" else json_file.encoded(listed)


def _sign(
    target: str,
    rev: str | None,
    listed: Checklist,
    item: str,
    answer: str | None,
    by: str | None,
    note: str,
    release: str,
) -> int:
    """Adds one sign-off to the file in the target's folder, after showing what it rests on."""
    from auditor.judgement.signoffs import PATH
    from auditor.lifecycle.written import Value, append_table

    found = next((one for one in listed.items if one.id.lower() == item.lower()), None)
    if found is None:
        raise UsageError(f"there is no item {item!r}; the items are C1 to C{len(listed.items)}")
    if answer is None or not (by or "").strip():
        raise UsageError("a sign-off needs --answer and --by")
    if rev is not None or not Path(target).is_dir():
        raise UsageError("a sign-off is written into a folder of files; give one as TARGET, without --rev")
    if found.automated == "fail" and answer == "pass":
        raise UsageError(f"{found.id} fails by what the audit found; mend it, or waive the finding with a reason")
    row: dict[str, Value] = {
        "item": found.id, "answer": answer, "by": by or "", "on": date.fromisoformat(listed.as_of), "release": release,
        "revision": listed.target.revision or "", "note": note, "evidence": found.evidence,
    }  # fmt: skip
    path = append_table(Path(target) / PATH, "signoff", row)
    click.echo(f"signed {found.id} ({found.title}): {answer}, in {path}", err=True)
    return 0


def _verify(path: Path) -> int:
    from auditor.formats.evidence_pack import verify_pack

    if not path.is_file():
        raise UsageError(f"{path} is no evidence pack; give the ZIP that --pack wrote")
    faults = verify_pack(path)
    for fault in faults:
        click.echo(fault)
    click.echo(
        "the pack is as it was written" if not faults else f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
    )
    return FAILED if faults else 0
