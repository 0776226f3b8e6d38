"""`auditor cache`: look at what is kept between runs, or drop it."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import cache_dir_option, set_up_logging


@click.group(
    name="cache",
    invoke_without_command=True,
    short_help="Look at or clear the cache.",
    context_settings={"max_content_width": 100},
)
@cache_dir_option
@click.pass_context
def command(ctx: click.Context, cache_dir: Path | None) -> None:
    """Looks at the cache, or clears it.

    The facts of each file are kept by its content, so that the next audit reads only what has changed. Repositories behind an
    address are kept as clones without old contents.
    """
    set_up_logging()
    ctx.obj = cache_dir
    if ctx.invoked_subcommand is None:
        ctx.invoke(show)


@command.command()
@click.pass_obj
def show(cache_dir: Path | None) -> None:
    """Says where the cache is and what it holds (the default)."""
    from auditor.facts import Cache, default_folder
    from auditor.tree.clones import clones, size_of

    with Cache(cache_dir or default_folder()) as cache:
        stats = cache.stats()
    kept = clones(cache_dir or default_folder())
    click.echo(f"path    {stats.path}")
    click.echo(f"files   {stats.facts:,}")
    click.echo(f"audits  {stats.audits:,}")
    click.echo(f"size    {stats.size / 1e6:,.1f} MB of at most {stats.max_bytes / 1e6:,.0f} MB")
    click.echo(f"clones  {len(kept):,}, {sum(map(size_of, kept)) / 1e6:,.1f} MB")


@command.command()
@click.pass_obj
def clear(cache_dir: Path | None) -> None:
    """Drops everything in the cache; histories that lie there stay, and clones that an audit reads just now."""
    from auditor.facts import Cache, default_folder
    from auditor.formats.text import plural
    from auditor.tree.clones import clones

    with Cache(cache_dir or default_folder()) as cache:
        before = cache.stats()
        cache.clear()
        after = cache.stats()
    dropped = [size for clone in clones(cache_dir or default_folder()) if (size := _drop(clone)) is not None]
    size = before.size - after.size + sum(dropped)
    click.echo(
        f"dropped {plural(before.facts, 'file')}, {plural(before.audits, 'audit')} and {plural(len(dropped), 'clone')}, {size / 1e6:,.1f} MB"
    )


def _drop(clone: Path) -> int | None:
    """The bytes of a clone that was removed; None where it stays, and why is told."""
    from auditor.tree.clones import InUseError, drop, size_of

    size = size_of(clone)
    try:
        drop(clone)
    except InUseError:
        reason = "an audit uses it"
    except OSError as error:
        reason = error.strerror or str(error)
    else:
        return size
    click.echo(f"kept {clone}: {reason}", err=True)
    return None
