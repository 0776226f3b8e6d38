"""SageMaker pipelines in the JSON that the service runs."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.container import container_commands
from auditor.language.credentials import mask
from auditor.language.json import read_json
from auditor.language.node import ABSENT, Node
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Facts, Ref, Step, Watch
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "sagemaker"
MAX_DEPTH = 20

_MADE = regex(r"Steps\.([\w-]+)(?:\.(.*))?")
_OUTPUT = regex(r"Outputs\[['\"]([^'\"]+)['\"]\]")
_BARE = regex(r"([:\[,]\s*)(\$\{[^{}\"]*\})")
_CHECKS = {"QualityCheck": "data", "ClarifyCheck": "data"}


def read(text: str) -> Facts:
    """A step per step of the pipeline, those within conditions too; what steps hand on are `mem:` artefacts."""
    document, troubles = read_json(text)
    if document is None and _BARE.search(text):  # a template of Terraform: numbers and lists that it fills in
        document, troubles = read_json(_BARE.sub(r'\1"\2"', text))
    root = document or ABSENT
    found = list(_steps(root.get("Steps"), "", "", 0))
    defaults = {part.get("Name").raw: part.get("DefaultValue").raw for part in root.get("Parameters").maps()}
    return Facts(
        kind=TOOL,
        steps=tuple(_step(node, condition, guard, found, defaults) for node, condition, guard in found),
        watches=tuple(_watch(node, defaults) for node, _, _ in found if node.get("Type").raw in _CHECKS),
        attrs=pairs([("tool", TOOL), ("version", root.get("Version").raw)]),
        troubles=troubles,
    )


def _steps(listed: Node, condition: str, guard: str, depth: int) -> Iterator[tuple[Node, str, str]]:
    """All steps with the condition they stand under and the step that decides on it."""
    for node in listed.maps() if depth < MAX_DEPTH else ():
        yield node, condition, guard
        arguments = node.get("Arguments")
        for key in ("IfSteps", "ElseSteps"):
            name = node.get("Name").raw
            yield from _steps(arguments.get(key), f"{'' if key == 'IfSteps' else 'not '}{name}", name, depth + 1)


def _step(node: Node, condition: str, guard: str, found: list[tuple[Node, str, str]], defaults: dict[str, str]) -> Step:
    name, arguments = node.get("Name").raw, node.get("Arguments")
    reads = tuple(dict.fromkeys(_given(arguments, name)))
    before = [
        *(part.raw for part in node.get("DependsOn").texts()),
        *(ref.path.removeprefix("mem:").partition(".")[0] for ref in reads),
    ]
    wanted = {ref.path for other, _, _ in found for ref in _given(other.get("Arguments"), "")}
    specification = arguments.get("AppSpecification")
    image = specification.get("ImageUri").raw or arguments.get("AlgorithmSpecification").get("TrainingImage").raw
    return Step(
        name=name,
        tool=TOOL,
        line=node.line_of("Name"),
        end_line=max(node.line_of("Name"), node.end_line),
        commands=tuple(_commands(arguments)),
        reads=(*reads, *_inputs(arguments, defaults)),
        writes=tuple(_outputs(name, node, wanted, defaults)),
        params=tuple(_settings(arguments)),
        after=tuple(dict.fromkeys([*before, *([guard] if guard else [])])),
        condition=condition,
        uses=(mask(image),) if image else (),
        attrs=pairs([("type", node.get("Type").raw), *_hyperparameters(arguments)]),
    )


def _commands(arguments: Node) -> Iterator[Command]:
    specification = arguments.get("AppSpecification")
    yield from container_commands(specification.get("ContainerEntrypoint"), specification.get("ContainerArguments"))
    program = arguments.get("HyperParameters").get("sagemaker_program")
    if program.is_scalar:
        script = program.raw.strip('"')
        yield from read_shell(f"python {script}", line=program.line)


def _hyperparameters(arguments: Node) -> Iterator[tuple[str, str]]:
    for name, value in arguments.get("HyperParameters").items():
        if value.is_scalar and not name.startswith("sagemaker_"):
            yield f"set:{name}", mask(value.raw)[:200]


# --- data ---


def _given(node: Node, own: str, depth: int = 0) -> Iterator[Ref]:
    """What the arguments take from other steps."""
    source = node.get("Get")
    made = _MADE.fullmatch(source.raw) if source.is_scalar else None
    if made and made[1] != own:
        output, kind = _named(made[2] or "")
        yield Ref(f"mem:{made[1]}.{output}", kind, "Get", source.line)
    skipped = ("IfSteps", "ElseSteps")
    below = [part for key, part in node.items() if key not in skipped] + node.parts
    for part in below if depth < MAX_DEPTH else ():
        yield from _given(part, own, depth + 1)


def _named(path: str) -> tuple[str, str]:
    """The name and kind of an output of a step: that of a processing output, `model`, else the last part."""
    output = _OUTPUT.search(path)
    if output:
        return output[1], "dataset"
    if path.startswith("ModelArtifacts"):
        return "model", "model"
    return path.rpartition(".")[2] or "output", "dataset"


def _inputs(arguments: Node, defaults: dict[str, str]) -> Iterator[Ref]:
    for part in arguments.get("ProcessingInputs").maps():
        yield from _uri(part.get("S3Input").get("S3Uri"), "ProcessingInputs", part.get("InputName").raw, defaults)
    for part in arguments.get("InputDataConfig").maps():
        yield from _uri(
            part.get("DataSource").get("S3DataSource").get("S3Uri"),
            "InputDataConfig",
            part.get("ChannelName").raw,
            defaults,
        )
    transform = arguments.get("TransformInput").get("DataSource").get("S3DataSource").get("S3Uri")
    yield from _uri(transform, "TransformInput", "", defaults)
    specified = arguments.get("InferenceSpecification").get("Containers")
    for container in (arguments.get("PrimaryContainer"), *arguments.get("Containers").maps(), *specified.maps()):
        for ref in _uri(container.get("ModelDataUrl"), "model", "", defaults):
            yield Ref(ref.path, "model", "model", ref.line, ref.templated)


def _outputs(name: str, node: Node, wanted: set[str], defaults: dict[str, str]) -> Iterator[Ref]:
    arguments = node.get("Arguments")
    made: dict[str, Ref] = {}
    for part in arguments.get("ProcessingOutputConfig").get("Outputs").maps():
        output = part.get("OutputName").raw
        made[f"mem:{name}.{output}"] = Ref(
            f"mem:{name}.{output}", "dataset", "Outputs", part.line, attrs=(("name", output),)
        )
        yield from _uri(part.get("S3Output").get("S3Uri"), "Outputs", output, defaults)
    if node.get("Type").raw in ("Training", "Tuning"):
        made[f"mem:{name}.model"] = Ref(f"mem:{name}.model", "model", "ModelArtifacts", node.line_of("Name"))
    for path in sorted(wanted):
        if path.startswith(f"mem:{name}.") and path not in made:
            made[path] = Ref(path, "dataset", "Get", node.line_of("Name"))
    yield from made.values()
    group = arguments.get("ModelPackageGroupName")
    if group.is_scalar:
        yield Ref(f"model:sagemaker:{group.raw}", "model", "ModelPackageGroupName", group.line, "{" in group.raw)
    for key, inner in (("OutputDataConfig", "S3OutputPath"), ("TransformOutput", "S3OutputPath")):
        yield from _uri(arguments.get(key).get(inner), key, "", defaults)


def _uri(node: Node, how: str, name: str, defaults: dict[str, str]) -> Iterator[Ref]:
    text = _text(node, 0, defaults)
    if "://" in text and name != "code":
        yield Ref(mask(text), "dataset", how, node.line, "{" in text, pairs([("name", name)]))


def _text(node: Node, depth: int, defaults: dict[str, str]) -> str:
    """An address with joined parts; what a parameter gives is its default, else a hole."""
    join = node.get("Std:Join")
    if join and depth < MAX_DEPTH:
        return join.get("On").raw.join(_text(part, depth + 1, defaults) for part in join.get("Values").parts)
    source = node.get("Get").raw
    if source:
        name = source.rpartition(".")[2]
        return "" if source.startswith("Steps.") else defaults.get(name) or f"{{{name}}}"
    return node.raw


def _settings(node: Node, depth: int = 0) -> Iterator[Ref]:
    source = node.get("Get").raw
    if source.startswith("Parameters."):
        yield Ref("", "param", "Parameters", node.get("Get").line, attrs=(("keys", source),))
    for part in (*node.values(), *node.parts) if depth < MAX_DEPTH else ():
        yield from _settings(part, depth + 1)


def _watch(node: Node, defaults: dict[str, str]) -> Watch:
    watched = tuple(_inputs(node.get("Arguments"), defaults))
    attrs = pairs([("type", node.get("Type").raw), ("drift", _CHECKS[node.get("Type").raw])])
    return Watch(node.get("Name").raw, "monitor", TOOL, node.line, watched, attrs)


READER = Reader(
    name=TOOL,
    names=("*.json", "*.json.tpl", "*.json.tftpl"),
    read=over_text(read),
    sniff=having(rb'"Version"\s*:\s*"20\d\d-', rb'"Steps"\s*:\s*\[', rb'"Arguments"\s*:'),
)
