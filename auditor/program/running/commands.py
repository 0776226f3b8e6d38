"""What a command runs: the script, module, notebook, pipeline or tool behind its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from posixpath import dirname, join
from typing import TypeAlias

import msgspec

from auditor.language.containers import Contained, is_engine, read_container
from auditor.language.prefixes import MODULES, Start, find_start, is_python
from auditor.model.facts import IN_WORKSPACE, Command, Word
from auditor.model.regex import regex
from auditor.program.naming.code import Code
from auditor.program.running import command_forms as forms
from auditor.program.running.finding import Files, Stand
from auditor.program.running.grounds import UNKNOWN, Ground, folder_of, likely, seen_from, unclone
from auditor.program.running.images import Image, Images
from auditor.program.running.known_runs import KnownRuns
from auditor.program.running.looking import Unnoted
from auditor.program.running.movement import moves
from auditor.program.running.pipelines import read_goal
from auditor.program.running.repeated import Repeated
from auditor.program.running.runs import UNRESOLVED, Run
from auditor.program.running.tasks import EntryPoints
from auditor.program.symbolic.values import is_absolute, normal

__all__ = ["UNRESOLVED", "Commands", "Run"]

DEEPEST = 8  # commands that stand for commands
_PATH = regex(r"[./:]|^-\w*m$")
_PROGRAM = (".py", ".sh", ".bash", ".ipynb", ".sbatch", ".slurm")

Words: TypeAlias = tuple[Word, ...]


class Commands:
    """Resolves commands against the files of a tree and the console scripts and tasks that its packages declare.

    `names` are what a clone of the repository may be called; `known` are runs of the tree before that still hold.
    """

    def __init__(
        self,
        tree: frozenset[str],
        code: Code,
        entry_points: EntryPoints,
        names: frozenset[str] = frozenset(),
        known: KnownRuns | None = None,
    ) -> None:
        self._known = KnownRuns(Unnoted()) if known is None else known
        self.entry_points = entry_points
        self.names = names - {path.partition("/")[0] for path in tree}
        self.embedded = code.embedded
        self.files = Files(tree, code, self._known.looking)
        self.tree = self.files.tree
        self.images = Images(code.files, self.tree, self.files.folders, self.files.looking)
        self._repeated = Repeated(self.files.looking)
        self.services: dict[str, list[tuple[str, Ground]]] = {}  # of compose files, by name
        self._forms: tuple[Callable[[str, Words, Stand], list[Run] | None], ...] = (
            self._notebook, self._served, self._shell, self._pipeline, self._plain, self._foreign, self._parallel,
        )  # fmt: skip

    def resolve(self, command: Command, base: str, here: str = "") -> Run:
        """What a command runs first when its text starts in the folder `base`; `here` is the folder of the text itself."""
        return self.runs(command, Ground(base, here))[0]

    def all_in(self, path: str, commands: tuple[Command, ...], ground: Ground) -> tuple[Run, ...]:
        """All that some commands of a file run, one after the other; from the tree before where it would be the same."""

        def find() -> tuple[Run, ...]:
            return tuple(run for command in commands for run in self.runs_in(path, command, ground))

        return self._known.find(path, commands, ground, self.images, find)

    def likely(self, path: str, commands: tuple[Command, ...]) -> tuple[str, ...]:
        """The folders that a script of these commands may be started in, the likeliest first."""
        return self._known.folders(path, commands, lambda: likely(path, commands, self.tree))

    def runs_in(self, path: str, command: Command, ground: Ground) -> tuple[Run, ...]:
        """All that a command of a file runs, the program that it holds among it. Never empty."""
        made = self.runs(command, ground)
        held = self.embedded.of(path, command)
        if held is None:
            return made
        return tuple(
            msgspec.structs.replace(run, kind="script", target=held) if run.kind == "embedded" else run for run in made
        )

    def runs(self, command: Command, ground: Ground) -> tuple[Run, ...]:
        """All that a command runs: one thing, or each notebook and each value it names. Never empty."""
        ground = msgspec.structs.replace(ground, clones=ground.clones | self.names) if self.names else ground
        name = command.words[0].text if command.words else ""
        if name in forms.PLAIN:  # most commands of a script: no program is behind them
            return (Run("tool", name, command.words[1:], command.line, folder_of(command, ground.base, ground)),)
        return self._repeated.runs(command, ground, self._found)

    def _found(self, command: Command, ground: Ground) -> tuple[Run, ...]:
        first: tuple[Run, ...] = ()
        for base in ground.folders():
            made = self._from(command, base, ground)
            if any(run.kind not in UNRESOLVED for run in made):
                return made
            first = first or made
            if not any(_PATH.search(word.text) for word in command.words):
                break  # nothing in it hangs on the folder
        return first

    def _from(self, command: Command, base: str, ground: Ground) -> tuple[Run, ...]:
        folder = folder_of(command, base, ground)
        words = self.words(command, folder, base, ground.here)
        texts = [word.text for word in words]
        start = find_start(texts)
        if start.fed and start.at < len(words):
            words = [*words[: start.at], *forms.fed(words[start.at :], mark=forms.xargs_mark(texts[: start.at]))]
        environment = (*command.environment, *command.assignments, *start.environment)
        stand = Stand(folder, ground, environment, command.body, runner=start.runner).entered(start.folder)
        made = self._started(words, start, stand) if start.at < len(words) else [Run("tool", start.launcher, (), 0)]
        return tuple(
            msgspec.structs.replace(
                run,
                line=command.line,
                folder=unclone(run.folder or stand.folder, ground),
                launcher=start.launcher or run.launcher,
                environment=run.environment or environment,
                guard=command.guard,
            )
            for run in made
        )

    @staticmethod
    def words(command: Command, folder: str, base: str, here: str) -> list[Word]:
        """The words of a command; folders that are known are written as they are seen from the working folder."""
        if folder.startswith(("..", "/", "~", "{")):
            return list(command.words)
        return [seen_from(word, folder, base, here) if "{" in word.text else word for word in command.words]

    # --- by the program ---

    def _started(self, words: Sequence[Word], start: Start, stand: Stand) -> list[Run]:
        """What stands behind all prefixes."""
        rest = tuple(words[start.at :])
        if start.form == "file":
            file = Word(re.sub(r"::?\w+$", "", rest[0].text), rest[0].exact)
            return self._program(file, rest[1:], stand)
        if start.form == "module":
            return [self._module(rest[0].text, rest[1:], stand)]
        return self._words(rest, stand)

    def _words(self, words: Words, stand: Stand) -> list[Run]:
        if stand.depth > DEEPEST or not words:
            return [Run("tool", "", (), 0)]
        name, rest = forms.tool_name(words[0]), words[1:]
        if name in ("poe", "task") and rest:
            stand, name, rest = msgspec.structs.replace(stand, runner=name), rest[0].text, rest[1:]
        task = self.entry_points.task(stand.runner, name, rest, stand.folder) if stand.runner else []
        if task:
            return [run for command in task for run in self._inner(command, msgspec.structs.replace(stand, runner=""))]
        if is_python(words[0].text):
            return self._python(rest, stand)
        if is_engine(words[0].text):
            contained = read_container(words)
            return self._container(contained, stand) if contained is not None else [Run("tool", name, rest, 0)]
        found = (form(name, rest, stand) for form in self._forms)
        return next((made for made in found if made is not None), None) or self._named(words[0], rest, stand)

    def _inner(self, command: Command, stand: Stand) -> tuple[Run, ...]:
        """A command that another one stands for."""
        start = find_start([word.text for word in command.words])
        if start.at >= len(command.words):
            return ()
        environment = (*stand.environment, *command.assignments, *start.environment)
        deeper = msgspec.structs.replace(
            stand.entered(start.folder), depth=stand.depth + 1, environment=environment, runner=start.runner
        )
        made = self._started(command.words, start, deeper)
        return tuple(
            msgspec.structs.replace(run, folder=run.folder or deeper.folder, launcher=start.launcher or run.launcher)
            for run in made
        )

    def console_scripts(self) -> Iterator[tuple[str, str]]:
        """The functions that packages of the repository declare as console scripts: the file and the name in it."""
        for point in self.entry_points.all():
            path = self.files.declared_module(point.module, point.folder)
            if path is not None:
                yield path, point.entry

    def _named(self, word: Word, rest: Words, stand: Stand) -> list[Run]:
        """A console script of the repository, a file, or some tool."""
        point = self.entry_points.console(word.text, stand.folder)
        if point is not None:
            found = self.files.declared_module(point.module, point.folder)
            if found is not None:
                return [Run("script", found, rest, 0, entry=point.entry)]
        if "/" in word.text or word.text.endswith(_PROGRAM):
            return self._program(word, rest, stand, bare="/" not in word.text)
        return [Run("tool", forms.tool_name(word), rest, 0)]

    def _pipeline(self, name: str, rest: Words, stand: Stand) -> list[Run] | None:
        goal = read_goal(name, rest)
        if goal is None:
            return None
        inside = stand.entered(goal.folder)
        file = self.files.find(Word(goal.file, "{" not in goal.file), inside) if goal.file else None
        target = f"{goal.tool}:{' '.join(goal.names)}".rstrip(":")
        return [Run(goal.kind, target, rest, 0, inside.folder, file=file or goal.file)]

    def _plain(self, name: str, rest: Words, stand: Stand) -> list[Run] | None:  # noqa: ARG002  # all forms have one shape
        """Tests, installations, and tools that move data."""
        if name in forms.TESTS:
            return [Run("test", name, rest, 0)]
        if name in forms.INSTALLERS:
            return [Run("install", name, rest, 0)]
        return [Run("data", name, rest, 0)] if moves(name, rest) else None

    def _notebook(self, name: str, rest: Words, stand: Stand) -> list[Run] | None:
        """Notebooks that are executed: papermill stays in its folder, the others go to the notebook's."""
        if name == IN_WORKSPACE:
            found = self.files.in_workspace(rest[0], stand) if rest else None
            return [Run(self.files.kind(found), found, rest[1:], 0) if found else Run("tool", name, rest, 0)]
        if name in ("papermill", "ploomber-engine"):
            positions, folder = forms.papermill_words(rest)
            if not positions:
                return [Run("tool", name, rest, 0)]
            made = self._files(rest[positions[0]], rest[positions[0] + 1 :], stand)
            return [msgspec.structs.replace(run, folder=stand.entered(folder).folder) for run in made]
        notebooks = forms.executed_notebooks(name, rest)
        runs = [run for word in notebooks for run in self._files(word, (), stand)]
        return [
            msgspec.structs.replace(run, folder=dirname(run.target) if run.kind == "notebook" else "") for run in runs
        ] or None

    def _shell(self, name: str, rest: Words, stand: Stand) -> list[Run] | None:
        if name in ("sbatch", "qsub"):
            at = forms.batch_script(rest)
        elif forms.is_shell(name):
            at = forms.shell_script(name, rest)
        else:
            return None
        if at is None:
            return [Run("embedded" if stand.body else "tool", name, (), 0)]
        found = self.files.find(rest[at], stand)
        launcher = name if name in ("sbatch", "qsub") else ""
        if found is not None:
            return [Run("shell", found, rest[at + 1 :], 0, launcher=launcher)]
        missing = self.files.absent(rest[at], stand) and rest[at].text.endswith((".sh", ".bash"))
        return [Run("missing" if missing else "tool", rest[at].text if missing else name, rest[at + 1 :], 0)]

    def _foreign(self, name: str, rest: Words, stand: Stand) -> list[Run] | None:
        """A file that the interpreter of another language runs."""
        suffixes = forms.INTERPRETERS.get(name)
        if suffixes is None:
            return None
        at = next((at for at, w in enumerate(rest) if w.text.endswith(suffixes) and not w.text.startswith("-")), None)
        found = self.files.find(rest[at], stand) if at is not None else None
        return [Run("foreign", found, rest[(at or 0) + 1 :], 0) if found is not None else Run("tool", name, rest, 0)]

    def _parallel(self, name: str, rest: Words, stand: Stand) -> list[Run] | None:
        if name != "parallel" or any(" " in word.text for word in rest[:3]):
            return None
        return [run for words in forms.unrolled(rest) for run in self._inner(Command(tuple(words), 0), stand)] or None

    # --- Python ---

    def _python(self, rest: Words, stand: Stand) -> list[Run]:
        at = 0
        while at < len(rest):
            text = rest[at].text
            if re.fullmatch(r"-[a-zA-Z]*m", text) and at + 1 < len(rest):
                return [self._module(rest[at + 1].text, rest[at + 2 :], stand)]
            if text.startswith("-m"):
                return [self._module(text[2:], rest[at + 1 :], stand)]
            if text == "-" or re.fullmatch(r"-[a-zA-Z]*c", text):
                return [Run("embedded", "python", rest[at + (1 if text == "-" else 2) :], 0)]
            if text in ("-W", "-X"):
                at += 2
            elif text.startswith("-") or _is_options(rest[at]):
                at += 1
            else:
                return self._program(rest[at], rest[at + 1 :], stand)
        return [Run("embedded" if stand.body else "tool", "python", (), 0)]

    def _module(self, dotted: str, rest: Words, stand: Stand) -> Run:
        """`python -m a.b`: a module of the repository, else the tool of that name."""
        found = self.files.started_module(dotted, stand)
        if found is not None:
            return Run("script", found, rest, 0)
        words = (*(Word(text) for text in MODULES.get(dotted, (dotted,))), *rest)
        made = self._inner(Command(words, 0), stand) if stand.depth < DEEPEST else ()
        if made and made[0].kind not in UNRESOLVED:
            return made[0]
        return Run("tool", f"python -m {dotted}", rest, 0)

    def _served(self, name: str, rest: Words, stand: Stand) -> list[Run] | None:
        """`uvicorn package.module:app`, `streamlit run app.py`, `flask --app x run`."""
        if not forms.is_server(name):
            return None
        named = forms.server_program(name, rest, stand.environment)
        if named is None:
            return [Run("tool", name, rest, 0, launcher=name)]
        inside = stand.entered(named.folder)
        if named.form == "file":
            found = self.files.find(named.word, inside)
        else:
            found = self.files.imported_module(named.word.text, inside)
        if found is None:
            return [Run("tool", name, rest, 0, launcher=name)]
        return [Run(self.files.kind(found), found, (), 0, launcher=name)]

    # --- containers ---

    def _container(self, contained: Contained, stand: Stand) -> list[Run]:
        self._repeated.changes()
        if contained.action == "build":
            return [self._build(contained, stand)]
        if contained.action == "tag":
            self.images.tagged(contained.names[0].text, contained.names[1].text)
            return [Run("tool", "docker", (), 0)]
        if contained.composed and not (contained.words and contained.action in ("run", "exec")):
            names = " ".join(word.text for word in contained.names)
            file = self.files.find(contained.files[0], stand) if contained.files else None
            folder = dirname(file) if file else stand.folder
            return [Run("pipeline", f"compose:{names}".rstrip(":"), (), 0, folder, file=file or "")]
        name = contained.names[0].text if contained.names else ""
        service = self._service(name, contained, stand) if contained.composed or contained.action == "exec" else None
        image = service.image if service is not None else self.images.named(name)
        if not contained.words:
            return [Run("image", image.path, (), 0) if image is not None else Run("tool", "docker", (), 0)]
        return self._inside(contained, image, service or Ground(), stand)

    def _service(self, name: str, contained: Contained, stand: Stand) -> Ground | None:
        """Where commands start in a service: that of the named file, of the nearest above, or the only one of its name."""
        known = self.services.get(name, [])
        file = self.files.find(contained.files[0], stand) if contained.files else None
        if file is not None:
            return next((ground for path, ground in known if path == file), None)
        above = [
            (path, ground) for path, ground in known if f"{stand.folder}/".startswith(f"{dirname(path)}/".lstrip("/"))
        ]
        nearest = max(above, key=lambda pair: len(dirname(pair[0])), default=None)
        return nearest[1] if nearest is not None else known[0][1] if len(known) == 1 else None

    def _inside(self, contained: Contained, image: Image | None, service: Ground, stand: Stand) -> list[Run]:
        """A command in a container, seen from the folders that are mounted or copied into it."""
        mounts = list(service.mounts)
        for host, inside in contained.mounts:
            folder = normal(join(stand.folder, host.text))
            if host.exact and not is_absolute(folder) and not folder.startswith(("..", "{")):
                mounts.append((inside, folder))
        start = service.base or (image.folder if image is not None else UNKNOWN if mounts else "/")
        start = contained.folder.text if contained.folder is not None else start
        deeper = msgspec.structs.replace(
            stand,
            folder=start if start.startswith(("/", "{")) else f"/{start}",
            ground=Ground(stand.ground.base, stand.ground.here, (), image, tuple(mounts)),
            environment=contained.environment,
        )
        made = self._inner(Command(contained.words, 0, body=stand.body), deeper)
        return [msgspec.structs.replace(run, environment=contained.environment) for run in made] or [
            Run("tool", "docker", (), 0)
        ]

    def _build(self, contained: Contained, stand: Stand) -> Run:
        texts = [word.text for word in (contained.context, *contained.files[:1]) if word is not None]
        if contained.composed or any("{" in text for text in (*texts, stand.folder)):
            return Run("tool", "docker", (), 0)
        context = normal(join(stand.folder, contained.context.text)) if contained.context is not None else ""
        file = normal(join(stand.folder, contained.files[0].text)) if contained.files else ""
        dockerfile = self.images.dockerfile(context, file)
        if dockerfile is None:
            return Run("tool", "docker", (), 0)
        self.images.built(dockerfile, context, (word.text for word in contained.names))
        return Run("build", dockerfile, (), 0)

    # --- files ---

    def _program(self, word: Word, rest: Words, stand: Stand, *, bare: bool = False) -> list[Run]:
        """A program file; one that is not there is missing where its folder is known, and no `bare` name for PATH."""
        made = self._files(word, rest, stand)
        if made[0].kind != "tool":
            return made
        missing = word.text.endswith(_PROGRAM) and self.files.absent(word, stand) and not bare
        return [Run("missing" if missing else "tool", word.text, rest, 0)]

    def _files(self, word: Word, rest: Words, stand: Stand) -> list[Run]:
        """The files that a word names; several where it is a pattern."""
        found = self.files.find(word, stand)
        paths = [found] if found is not None else self.files.matching(word, stand)
        return [Run(self.files.kind(path), path, rest, 0) for path in paths] or [Run("tool", word.text, rest, 0)]


def _is_options(word: Word) -> bool:
    """A hole whose name says that options come from it."""
    return not word.exact and re.fullmatch(r"\{\w*(?:ARG|OPT|FLAG)\w*\}", word.text, re.IGNORECASE) is not None
