"""One repository, audited by a process of its own: its memory is given back, and what kills it kills nothing else.

The same function serves the pool of this machine and the tasks of a cluster, so both say the same. The process ends by
itself when whoever waits for it is gone: its standard input closes then.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from auditor.model.fleet import Member

TRIES = 2  # of an audit whose process was killed from outside
STARTS = (sys.executable, "-P", "-m", "auditor.fleet.child")  # -P: what lies in the current folder is not imported
GAVE_UP = 70  # exit code of the child: it has written down why


class Terms(msgspec.Struct, frozen=True):
    """How repositories are audited. `memory` (MB) and `seconds` bound each process; None for `cache_dir` is the user's."""

    profile: str | None = None
    use_cache: bool = True
    cache_dir: str | None = None
    memory: int = 4096
    seconds: float = 3600.0


class Job(msgspec.Struct, frozen=True):
    """What is to be audited, as of which day, how, and by which auditor ("": whichever is there)."""

    member: Member
    as_of: str
    terms: Terms = Terms()
    code: str = ""


class Result(msgspec.Struct, frozen=True):
    """What became of a job: the audit as deflated msgpack, or why there is none; and what it took."""

    member: Member
    audit: bytes = b""
    problem: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0


class Answer(msgspec.Struct, frozen=True):
    """What the child writes down."""

    audit: bytes = b""
    problem: str = ""
    peak_mb: float = 0.0


def examine(job: Job, started: Callable[[subprocess.Popen[bytes]], None] | None = None) -> Result:
    """Audits one repository. Never raises for what the repository holds or does; `started` is told of each process."""
    begun = time.monotonic()
    answer = Answer(problem="not audited")
    for _ in range(TRIES):
        answer, again = _once(job, started)
        if not again:
            break
    return Result(job.member, answer.audit, answer.problem, round(time.monotonic() - begun, 2), answer.peak_mb)


def _once(job: Job, started: Callable[[subprocess.Popen[bytes]], None] | None) -> tuple[Answer, bool]:
    """The answer of one process, and whether another one may fare better."""
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        place = Path(folder) / "answer"
        with (Path(folder) / "said").open("wb+") as said:
            words = [*STARTS, str(place)]
            try:
                process = subprocess.Popen(
                    words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=_environment(),
                    start_new_session=True,  # Ctrl-C is for the one that waits, who ends all others
                )  # fmt: skip
            except OSError as error:
                return Answer(problem=f"no process could be started for it: {error.strerror or error}"), False
            with process:
                if started is not None:
                    started(process)
                late = _follow(process, job)
            said.seek(0)
            words_said = said.read()[-2000:].decode("utf-8", "replace").split("\n")
        if late:
            return Answer(problem=f"not done within {job.terms.seconds:,.0f} s; give it more with --timeout"), False
        return _answered(place, process.returncode, [line for line in words_said if line.strip()], job)


def _environment() -> dict[str, str]:
    """Today's variables, and all places that this process imports from, but for the current folder."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(place for place in sys.path if Path(place).is_absolute())}


def _follow(process: subprocess.Popen[bytes], job: Job) -> bool:
    """Hands the job over and waits for the end; whether it took too long."""
    try:
        if process.stdin is not None:
            try:
                process.stdin.write(msgspec.json.encode(job) + b"\n")
                process.stdin.flush()
            except BrokenPipeError:  # it died at once: its end says why
                with contextlib.suppress(BrokenPipeError):  # what was not written is tried again
                    process.stdin.close()
        process.wait(job.terms.seconds)
    except subprocess.TimeoutExpired:
        return True
    finally:
        if process.poll() is None:
            end(process)
            process.wait()
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process of an audit and all that it has started, as git waiting for a server."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # it leads a session of its own
    else:
        process.kill()


def _answered(place: Path, code: int, said: list[str], job: Job) -> tuple[Answer, bool]:
    if code in (0, GAVE_UP) and place.is_file():
        try:
            return msgspec.msgpack.decode(place.read_bytes(), type=Answer), False
        except (msgspec.DecodeError, OSError) as error:
            return Answer(problem=f"its answer cannot be read: {error}"), False
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        last = f" ({said[-1][:200]})" if said else ""
        more = f"it may need more than {job.terms.memory:,} MB (--memory)"
        problem = f"its process was ended {TRIES} times by {name}{last}; {more}"
        return Answer(problem=problem), True
    return Answer(problem=f"its process ended with {code}: {said[-1][:300] if said else 'it said nothing'}"), False
