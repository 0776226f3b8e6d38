"""What the commands of the repository's own texts run: each text seen from where it starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from posixpath import dirname, join

from auditor.language.containers import is_engine
from auditor.model.facts import Command, Facts, Ref, Step
from auditor.program.naming.code import Code
from auditor.program.running.commands import Commands, Run
from auditor.program.running.grounds import UNKNOWN, Ground, upwards
from auditor.program.running.images import Image
from auditor.program.symbolic.values import is_absolute, normal

ROOTED = frozenset({"github-actions", "gitlab-ci"})
_CONTAINED = frozenset({"compose", "kubernetes"})
"""Formats whose steps run what their image starts where they say nothing else."""
_SCRIPTS = (".sh", ".bash", ".zsh", ".ksh", ".sbatch", ".slurm")
MOST_CALLERS = 5  # folders that a script is known to be started in


class Texts:
    """Steps, scripts and documents of a tree, asked what their commands run."""

    def __init__(self, files: Mapping[str, Facts], commands: Commands, code: Code) -> None:
        self.files = files
        self._code = code
        self.commands = commands
        self._bases: dict[str, tuple[str, ...]] = {}
        self._learn_images()

    def runs(self, path: str, step: Step, folder: str = "") -> tuple[Run, ...]:
        """All that the commands of a step run; `folder` is its working folder in the repository."""
        ground = self.ground(path, step, folder)
        made = self.commands.all_in(path, step.commands, ground)
        return made or self._image_of(path, step)

    def runs_somewhere(self, path: str, step: Step, folder: str = "") -> tuple[Run, ...]:
        """All that the commands of a step run whose folder is not known: `folder`, or that of its file, or one above; what has its
        place in an image that the repository builds is found by that."""
        here = dirname(path)
        ground = Ground(folder, here, tuple(upwards(here)), image=self._image(here, step))
        return self.commands.all_in(path, step.commands, ground)

    def ground(self, path: str, step: Step, folder: str = "") -> Ground:
        """Where the commands of a step start."""
        here = dirname(path)
        if step.tool == "docker":
            image = self.commands.images.image(path)
            return Ground(step.folder or "/", here, image=image)
        if step.tool == "compose":
            return self._service(path, step)
        if step.tool == "kubernetes" and (image := self._image(here, step)) is not None:
            return Ground(step.folder or image.folder, here, image=image)
        if step.tool == "shell":
            first, *others = self._started_in(path, step)
            return Ground(first, here, tuple(others))
        if step.tool == "readme":
            first, *others = upwards(here)
            return Ground(first, here, tuple(others))
        if step.tool == "make" and path.endswith(".mk"):
            first, *others = self.commands.likely(path, step.commands)
            return Ground(first, here, tuple(others))
        folder = dirname(folder) if folder in self.commands.tree else folder  # the code of a job may be one file
        clones = frozenset(value for name, value in step.attrs if name == "checkout")
        return Ground(folder, here, clones=clones)

    # --- containers ---

    def _service(self, path: str, step: Step) -> Ground:
        here = dirname(path)
        image = self._image(here, step)
        mounts = [(dict(ref.attrs).get("to", ""), normal(join(here, ref.path))) for ref in step.reads if _of_tree(ref)]
        folder = step.folder or (image.folder if image is not None else UNKNOWN)
        return Ground(folder, here, image=image, mounts=tuple(mount for mount in mounts if mount[0].startswith("/")))

    def _image(self, here: str, step: Step) -> Image | None:
        """The image of a service or a container, where the repository builds it: there, or elsewhere under that name."""
        dockerfile = self._dockerfile(here, dict(step.attrs))
        if dockerfile is not None:
            return self.commands.images.image(dockerfile)
        return next((found for name in step.uses if (found := self.commands.images.named(name)) is not None), None)

    def _dockerfile(self, here: str, attrs: Mapping[str, str]) -> str | None:
        if "build" not in attrs:
            return None
        context = normal(join(here, attrs["build"]))
        name = attrs.get("dockerfile", "")
        return self.commands.images.dockerfile(context, normal(join(context, name)) if name else "")

    def _image_of(self, path: str, step: Step) -> tuple[Run, ...]:
        """A service without a command of its own runs what its image starts."""
        image = self._image(dirname(path), step) if step.tool in _CONTAINED else None
        return (Run("image", image.path, (), step.line, "/"),) if image is not None else ()

    def _learn_images(self) -> None:
        """Which images are built from which folder, and how they are called."""
        for path, step in self._steps():
            if step.tool == "compose":
                attrs = dict(step.attrs)
                dockerfile = self._dockerfile(dirname(path), attrs)
                if dockerfile is not None:
                    self.commands.images.built(dockerfile, normal(join(dirname(path), attrs["build"])), step.uses)
        for path in sorted(self.files):
            for step, building in self._code.alone(path, _building):
                ground = self._guess(path, step)
                for command in building:
                    self.commands.runs(command, ground)
        for path, step in self._steps():
            if step.tool == "compose":
                self.commands.services.setdefault(step.name, []).append((path, self._service(path, step)))

    # --- scripts ---

    def _started_in(self, path: str, step: Step) -> tuple[str, ...]:
        """The folders that a script is started in: where commands of the repository start it, else the likely ones."""
        found = self._bases.get(path)
        if found is None:
            known = self._callers.get(path, ())
            found = tuple(dict.fromkeys((*known, *self.commands.likely(path, step.commands))))
            self._bases[path] = found
        return found

    @cached_property
    def _callers(self) -> Mapping[str, tuple[str, ...]]:
        """The folders in which commands start each script; what documents say comes late, what scripts guess last."""
        found: dict[str, list[str]] = defaultdict(list)
        rank = {"readme": 1, "shell": 2}
        steps = ((path, step) for path in sorted(self.files) for step in self._code.alone(path, _starting))
        for path, step in sorted(steps, key=lambda pair: (rank.get(pair[1].tool, 0), pair[0])):
            if step.tool == "shell" and path in found:
                continue
            todo = [(self._guess(path, step), step.commands)]
            while todo:
                for run in self._started(*todo.pop(0)):
                    known = found[run.target]
                    if run.folder not in known and len(known) < MOST_CALLERS:
                        known.append(run.folder)
                        script = self.files.get(run.target)
                        inner = script.steps if script is not None else ()
                        todo += [(Ground(run.folder, dirname(run.target)), step.commands) for step in inner]
        return {path: tuple(folders) for path, folders in found.items()}

    def _started(self, ground: Ground, commands: tuple[Command, ...]) -> Iterator[Run]:
        """The scripts that commands start in a folder of the tree."""
        for command in commands:
            if _names_script(command):
                for run in self.commands.runs(command, ground):
                    if run.kind == "shell" and (not run.folder or run.folder in self.commands.files.folders):
                        yield run

    def _guess(self, path: str, step: Step) -> Ground:
        """Where a step starts, without knowing who starts scripts."""
        if step.tool == "shell":
            first, *others = self.commands.likely(path, step.commands)
            return Ground(first, dirname(path), tuple(others))
        base = "" if step.rooted or step.tool in ROOTED else dirname(path)
        return self.ground(path, step, normal(join(base, step.folder)) if step.folder else base)

    def _steps(self) -> Iterator[tuple[str, Step]]:
        for path, facts in sorted(self.files.items()):
            for step in facts.steps:
                yield path, step


def _building(facts: Facts) -> tuple[tuple[Step, tuple[Command, ...]], ...]:
    """The steps of a file, Dockerfiles left out, that build images, with the commands that do."""
    found = (
        (step, tuple(c for c in step.commands if any(is_engine(word.text) for word in c.words[:4])))
        for step in facts.steps
        if step.tool != "docker"
    )
    return tuple((step, building) for step, building in found if building)


def _starting(facts: Facts) -> tuple[Step, ...]:
    """The steps of a file of which some command names a script of the shell."""
    return tuple(step for step in facts.steps if any(map(_names_script, step.commands)))


def _names_script(command: Command) -> bool:
    return any(word.text.endswith(_SCRIPTS) for word in command.words)


def _of_tree(ref: Ref) -> bool:
    return ref.how == "volumes" and not is_absolute(ref.path) and "$" not in ref.path and "{" not in ref.path
