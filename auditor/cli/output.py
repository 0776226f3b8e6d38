"""Where results go: `-o FORMAT=PATH`, checked before the long work starts and written whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from auditor.model.errors import UsageError

STDOUT = "-"
NARROW, WIDE = 80, 120  # columns


class Output(msgspec.Struct, frozen=True):
    """One wanted result. `path` is None for standard output."""

    format: str
    path: Path | None


def parse_outputs(words: Iterable[str], known: Sequence[str]) -> list[Output]:
    """Reads `FORMAT=PATH`, `FORMAT=-` and bare `FORMAT`; UsageError if unknown or not to be written there."""
    outputs = [_parse(word, known) for word in words]
    if sum(output.path is None for output in outputs) > 1:
        raise UsageError("only one output can go to standard output; give the others a path (FORMAT=PATH)")
    paths = [output.path for output in outputs if output.path is not None]
    if len(set(paths)) < len(paths):
        raise UsageError("two outputs have the same path; give each its own")
    for path in paths:
        require_writable(path)
    return outputs


def _parse(word: str, known: Sequence[str]) -> Output:
    name, equals, place = word.partition("=")
    if name not in known:
        raise UsageError(f"'{name}' is not an output format; choose one of {', '.join(known)}")
    if equals and not place:
        raise UsageError(f"'{word}' has no path after '='; write {name}=PATH, or {name} alone for standard output")
    return Output(name, None if not equals or place == STDOUT else Path(place))


def require_writable(path: Path) -> None:
    """UsageError unless a file can be written at `path`."""
    from auditor.formats.placing import is_special

    folder = path.parent
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it")
    if not folder.is_dir():
        raise UsageError(f"cannot write {path}: the folder {folder} does not exist")
    if not os.access(path if is_special(path) else folder, os.W_OK):
        raise UsageError(f"cannot write {path}: permission denied")


def write_file(path: Path, content: str | bytes) -> None:
    """Writes the whole content or nothing; text as UTF-8. A symbolic link at `path` is replaced, not followed; a device is written to."""
    from auditor.formats.placing import placed

    raw = content.encode() if isinstance(content, str) else content
    with placed(path) as file:
        file.write(raw)


def deliver(outputs: Iterable[Output], render: Callable[[Output], str | bytes]) -> None:
    """Renders each output; files first, so that a reader of stdout who leaves early costs none of them."""
    for output in sorted(outputs, key=lambda output: output.path is None):
        if output.path is None:
            click.echo(render(output), nl=False)
            continue
        try:
            write_file(output.path, render(output))
        except OSError as error:
            raise UsageError(f"cannot write {output.path}: {error.strerror or error}") from error


def look(output: Output) -> dict[str, Any]:
    """How text for a terminal is set: in colour and as wide as the terminal, where one shows it and colour is wanted."""
    if output.path is not None or not sys.stdout.isatty():
        return {"color": False, "columns": NARROW}
    wide = shutil.get_terminal_size((NARROW, 24)).columns
    return {"color": "NO_COLOR" not in os.environ, "columns": min(max(wide, NARROW), WIDE)}
