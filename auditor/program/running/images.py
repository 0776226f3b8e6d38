"""Images that are built from the repository: what of it lies where inside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from posixpath import basename, dirname, join

import msgspec

from auditor.model.facts import Facts, Ref
from auditor.model.regex import regex
from auditor.program.running.looking import Looking
from auditor.program.symbolic.values import covers, is_absolute, is_uri, normal

_TELLING = (".py", ".sh", ".txt", ".toml", ".ipynb")
_VARIABLE = regex(r"\$?\{\{\s*([^\s{}]+)\s*\}\}|\$\{(\w+)\b(?::?-([^${}]+)|[^${}]*)\}|\$(\w+)")
"""`{{ image }}`, `${{ env.IMAGE }}`, `${IMAGE}`, `${IMAGE:-churn}`, `$IMAGE`."""
_OPEN = regex(r"(^|/)\{[^{}/]*\}$")
MOST_STAGES = 10  # copies from stage to stage that are followed
MOST_NAMES = 5  # names of one image


class Copy(msgspec.Struct, frozen=True):
    """`COPY source target` of a build stage; with `origin`, from another stage."""

    source: str
    target: str
    stage: str
    origin: str = ""


class Image:
    """One Dockerfile: its path, the folder of the repository it is built from, and what it copies."""

    def __init__(
        self,
        path: str,
        facts: Facts,
        context: str,
        files: frozenset[str],
        folders: frozenset[str],
        noted: Callable[[], None],
    ) -> None:
        """`noted` is called where it matters which folder that is."""
        self.path = path
        self._noted = noted
        self.context = context
        self.files = files
        self.folders = folders
        self.last = facts.attr("last-stage") or "0"
        reads = [ref for step in facts.steps if step.name == "build" for ref in step.reads]
        self.copies = tuple(_copy(ref) for ref in (*reads, *facts.references) if not is_uri(ref.path))
        self.folder = facts.attr("workdir") or "/"
        self.written = frozenset(path for name, path in facts.attrs if name == "writes")

    def locate(self, inside: str, stage: str | None = None, depth: int = 0) -> str | None:
        """The file or folder of the repository that lies at an absolute path inside the image."""
        self._noted()
        inside = normal(join(self.folder, inside))
        if inside in self.written and (stage or self.last) == self.last:
            return None  # its text stands in the Dockerfile
        for copy in reversed(self.copies):
            if copy.stage != (stage or self.last) or depth > MOST_STAGES:
                continue
            rest = _below(inside, copy.target)
            if rest is None:
                continue
            if copy.origin:
                found = self.locate(normal(f"{copy.source.rstrip('/')}/{rest}"), copy.origin, depth + 1)
            else:
                found = self._copied(copy, rest)
            if found is not None:
                return found
        return None

    def _copied(self, copy: Copy, rest: str) -> str | None:
        """What of a copied file, folder or pattern lies at a path below the target."""
        source = normal(join(self.context, copy.source.lstrip("/")))
        if source.startswith(".."):
            return None
        if "*" in source:
            name = rest.partition("/")[0]
            candidates = [f"{dirname(source)}/{rest}".lstrip("/")] if covers(basename(source), name) else []
        elif source in self.files:
            candidates = [source] if rest in ("", basename(source)) else []
        else:
            candidates = [normal(join(source, rest))]
        return next((c for c in candidates if c in self.files or c in self.folders or (not c and not rest)), None)


class Images:
    """The images of a repository, by Dockerfile and by the names that commands and compose files give them."""

    def __init__(
        self, files: Mapping[str, Facts], tree: frozenset[str], folders: frozenset[str], looking: Looking
    ) -> None:
        """`looking` notes which of the tree and the folders are looked for."""
        self._looking = looking
        self.files = files
        self.tree = tree
        self.folders = folders
        self.contexts: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self._renamed: dict[str, str] = {}
        self.dockerfiles = tuple(sorted(path for path, facts in files.items() if facts.kind == "dockerfile"))
        self._images: dict[str, Image] = {}

    def built(self, dockerfile: str, context: str | None, names: Iterable[str] = ()) -> None:
        """Learn that an image is built, from which folder, and what it is called."""
        if dockerfile in self.dockerfiles:
            if context is not None and (context in self.folders or not context):
                self.contexts.setdefault(dockerfile, context)
            for name in map(_untagged, names):
                if self.names.setdefault(name, dockerfile) != dockerfile and _OPEN.search(name):
                    self.names[name] = ""  # each script means another image by its variable

    def tagged(self, name: str, other: str) -> None:
        """Learn that an image got another name, under which it is pushed and pulled."""
        self._renamed.setdefault(_untagged(other), _untagged(name))

    def learnt(self) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """All that was learnt of images so far."""
        return dict(self.contexts), dict(self.names), dict(self._renamed)

    def image(self, dockerfile: str) -> Image | None:
        """The image of a Dockerfile."""
        if dockerfile not in self.dockerfiles:
            return None
        found = self._images.get(dockerfile)
        if found is None:
            context = self.contexts.get(dockerfile)
            facts = self.files[dockerfile]
            with self._looking.noted() as names:
                context = self._guessed(dockerfile, facts) if context is None else context
            noted = partial(self._looking.again, names)
            found = self._images[dockerfile] = Image(dockerfile, facts, context, self.tree, self.folders, noted)
        return found

    def named(self, name: str) -> Image | None:
        """The image of that name, where the repository builds it."""
        name = _untagged(name)
        for _ in range(MOST_NAMES):
            if name in self.names:
                return self.image(self.names[name])
            name = self._renamed.get(name, "")
        return None

    def dockerfile(self, context: str, name: str = "") -> str | None:
        """The Dockerfile that a build uses: the named one, else the usual one of its context."""
        candidates = (
            [name]
            if name
            else [join(context, "Dockerfile"), join(context, "Containerfile"), join(context, "dockerfile")]
        )
        return next((path for path in candidates if path in self.dockerfiles), None)

    def _guessed(self, dockerfile: str, facts: Facts) -> str:
        """The folder from its own upwards in which most of the copied files exist; the nearest of those."""
        sources = [
            ref.path for step in facts.steps for ref in step.reads if "$" not in ref.path and not is_uri(ref.path)
        ]
        if any(normal(source) == "" for source in sources):  # all of the context: what is started tells it
            words = [word for step in facts.steps for command in step.commands for word in command.words]
            sources += [w.text for w in words if w.exact and w.text.endswith(_TELLING) and not is_absolute(w.text)]
        folder, best, most = dirname(dockerfile), dirname(dockerfile), -1
        while True:
            there = sum(self._exists(normal(join(folder, source.lstrip("/")))) for source in sources)
            if there > most:
                best, most = folder, there
            if not folder:
                return best
            folder = dirname(folder)

    def _exists(self, path: str) -> bool:
        if "*" in path:
            return dirname(path) in self.folders or not dirname(path)
        return path in self.tree or path in self.folders or not path


def _copy(ref: Ref) -> Copy:
    attrs = dict(ref.attrs)
    return Copy(ref.path, normal(join("/", attrs.get("to", "/"))), attrs.get("stage", ""), attrs.get("from", ""))


def _below(path: str, folder: str) -> str | None:
    """The rest of a path below a folder; None where it is not below it."""
    if folder == "/":
        return path.lstrip("/")
    if path == folder:
        return ""
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None


def _untagged(name: str) -> str:
    """An image's name without tag and digest; a variable in it is written as a hole, or as what it is where nothing sets it."""
    name = _VARIABLE.sub(_hole, name.removeprefix("docker://")).partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _hole(found: re.Match[str]) -> str:
    return found[3] or f"{{{found[1] or found[2] or found[4]}}}"
