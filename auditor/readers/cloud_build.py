"""Google Cloud Build: the containers that a build runs one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.language.credentials import is_secret_name, mask, mask_value
from auditor.language.image import python_of
from auditor.language.json import read_json
from auditor.language.node import ABSENT, Node
from auditor.language.paths import kind_of_path
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Leaf, Ref, Step, Trouble, Word
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "cloud-build"

_SHELLS = frozenset({"bash", "sh", "/bin/bash", "/bin/sh"})
_CHECKOUT = regex(r"(?<![\w:./-])/workspace(?=/|$|[\s\"'])")
_SUBSTITUTION = regex(r"\$(\$)|\$\{([A-Z_][A-Z0-9_]*)\}|\$([A-Z_][A-Z0-9_]*)")


def read(text: str) -> Facts:
    """A step per container, with the command that it starts. The triggers of a build are not in its file."""
    root, duplicates, troubles = _document(text)
    known = {name: value.raw for name, value in root.get("substitutions").items() if value.raw}
    steps = root.get("steps").parts
    names = [step.get("id").raw or f"step{number}" for number, step in enumerate(steps)]
    plain = {name: value for name, value in known.items() if not is_secret_name(name)}
    made = tuple(_step(number, names, step, plain) for number, step in enumerate(steps) if step.kind == "map")
    images = [("image", mask(node.raw)) for node in root.get("images").texts()]
    versions = dict.fromkeys(("python", python_of(use)) for step in made for use in step.uses)
    return Facts(
        kind=TOOL,
        steps=made,
        references=tuple(_kept(root)),
        duplicates=duplicates,
        attrs=pairs(
            [("tool", TOOL), *images, *versions, *((f"substitution:{k}", mask_value(k, v)) for k, v in known.items())]
        ),
        troubles=troubles,
    )


def _document(text: str) -> tuple[Node, tuple[Leaf, ...], tuple[Trouble, ...]]:
    if text.lstrip().startswith("{"):
        document, troubles = read_json(text)
        return document or ABSENT, (), troubles
    documents, duplicates, troubles = read_yaml(text)
    return (documents[0] if documents else ABSENT), duplicates, troubles


def _step(number: int, names: list[str], step: Node, known: dict[str, str]) -> Step:
    waits = step.get("waitFor")
    after = tuple(node.raw for node in waits.texts() if node.raw != "-")
    return Step(
        name=names[number],
        tool=TOOL,
        line=step.line,
        end_line=max(step.line, step.end_line),
        commands=tuple(_commands(step, known)),
        after=after if waits else tuple(names[max(number - 1, 0) : number]),
        folder=_filled(step.get("dir").raw, known).replace("${{ root }}", "."),
        rooted=True,
        uses=tuple(f"docker://{mask(_filled(name, known))}" for name in [step.get("name").raw] if name),
        attrs=pairs(_environment(step)),
    )


def _environment(step: Node) -> Iterator[tuple[str, str]]:
    for node in step.get("env").texts():
        name, _, value = node.raw.partition("=")
        yield f"env:{name}", mask_value(name, value)[:200]


def _commands(step: Node, known: dict[str, str]) -> Iterator[Command]:
    script, entry, args = step.get("script"), step.get("entrypoint").raw, list(step.get("args").texts())
    if script.is_scalar:
        yield from read_shell(_filled(script.raw, known), line=script.text_line)
    elif entry in _SHELLS and args and args[0].raw.startswith("-") and len(args) > 1:
        # Of a substitution and the shell's own variables the file tells one from the other by `$$`.
        yield from read_shell(_filled(args[1].raw, known), line=args[1].text_line)
    elif entry or args:
        words = [_word(text, known) for text in (entry or _program(step.get("name").raw), *(arg.raw for arg in args))]
        yield Command(tuple(words), args[0].line if args else step.line_of("entrypoint"))


def _program(image: str) -> str:
    """What an image without an entry point of its own starts: the builders are named after their tool."""
    name = image.rpartition("/")[2].partition("@")[0].partition(":")[0]
    return {"cloud-sdk": "gcloud", "docker-compose": "docker-compose"}.get(name, name)


def _filled(text: str, known: dict[str, str]) -> str:
    """The text with known substitutions, and with the folder of the checkout as the one that it starts in."""
    text = _CHECKOUT.sub("${{ root }}", text)
    return _SUBSTITUTION.sub(lambda f: "$" if f[1] else known.get(f[2] or f[3], "${{ " + (f[2] or f[3]) + " }}"), text)


def _word(text: str, known: dict[str, str]) -> Word:
    made = re.sub(r"\$\{\{ (\w+) \}\}", r"{\1}", _filled(text, known))
    return Word(mask(made), "${{" not in _filled(text, known))


def _kept(root: Node) -> Iterator[Ref]:
    for node in root.get("artifacts").get("objects").get("paths").texts():
        yield Ref(mask(node.raw), kind_of_path(node.raw), "artifacts", node.line, "$" in node.raw)


READER = Reader(
    name=TOOL,
    names=(
        "cloudbuild*.yaml",
        "cloudbuild*.yml",
        "cloudbuild*.json",
        "*cloudbuild.yaml",
        "*cloudbuild.yml",
        "*/cloudbuild/*.yaml",
        "*/cloudbuild/*.yml",
        "*/.cloudbuild/*.yaml",
    ),
    read=over_text(read),
    sniff=having(rb"^\W*steps\W*:"),
)
