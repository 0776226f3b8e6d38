"""When the garbage collector may look: never while an audit makes millions of records, which hold no garbage."""

from __future__ import annotations

import atexit
import contextlib
import gc
from collections.abc import Iterator


class _Left:
    """Whether an earlier run left cycles behind that nothing has collected yet."""

    behind = False


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Keeps the garbage collector away meanwhile. What an earlier run left behind is collected first.

    At the end all that was made passes for old, and at the end of the process nothing is looked through: the collector
    would otherwise go through every record once, which takes as long as reading some of the files. So a process that
    audits once never pays for it, and one that audits much holds the garbage of one audit at the most.
    """
    if not gc.isenabled():  # the caller keeps it away, or we do already
        yield
        return
    if _Left.behind:
        _Left.behind = False
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # what somebody has frozen would be thawed with the rest
            gc.freeze()
            gc.unfreeze()
        atexit.unregister(gc.freeze)
        atexit.register(gc.freeze)  # the system takes the memory of a process back without our help
        _Left.behind = True
        gc.enable()
