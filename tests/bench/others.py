"""Other tools that read the same files, where they are installed: found beside this Python, or on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NOT_INSTALLED = "not installed"
OTHERS: dict[str, tuple[str, ...]] = {
    "ruff": ("check", "--isolated", "--no-cache", "--exit-zero", "--quiet"),
    "radon": ("cc", "--json"),
    "ml-leakproof": ("check",),
}


def installed(name: str) -> str | None:
    """Where a tool is, None where it is not."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def version(name: str) -> str:
    """What a tool says of its version, or that it is not installed."""
    place = installed(name)
    if place is None:
        return NOT_INSTALLED
    for words in (["--version"], ["version"]):
        done = subprocess.run([place, *words], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.split()[-1]
    return "of an unknown version"


def cpu(name: str, folder: Path) -> float | None:
    """CPU seconds of one run over a folder, processes of its own included; None where it is not installed or fails."""
    place = installed(name)
    if place is None:
        return None
    command = [place, *OTHERS[name], str(folder)]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime if process.returncode in (0, 1, 2) else None  # 1 and 2: it found something
