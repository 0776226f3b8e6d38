"""A PostgreSQL server of the tests' own, on loopback, gone when they are done."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ACCOUNTS = ("postgres", "nobody")  # who runs the server where the tests are root, which PostgreSQL refuses
TRIES = 5  # of a port that was free a moment ago


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a fresh database. Skips where no server is installed."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="auditor-postgres-", dir="/tmp"))  # one that the other account may enter
    who = _account(folder)
    try:
        data = folder / "data"
        words: list[str | Path] = [
            "-D",
            data,
            "-U",
            "auditor",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
        ]
        _call([binaries / "initdb", *words], folder, who)
        port = _started(binaries, data, folder, who)
        try:
            yield f"postgresql://auditor:s3cret@127.0.0.1:{port}/postgres"
        finally:
            _call([binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], folder, who)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    """The folder with the server's programs: on PATH, or where Debian keeps them."""
    known = [Path(found).resolve().parent for name in ("initdb", "postgres") if (found := shutil.which(name))]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: folder.parent.name.zfill(4))
    for folder in (*known, *reversed(debian)):
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
            return folder
    return None


def _account(folder: Path) -> dict[str, Any]:
    """How to start what root must not run; the folder then belongs to that account."""
    if os.geteuid() != 0:
        return {}
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip(f"PostgreSQL does not run as root, and there is no account {' or '.join(ACCOUNTS)}")


def _started(binaries: Path, data: Path, folder: Path, who: dict[str, Any]) -> int:
    for last in range(TRIES):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
        words: list[str | Path] = [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"]
        try:
            _call(words, folder, who)
        except subprocess.CalledProcessError:  # somebody else took the port
            if last == TRIES - 1:
                raise
        else:
            return port
    raise AssertionError("not reached")


def _call(words: list[str | Path], folder: Path, who: dict[str, Any]) -> None:
    """Runs one of the server's programs; its words go to a file, since a server that stays holds the pipe open."""
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(folder)}
    with (folder / "said").open("ab") as said:
        subprocess.run(words, cwd=folder, env=environment, stdout=said, stderr=said, check=True, **who)
