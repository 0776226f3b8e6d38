"""AWS CodeBuild: the phases of a buildspec as one job."""

from __future__ import annotations

from auditor.language.checkout import from_root
from auditor.language.credentials import mask, mask_value
from auditor.language.node import ABSENT
from auditor.language.paths import kind_of_path
from auditor.language.script_lines import read_lines
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Ref, Step
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "codebuild"

_PHASES = ("install", "pre_build", "build", "post_build")


def read(text: str) -> Facts:
    """One step with the commands of all phases in one shell; the runtime of Python as the attribute `python`."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    phases = root.get("phases")
    nodes = [n for phase in _PHASES for key in ("commands", "finally") for n in phases.get(phase).get(key).texts()]
    base = root.get("artifacts").get("base-directory").raw
    files = [] if base else list(root.get("artifacts").get("files").texts())
    known = root.get("env").get("variables")
    given = tuple((name, mask_value(name, value.raw)) for name, value in known.items() if value.is_scalar)
    step = Step(
        name="build",
        tool=TOOL,
        line=root.line_of("phases"),
        end_line=max(root.line_of("phases"), phases.end_line),
        commands=read_lines(nodes, lambda text: from_root(text, "CODEBUILD_SRC_DIR"), given),
        writes=tuple(
            Ref(mask(n.raw), kind_of_path(n.raw), "artifacts", n.line, "$" in n.raw) for n in files if n.raw != "**/*"
        ),
        rooted=True,
        attrs=pairs((f"env:{name}", mask_value(name, value.raw)[:200]) for name, value in known.items()),
    )
    python = phases.get("install").get("runtime-versions").get("python").raw
    return Facts(
        kind=TOOL,
        steps=(step,) if phases else (),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), ("python", python)]),
        troubles=troubles,
    )


READER = Reader(
    name=TOOL,
    names=("buildspec*.yml", "buildspec*.yaml", "*buildspec.yml"),
    read=over_text(read),
    sniff=having(rb"^phases\s*:"),
)
