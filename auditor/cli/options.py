"""Options that several commands share, and what they set."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

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


def set_up_logging(*, debug: bool = False, quiet: bool = False) -> None:
    """Sends warnings of the package (with `debug` everything, with `quiet` errors alone) to stderr."""
    logger = logging.getLogger("auditor")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("auditor: %(message)s"))
    logger.handlers = [handler]
    logger.setLevel(logging.DEBUG if debug else logging.ERROR if quiet else logging.WARNING)
