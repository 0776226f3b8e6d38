"""git by its command line, in a way that a hostile repository cannot turn against us.

Two doors. `Git` asks a repository for what only it knows (refs, index, remotes): its own configuration is read then, so
whatever in it could start a program is switched off. `Objects` reads commits, trees and blobs through an empty
repository of our own that only borrows the object store: no configuration of the target is seen at all, and a clone that
lacks objects does not fetch them one by one.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path

from auditor.model.errors import UsageError
from auditor.tree.cat import Cat

log = logging.getLogger(__name__)

TIMEOUT = 600  # seconds, for one answer of a local repository
BATCH = 256  # ids asked for at once: 256 x 65 bytes fit any pipe's buffer, so asking never blocks
SIZES = "--batch-check=%(objectname) %(objectsize)"
MOST_DAMAGED = 1_000  # objects that git cannot unpack, each of which costs a process

ANY_CALL: tuple[str, ...] = tuple(
    word
    for setting in (
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "core.untrackedCache=false",
        "core.attributesFile=/dev/null",
        "core.excludesFile=/dev/null",  # what is ignored must not depend on who audits
        "core.pager=cat",
        "core.commitGraph=true",
        "color.ui=never",
        "diff.external=",
        "diff.renameLimit=0",
        "gc.auto=0",
        "maintenance.auto=false",
        "log.showSignature=false",  # else `log` starts the program named by gpg.program
        "log.mailmap=false",
        "log.showRoot=true",
        "protocol.ext.allow=never",
        "submodule.recurse=false",
        "safe.directory=*",  # the owner does not matter to one who executes nothing
    )
    for word in ("-c", setting)
)
# A target's configuration must not name these; the auditor's own may, for reaching a remote.
HARDENED = (*ANY_CALL, "-c", "core.sshCommand=ssh", "-c", "core.askPass=")

# Variables that the person who audits may need for reaching a remote; every other GIT_* is dropped: inside a hook
# GIT_DIR and GIT_INDEX_FILE would name another repository.
KEPT = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_PROXY_COMMAND", "GIT_EXEC_PATH")


class GitError(Exception):
    """git refused or failed; the text is its last line."""


class NothingError(GitError):
    """git looked, and there is no such thing: by its custom it ends with 1 then, and with more where it fails."""


class NoAnswerError(GitError):
    """git could not be started, or did not end in time: nothing is known of what it was asked."""


class EarlyError(GitError):
    """git ended before it had answered."""

    def __init__(self) -> None:
        super().__init__("git cat-file ended early")


@contextlib.contextmanager
def mendable(target: str, when: str = "") -> Iterator[None]:
    """Says what git cannot read as a sentence for people: refs without their objects, a broken index, a store that is gone."""
    try:
        yield
    except GitError as error:
        raise UsageError(
            f"git cannot read {target}{when} ({error}); mend that repository, or clone it again."
        ) from error


def git_is_installed() -> bool:
    """Whether a git command can be called."""
    return shutil.which("git") is not None


def environment(*, network: bool = False) -> dict[str, str]:
    """The variables of a git call. Without `network` no protocol is allowed, not even to a local path."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in KEPT or k.startswith("GIT_SSL_")}
    kept |= {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_PAGER": "cat",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    if network:
        kept["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh"
        kept.setdefault("GIT_ASKPASS", "")  # else a window may ask, and somebody would have to be there
        kept["SSH_ASKPASS_REQUIRE"] = "never"
    else:
        kept |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_ALLOW_PROTOCOL": "none"}
    return kept


def call(
    words: Sequence[str],
    *,
    env: dict[str, str],
    cwd: Path | None = None,
    data: bytes | None = None,
    timeout: float = TIMEOUT,
    hardened: Sequence[str] = HARDENED,
) -> bytes:
    """The output of one hardened git call. Raises GitError."""
    command = ["git", "--no-pager", *hardened, *words]
    try:
        done = subprocess.run(
            command, env=env, cwd=cwd, input=data or b"", capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NoAnswerError(f"git {words[0]} gave no answer within {timeout:.0f} s") from error
    except OSError as error:
        raise NoAnswerError(f"git could not be started: {error.strerror}") from error
    if done.returncode != 0:
        kind = NothingError if done.returncode == 1 else GitError
        raise kind(last_line(done.stderr) or f"git ended with {done.returncode}")
    return done.stdout


def last_line(stderr: bytes) -> str:
    """The last words of git on standard error."""
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("fatal: ").strip() if lines else ""


class Git:
    """One repository: its refs, index and remotes. `git_dir` is its git directory, `work_tree` its folder of files."""

    def __init__(self, git_dir: Path, work_tree: Path | None = None) -> None:
        self.git_dir = git_dir
        self.work_tree = work_tree
        self._settings: list[tuple[str, str]] | None = None

    def run(self, *words: str, cwd: Path | None = None) -> bytes:
        """The output of a git command over this repository. Raises GitError."""
        place = [f"--git-dir={self.git_dir}"]
        if self.work_tree is not None:
            place.append(f"--work-tree={self.work_tree}")  # a hostile core.worktree must not send us elsewhere
        return call([*place, *words], env=environment(), cwd=cwd or self.work_tree)

    def commit(self, rev: str | None) -> str | None:
        """The commit id of a revision, HEAD by default; None where HEAD has no commit yet.

        Raises UsageError where a revision names none, GitError where HEAD does and it is not here, or git does not answer.
        """
        if rev is not None and (not rev or rev.startswith("-") or "\0" in rev):
            raise UsageError(f"{rev!r} is no revision; give a branch, a tag or a commit id.")
        try:
            words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev or 'HEAD'}^{{commit}}")
            return self.run(*words).decode("ascii").strip()
        except NoAnswerError:
            raise
        except GitError as error:
            if rev is None or rev == "HEAD":
                self._require_unborn(error)
                return None
            raise UsageError(f"{rev!r} names no commit here; `git log --all` shows which there are.") from error

    def _require_unborn(self, error: GitError) -> None:
        """Raises GitError where HEAD leads to something after all."""
        if not isinstance(error, NothingError):
            raise error
        with contextlib.suppress(NothingError):
            named = self.run("rev-parse", "--verify", "--quiet", "HEAD").decode("ascii").strip()
            raise GitError(f"the commit {named[:12]} of HEAD is not here")

    def config(self, pattern: str) -> list[tuple[str, str]]:
        """Settings of this repository whose name matches, files included by it left out; they are read once.

        Raises GitError where they are broken.
        """
        if self._settings is None:
            has_any = (self.common_dir() / "config").is_file()
            text = self.run("config", "--local", "--no-includes", "-z", "--list") if has_any else b""
            pairs = (item.decode("utf-8", "replace").partition("\n") for item in text.split(b"\0") if item)
            self._settings = [(key, value) for key, _, value in pairs]
        return [(key, value) for key, value in self._settings if re.search(pattern, key)]

    def common_dir(self) -> Path:
        """Where the objects and refs live; differs from the git directory in a linked worktree."""
        pointer = self.git_dir / "commondir"
        if not pointer.is_file():
            return self.git_dir
        return (self.git_dir / pointer.read_text("utf-8", "surrogateescape").strip()).resolve()

    def is_shallow(self) -> bool:
        """Whether history was cut off when this was cloned."""
        return (self.common_dir() / "shallow").is_file()

    def is_partial(self) -> bool:
        """Whether this clone left objects with its remote."""
        found = self.config(r"^(remote\..*\.(promisor|partialclonefilter)|extensions\.partialclone)$")
        return any(value.lower() not in ("false", "no", "off", "0") for _, value in found)


class Objects:
    """The object store of a repository, read without its configuration. Close it after use.

    One that is `lasting` keeps the processes that it asks of few objects, for whoever asks again.
    """

    def __init__(self, git: Git, *, lasting: bool = False) -> None:
        common, own = git.common_dir(), Path(tempfile.mkdtemp(prefix="auditor-"))
        self._open: list[Cat] = []
        self._end = weakref.finalize(self, _ended, own, self._open)
        (own / "refs").mkdir()
        (own / "objects").mkdir()
        (own / "HEAD").write_text("ref: refs/heads/none\n")
        sha256 = any(value == "sha256" for _, value in git.config(r"^extensions\.objectformat$"))
        version, extension = ("1", "[extensions]\n\tobjectformat = sha256\n") if sha256 else ("0", "")
        (own / "config").write_text(f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}")
        if git.is_shallow():
            (own / "shallow").write_bytes((common / "shallow").read_bytes())
        self._store = common / "objects"
        self._env = environment() | {"GIT_DIR": str(own), "GIT_OBJECT_DIRECTORY": str(self._store)}
        self._lasting = lasting
        self._idle: dict[str, Cat] = {}

    def close(self) -> None:
        """Removes the borrowed repository, and ends what was kept."""
        self._idle.clear()
        self._end()

    def run(self, *words: str, data: bytes | None = None) -> bytes:
        """The output of a git command over these objects. Raises GitError."""
        return call(words, env=self._env, data=data)

    def sizes(self, ids: Iterable[str]) -> dict[str, int]:
        """Sizes in bytes of those objects that are here. Raises GitError where it is the store that is gone."""
        asked = list(dict.fromkeys(ids))
        if not asked:
            return {}
        rows = [line.split() for line in self._measured(asked)]
        found = {row[0].decode(): int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}
        if len(found) < len(asked):
            self._require_folder()
        return found

    def _measured(self, ids: Sequence[str]) -> list[bytes]:
        """A line for each object, with its size where it is here."""
        if not self._lasting or len(ids) > BATCH:
            asked = "".join(f"{name}\n" for name in ids).encode()
            return self.run("cat-file", SIZES, "--buffer", data=asked).splitlines()
        with self._asking(SIZES) as cat:
            cat.ask(ids)
            lines = []
            for _ in ids:
                lines.append(cat.line())
                if not lines[-1].endswith(b"\n"):
                    raise EarlyError
                cat.pending -= 1
            return lines

    def contents(self, ids: Sequence[str]) -> Generator[bytes | None, None, None]:
        """The bytes of each object in this order, None where it is not here or damaged. Lazy: a batch at a time.

        Raises GitError where it is the store that is gone, and no object of it.
        """
        done = damaged = 0
        while done < len(ids):
            try:
                for data in self._batches(ids[done:]):
                    if data is None:
                        self._require_folder()
                    done += 1
                    yield data
            except NoAnswerError:
                raise
            except GitError as error:  # git ends at an object that it cannot unpack
                damaged += 1
                if damaged > MOST_DAMAGED:
                    raise
                self._require_answer()
                log.warning("the object %s cannot be read: %s", ids[done], error)
                done += 1
                yield None

    def _require_folder(self) -> None:
        """Raises GitError where the store is gone: git calls every object missing then."""
        if not self._store.is_dir():
            raise GitError(f"its objects are gone: there is no {self._store}")

    def _require_answer(self) -> None:
        """Raises GitError where git can say nothing over the store, whatever the object."""
        self._require_folder()
        self.run("cat-file", "--batch-check")

    def _batches(self, ids: Sequence[str]) -> Generator[bytes | None, None, None]:
        """As `contents`, up to an object that is damaged; raises GitError there."""
        with self._asking("--batch") as cat:
            for start in range(0, len(ids), BATCH):
                batch = ids[start : start + BATCH]
                cat.ask(batch)
                for _ in batch:
                    found = _content(cat)
                    cat.pending -= 1
                    yield found

    @contextlib.contextmanager
    def _asking(self, way: str) -> Iterator[Cat]:
        """A `git cat-file` of some way: an idle one, or a new one. Raises GitError where it ends early."""
        cat = self._idle.pop(way, None)
        if cat is not None and not cat.runs:
            self._drop(cat)
            cat = None
        if cat is None:
            try:
                cat = Cat(("git", "--no-pager", *HARDENED, "cat-file", way), self._env)
            except OSError as error:
                raise NoAnswerError(f"git could not be started: {error.strerror}") from error
            self._open.append(cat)
        try:
            yield cat
        except BrokenPipeError as error:
            raise EarlyError from error
        finally:
            if self._lasting and self._end.alive and not cat.pending and way not in self._idle:
                self._idle[way] = cat
            else:
                self._drop(cat)

    def _drop(self, cat: Cat) -> None:
        self._open.remove(cat)
        cat.end()


def _ended(folder: Path, cats: Iterable[Cat]) -> None:
    """Ends processes and removes the repository that they look at."""
    for cat in cats:
        cat.end()
    shutil.rmtree(folder, ignore_errors=True)


def _content(cat: Cat) -> bytes | None:
    """The next object. What is damaged is not that object: facts are remembered under its id."""
    header = cat.line()
    if not header.endswith(b"\n"):
        raise EarlyError
    words = header.split()
    if len(words) != 3 or not words[2].isdigit():
        return None  # "<id> missing"
    size = int(words[2])
    data = cat.read(size)
    if len(data) != size or not cat.read(1):
        raise EarlyError
    name, kind = words[0].decode("ascii", "replace"), words[1]
    digest = hashlib.new("sha1" if len(name) == 40 else "sha256", b"%b %d\0" % (kind, size), usedforsecurity=False)
    digest.update(data)
    if digest.hexdigest() != name:
        raise GitError(f"{name} is damaged")
    return data
