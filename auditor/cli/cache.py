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

    The facts of each file are kept by its content, so that the next audit reads only what has changed.
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

    with Cache(cache_dir or default_folder()) as cache:
        stats = cache.stats()
    click.echo(f"path    {stats.path}")
    click.echo(f"files   {stats.facts:,}")
    click.echo(f"audits  {stats.audits:,}")
    click.echo(f"size    {stats.size / 1e6:,.1f} MB of at most {stats.max_bytes / 1e6:,.0f} MB")


@command.command()
@click.pass_obj
def clear(cache_dir: Path | None) -> None:
    """Drops everything in the cache."""
    from auditor.facts import Cache, default_folder

    with Cache(cache_dir or default_folder()) as cache:
        before = cache.stats()
        cache.clear()
        after = cache.stats()
    click.echo(
        f"dropped {before.facts:,} files and {before.audits:,} audits, {(before.size - after.size) / 1e6:,.1f} MB"
    )
