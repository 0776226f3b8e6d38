"""DVC stages that commands declare: `dvc stage add -n train -d data.csv -o model.pkl python train.py`."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import splitext

from msgspec.structs import replace

from auditor.language.arguments import Arguments, split
from auditor.language.paths import kind_of_path
from auditor.language.prefixes import find_start
from auditor.model.facts import Command, Ref, Step, Word
from auditor.program import Resolved
from auditor.program.running.grounds import folder_of
from auditor.program.symbolic.values import is_absolute

_KEPT = ("--outs", "--outs-no-cache", "--outs-persist", "--outs-persist-no-cache", "--checkpoints")
_OUTPUTS = {
    "dataset": (*_KEPT, "-o", "-O", "-c"),
    "metric": ("--metrics", "--metrics-no-cache", "-m", "-M"),
    "report": ("--plots", "--plots-no-cache"),
}
_NAMED = ("-n", "--name", "-d", "--deps", "-p", "--params", "-w", "--wdir", "-f", "--file", "--desc")
_VALUED = frozenset([*_NAMED, *(name for names in _OUTPUTS.values() for name in names)])


def commanded_stages(resolved: Resolved) -> Iterator[tuple[str, Step]]:
    """Stages that scripts, Makefiles and jobs declare by command, with their file; those that a dvc.yaml has are its own."""
    files = sorted(resolved.files.items())
    written = {step.name for _, facts in files if facts.kind == "dvc" for step in facts.steps}
    for path, facts in files:
        for step in facts.steps:
            found = [c for c in step.commands if c.words and _is_declaring(c)] if step.tool != "readme" else []
            ground = resolved.texts.ground(path, step) if found else None
            for command in found:
                made = _stage(command)
                folder = folder_of(command, ground.base, ground) if ground is not None else ""
                if made.name not in written and not is_absolute(folder) and "{" not in folder:
                    yield path, _inside(made, folder)


def _words(command: Command) -> tuple[Word, ...]:
    return command.words[find_start([word.text for word in command.words]).at :]


def _is_declaring(command: Command) -> bool:
    if not any(word.text == "dvc" for word in command.words[:6]):
        return False
    texts = [word.text for word in _words(command)[:3]]
    return texts[:1] == ["dvc"] and (texts[1:2] == ["run"] or texts[1:] == ["stage", "add"])


def _stage(command: Command) -> Step:
    words = _words(command)
    given = split(words[2 if words[1].text == "run" else 3 :], _VALUED, leading=True)
    wdir, file = given.first("-w", "--wdir"), given.first("-f", "--file")
    name = given.first("-n", "--name")
    outputs = [_ref(word, kind, command.line) for kind, names in _OUTPUTS.items() for word in given.every(*names)]
    return Step(
        name=name.text if name is not None else splitext(file.text)[0] if file is not None else "stage",
        tool="dvc",
        line=command.line,
        end_line=command.line,
        commands=(Command(given.rest, command.line),) if given.rest else (),
        reads=tuple(_ref(word, kind_of_path(word.text), command.line) for word in given.every("-d", "--deps")),
        writes=tuple(outputs),
        params=tuple(_params(given, command.line)),
        folder=wdir.text if wdir is not None else "",
        rooted=True,
        attrs=(("how", "command"),),
    )


def _inside(step: Step, folder: str) -> Step:
    return replace(step, folder="/".join(part for part in (folder, step.folder) if part))


def _ref(word: Word, kind: str, line: int) -> Ref:
    told = kind_of_path(word.text)
    return Ref(word.text, told if kind == "dataset" and told == "model" else kind, "command", line, not word.exact)


def _params(given: Arguments, line: int) -> Iterator[Ref]:
    """`-p lr,seed` are keys of params.yaml, `-p file.yaml:lr` those of another file."""
    for word in given.every("-p", "--params"):
        file, colon, keys = word.text.rpartition(":")
        attrs = (("keys", keys),) if keys else ()
        yield Ref(file if colon else "params.yaml", "param", "params", line, not word.exact, attrs)
