"""pre-commit: the hooks of a repository, and what its own hooks run."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.node import ABSENT, Node
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Step, Trigger
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "pre-commit"


def read(text: str) -> Facts:
    """Hooks as attributes `repository@revision#hook`; a step per hook that the repository defines itself."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    repos = list(root.get("repos").maps())
    local = [hook for repo in repos if repo.get("repo").raw == "local" for hook in repo.get("hooks").maps()]
    steps = tuple(_step(hook) for hook in local if hook.get("entry"))
    python = root.get("default_language_version").get("python").raw.removeprefix("python")
    named = [("hook", name) for repo in repos for name in _hooks(repo)]
    return Facts(
        kind=TOOL,
        steps=steps,
        triggers=(Trigger("event", "", root.line_of("repos"), attrs=(("event", "commit"),)),) if steps else (),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), ("python", python if "." in python else ""), *named]),
        troubles=troubles,
    )


def _hooks(repo: Node) -> Iterator[str]:
    origin = mask(repo.get("repo").raw)
    revision = repo.get("rev").raw or repo.get("sha").raw
    for hook in repo.get("hooks").maps():
        yield f"{origin}@{revision}#{hook.get('id').raw}" if revision else f"{origin}#{hook.get('id').raw}"


def _step(hook: Node) -> Step:
    return Step(
        name=hook.get("id").raw or "hook",
        tool=TOOL,
        line=hook.line,
        end_line=max(hook.line, hook.end_line),
        commands=_commands(hook),
        rooted=True,
        condition=hook.get("files").raw[:500],
        attrs=pairs(
            [
                ("stages", ",".join(node.raw for node in hook.get("stages").texts())),
                ("language", hook.get("language").raw),
            ]
        ),
    )


def _commands(hook: Node) -> tuple[Command, ...]:
    """The entry with its arguments, where it is a command and no pattern or image."""
    if hook.get("language").raw in ("pygrep", "fail", "docker_image"):
        return ()
    entry = hook.get("entry")
    text = " ".join([entry.raw, *(node.raw for node in hook.get("args").texts())])
    return read_shell(text, line=entry.text_line)


READER = Reader(
    name=TOOL,
    names=(".pre-commit-config.yaml", ".pre-commit-config.yml"),
    read=over_text(read),
    sniff=having(rb"^repos\s*:"),
)
