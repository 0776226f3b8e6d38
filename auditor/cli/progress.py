"""What is going on, on stderr, for whoever watches a terminal. Piped output stays free of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

REFRESH_SECONDS = 0.1

Report = Callable[[str, int, int], None]  # what is being done, how many are done, of how many (0: not known)


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Report | None]:
    """A function that shows progress while the block runs and leaves no trace; None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    # No markup: what a remote says of a fetch is shown too, and a lone `[/x]` would end the audit.
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Without its own thread, so that reading processes can be forked; it is drawn when there is something to report.
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bars:
        yield _Bars(bars).report


class _Bars:
    """One bar at a time: that of the stage reported last."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._stage = ""
        self._task: TaskID | None = None
        self._drawn = 0.0

    def report(self, stage: str, done: int, total: int) -> None:
        from auditor.formats.text import plain

        stage = plain(stage)
        if stage != self._stage or self._task is None:
            if self._task is not None:
                self._bars.remove_task(self._task)
            self._stage, self._task, self._drawn = stage, self._bars.add_task(stage, total=None), 0.0
        now = time.monotonic()
        if now - self._drawn >= REFRESH_SECONDS or (total and done >= total):
            self._drawn = now
            self._bars.update(self._task, completed=done, total=total or None)
            self._bars.refresh()
