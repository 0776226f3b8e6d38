"""The process of one audit of a fleet: reads its job from standard input, writes its answer to the file that it is given."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import zlib
from datetime import date
from pathlib import Path

import msgspec

from auditor.fleet.work import GAVE_UP, Answer, Job
from auditor.model.errors import UsageError

LEFT = 75  # exit code where nobody waits any more


def main() -> int:
    """One audit; the exit code says whether there is one."""
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_watch, daemon=True).start()
    _bounded(job.terms.memory)
    answer = _audited(job)
    place = Path(sys.argv[1])
    place.write_bytes(msgspec.msgpack.encode(answer))
    return GAVE_UP if answer.problem else 0


def _watch() -> None:
    """Ends this process when the one that started it is gone."""
    while os.read(0, 4096):  # the file itself: Python's own reader would be locked when this process ends
        pass
    if os.name == "posix" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with all that it has started
    os._exit(LEFT)


def _bounded(memory: int) -> None:
    """A limit (MB) that makes too large an audit a failure of its own, and not one of the machine."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return
    most = memory * 1_000_000
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _audited(job: Job) -> Answer:
    from auditor.facts.version import code_version
    from auditor.run import audit

    terms = job.terms
    if job.code and job.code != code_version():
        return Answer(
            problem="another auditor is installed where it was to be audited; install the same one everywhere"
        )
    try:
        found = audit(
            job.member.target,
            rev=job.member.rev or None,
            as_of=date.fromisoformat(job.as_of),
            profile=terms.profile,
            use_cache=terms.use_cache,
            cache_dir=Path(terms.cache_dir) if terms.cache_dir else None,
            jobs=1,
        )
        return Answer(zlib.compress(msgspec.msgpack.encode(found), 6), peak_mb=_peak())
    except UsageError as error:
        return Answer(problem=str(error), peak_mb=_peak())
    except MemoryError:
        return Answer(problem=f"it needs more than {terms.memory:,} MB; give it more with --memory", peak_mb=_peak())
    except Exception as error:  # noqa: BLE001  # a bug of ours in one repository must not stop the others; it is told
        detail = " ".join(str(error).split())[:300]
        return Answer(
            problem=f"something went wrong inside auditor ({type(error).__name__}: {detail})", peak_mb=_peak()
        )


def _peak() -> float:
    """MB that this process has held at most. What Linux counts for `getrusage` begins with the memory of its parent."""
    with contextlib.suppress(OSError):
        told = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").partition("VmHWM:")[2].split()
        if told and told[0].isdigit():
            return round(int(told[0]) * 1024 / 1e6, 1)
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)


if __name__ == "__main__":
    sys.exit(main())
