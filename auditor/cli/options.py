"""Options that several commands share, and what they set."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from auditor.model.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

FOLDER = click.Path(path_type=Path, file_okay=False)
EXISTING_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


def cache_dir_option(command: F) -> F:
    """`--cache-dir`: another place for what is kept between runs."""
    return click.option(
        "--cache-dir", type=FOLDER, metavar="DIR", help="Keep the cache there instead of in the user's cache folder."
    )(command)


def debug_option(command: F) -> F:
    """`--debug`: say what is decided, and show tracebacks."""
    return click.option("--debug", is_flag=True, help="Log every decision, and show tracebacks.")(command)


def quiet_option(command: F) -> F:
    """`--quiet`: only what was asked for."""
    return click.option("-q", "--quiet", is_flag=True, help="No progress, no messages; only what was asked for.")(
        command
    )


class _Plain(logging.Formatter):
    """Warnings on a line each, whatever names of files and words of remotes are in them."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # so logging calls it
        from auditor.formats.text import plain

        said = super().formatMessage(record)
        return plain(said) if record.levelno >= logging.WARNING else said


def set_up_logging(*, debug: bool = False, quiet: bool = False) -> None:
    """Sends warnings of the package (with `debug` everything, with `quiet` errors alone) to stderr."""
    logger = logging.getLogger("auditor")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain("auditor: %(message)s"))
    logger.handlers = [handler]
    logger.setLevel(logging.DEBUG if debug else logging.ERROR if quiet else logging.WARNING)


def day_of(_ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """The value of an option that names a day; UsageError where it does not."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"{param.opts[0]} {value} is not a date; write it as YYYY-MM-DD") from None


def view_options(command: F) -> F:
    """`--rev`, `--observed`, `--declared`: of which revision, and resting on what."""
    options = (
        click.option("--rev", metavar="REV", help="Read this revision from git objects, without a checkout."),
        click.option(
            "--observed", "view", flag_value="observed", help="Leave out ties that rest only on a declaration."
        ),
        click.option("--declared", "view", flag_value="declared", help="Only ties that a declaration states."),
    )
    return _all(command, options)


def reading_options(command: F) -> F:
    """What every command that reads a target can be told about how to go about it."""
    options = (
        click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing."),
        cache_dir_option,
        click.option(
            "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes that read files (default: one a core)."
        ),
        quiet_option,
        debug_option,
    )
    return _all(command, options)


def _all(command: F, options: Sequence[Callable[[F], F]]) -> F:
    for option in reversed(options):  # the last one applied is listed first
        command = option(command)
    return command
