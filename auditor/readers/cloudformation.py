"""CloudFormation, SAM and the Serverless Framework: functions and jobs, and what schedules or starts them."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join

import msgspec

from auditor.language.cloud_events import kind_of_event
from auditor.language.cloud_watching import watching
from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.json import read_json
from auditor.language.node import ABSENT, Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Leaf, Step, Storage, Trigger, Trouble, Watch, Word
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

TOOL = "cloudformation"
SERVERLESS_TOOL = "serverless"
MAX_DEPTH = 12

_RUNS = regex(
    r"AWS::(?:Lambda::Function|Serverless::(?:Function|StateMachine)|StepFunctions::StateMachine|Glue::(?:Job|Workflow)"
    r"|SageMaker::(?:Pipeline|Endpoint|NotebookInstance|MonitoringSchedule|\w+JobDefinition)|ECS::(?:TaskDefinition|Service)"
    r"|Batch::JobDefinition|CodeBuild::Project|CodePipeline::Pipeline)$"
)
_CALLED = regex(r"\$\{(\w+)[\w.]*\}")
_EVENTS = {
    "Schedule": "schedule", "ScheduleV2": "schedule", "S3": "dataset", "CloudWatchEvent": "event", "EventBridgeRule": "event",
    "SQS": "event", "SNS": "event", "Kinesis": "event", "DynamoDB": "event",
}  # fmt: skip


class Resource(msgspec.Struct, frozen=True):
    """One resource by its logical name."""

    name: str
    kind: str
    given: Node
    line: int
    end_line: int


def read(text: str) -> Facts:
    """Functions and jobs as steps; rules, schedules and event sources as triggers of what they name."""
    root, duplicates, troubles = _document(text)
    whole = _Template(root)
    return Facts(
        kind=TOOL,
        leaves=leaves(root) if root else (),
        steps=tuple(whole.steps()),
        triggers=tuple(whole.triggers()),
        storages=tuple(whole.storages()),
        watches=tuple(whole.watches()),
        duplicates=duplicates,
        attrs=(("tool", TOOL),),
        troubles=troubles,
    )


def read_serverless(text: str) -> Facts:
    """The functions of a Serverless Framework service, with their schedules."""
    root, duplicates, troubles = _document(text)
    functions = root.get("functions")
    steps, triggers = [], []
    for name, function in functions.items():
        line, handler = functions.line_of(name), function.get("handler")
        runtime = function.get("runtime").raw or root.get("provider").get("runtime").raw
        file = f"{handler.raw.rpartition('.')[0]}.py" if "python" in runtime and "." in handler.raw else ""
        commands = (Command((Word("python"), Word(file)), handler.line),) if file and "{" not in file else ()
        attrs = pairs([("runtime", runtime), ("handler", handler.raw)])
        steps.append(Step(name, SERVERLESS_TOOL, line, max(line, function.end_line), commands, attrs=attrs))
        triggers += [trigger for event in function.get("events").maps() for trigger in _serverless_event(name, event)]
    return Facts(
        kind=SERVERLESS_TOOL,
        leaves=leaves(root) if root else (),
        steps=tuple(steps),
        triggers=tuple(triggers),
        duplicates=duplicates,
        attrs=(("tool", SERVERLESS_TOOL),),
        troubles=troubles,
    )


def _serverless_event(name: str, event: Node) -> Iterator[Trigger]:
    for kind, given in event.items():
        if kind == "schedule":
            off = given.get("enabled").value is False
            for node in given.texts() if given.is_scalar else given.get("rate").texts():
                yield Trigger("schedule", mask(node.raw), node.line, (name,), pairs([("disabled", off or "")]))
        elif kind in ("s3", "eventBridge", "sqs", "sns", "stream"):
            yield Trigger("dataset" if kind == "s3" else "event", "", event.line_of(kind), (name,))


def _document(text: str) -> tuple[Node, tuple[Leaf, ...], tuple[Trouble, ...]]:
    if text.lstrip().startswith("{"):
        document, troubles = read_json(text)
        return document or ABSENT, (), troubles
    documents, duplicates, troubles = read_yaml(text)
    return (documents[0] if documents else ABSENT), duplicates, troubles


class _Template:
    """A template and what its resources refer to."""

    def __init__(self, root: Node) -> None:
        self.root = root
        listed = root.get("Resources")
        self.all = {
            name: Resource(name, part.get("Type").raw, part.get("Properties"), listed.line_of(name), part.end_line)
            for name, part in listed.items()
        }
        self.shared = root.get("Globals").get("Function")

    def steps(self) -> Iterator[Step]:
        """The resources that run something."""
        for found in self.all.values():
            if _RUNS.match(found.kind):
                runtime = (found.given.get("Runtime") or self.shared.get("Runtime")).raw
                yield Step(
                    name=found.name,
                    tool=TOOL,
                    line=found.line,
                    end_line=max(found.line, found.end_line),
                    commands=tuple(self.commands(found, runtime)),
                    uses=(
                        *(f"docker://{mask(text)}" for text in self.images(found.given) if text),
                        *(self.builds(found.given) if found.kind == "AWS::CodeBuild::Project" else ()),
                    ),
                    attrs=pairs(
                        [("type", found.kind), ("runtime", runtime), ("handler", found.given.get("Handler").raw)]
                    ),
                )

    def builds(self, given: Node) -> Iterator[str]:
        """The buildspec of the repository that a project runs; each has its own, `buildspec.yml`, where none is named."""
        source = given.get("Source")
        spec = source.get("BuildSpec").raw
        if source and ("\n" not in spec) and (not spec or spec.endswith((".yml", ".yaml"))):
            yield f"./{mask(spec.lstrip('./') or 'buildspec.yml')}"

    def images(self, given: Node) -> Iterator[str]:
        yield self.text(given.get("ImageUri") or given.get("Code").get("ImageUri"))
        yield from (self.text(entry.get("Image")) for entry in given.get("ContainerDefinitions").maps())

    def commands(self, found: Resource, runtime: str) -> Iterator[Command]:
        """Code of the repository that a function runs, or code that stands in the template."""
        given = found.given
        handler = given.get("Handler") or self.shared.get("Handler")
        place = given.get("CodeUri") or self.shared.get("CodeUri") or given.get("Code")
        inline = given.get("Code").get("ZipFile") or given.get("InlineCode")
        code = inline if inline.is_scalar else next((node for node in inline.values() if node.is_scalar), ABSENT)
        if code.is_scalar and "python" in runtime:
            yield Command((Word("python"), Word("-")), code.text_line, body=mask(code.raw))
        elif (
            handler.is_scalar
            and place.is_scalar
            and "python" in runtime
            and "://" not in place.raw
            and "$" not in place.raw
        ):
            module = handler.raw.rpartition(".")[0].replace(".", "/")
            yield Command((Word("python"), Word(join(place.raw, f"{module}.py"))), handler.line)
        script = given.get("Command").get("ScriptLocation")
        if script.is_scalar and script.raw.endswith(".py") and "://" not in script.raw:
            yield Command((Word("python"), Word(script.raw)), script.line)

    def triggers(self) -> Iterator[Trigger]:
        """Rules, schedules, notifications of buckets, and the event sources of SAM functions."""
        for found in self.all.values():
            if found.kind == "AWS::Events::Rule":
                yield from self.rule(found, list(found.given.get("Targets").maps()))
            elif found.kind == "AWS::Scheduler::Schedule":
                yield from self.rule(found, [found.given.get("Target")])
            elif found.kind == "AWS::Glue::Trigger" and found.given.get("Schedule"):
                yield self.timed(found.given, "Schedule", found, tuple(self.named(found.given.get("Actions"))))
            elif found.kind == "AWS::SageMaker::MonitoringSchedule":
                config = found.given.get("MonitoringScheduleConfig").get("ScheduleConfig")
                if config:
                    yield self.timed(config, "ScheduleExpression", found, (found.name,))
            elif found.kind == "AWS::S3::Bucket" and found.given.get("NotificationConfiguration"):
                yield Trigger(
                    "dataset", "", found.line, (found.name, *self.named(found.given.get("NotificationConfiguration")))
                )
            yield from self.sources(found)

    def rule(self, found: Resource, targets: list[Node]) -> Iterator[Trigger]:
        steps = tuple(name for target in targets for name in self.named(target.get("Arn")))
        if found.given.get("ScheduleExpression"):
            yield self.timed(found.given, "ScheduleExpression", found, (found.name, *steps))
        elif found.given.get("EventPattern"):
            kind = kind_of_event(" ".join(node.raw for node in found.given.get("EventPattern").get("source").texts()))
            yield Trigger(kind, "", found.line, (found.name, *steps), self.state(found.given, found))

    def sources(self, found: Resource) -> Iterator[Trigger]:
        """The `Events` of a SAM function or state machine."""
        events = found.given.get("Events")
        for name, event in events.items():
            kind, given = _EVENTS.get(event.get("Type").raw, ""), event.get("Properties")
            key = "Schedule" if given.get("Schedule") else "ScheduleExpression"
            if kind == "schedule" and given.get(key):
                yield self.timed(given, key, found, (found.name,))
            elif kind and kind != "schedule":
                yield Trigger(kind, "", events.line_of(name), (found.name,), (("resource", found.name),))

    def timed(self, given: Node, key: str, found: Resource, steps: tuple[str, ...]) -> Trigger:
        return Trigger("schedule", mask(self.text(given.get(key))), given.line_of(key), steps, self.state(given, found))

    @staticmethod
    def state(given: Node, found: Resource) -> tuple[tuple[str, str], ...]:
        off = given.get("State").raw.upper() == "DISABLED" or given.get("Enabled").value is False
        return pairs([("resource", found.name), ("disabled", off or "")])

    def text(self, node: Node) -> str:
        """A text; of a reference to a parameter its default, of one to anything else `{Name}`."""
        name = node.raw if node.tag == "!Ref" else node.get("Ref").raw
        if name:
            return self.root.get("Parameters").get(name).get("Default").raw or f"{{{name}}}"
        inner = node if node.is_scalar else node.get("Fn::Sub")
        return inner.raw if inner.is_scalar else next((part.raw for part in inner.texts()), "")

    def named(self, node: Node, depth: int = 0) -> Iterator[str]:
        """The resources that a value refers to, in any of the forms of a reference."""
        if depth > MAX_DEPTH:
            return
        if node.is_scalar:
            names = _CALLED.findall(node.raw) if "${" in node.raw else [node.raw.partition(".")[0]] if node.tag else []
            yield from (name for name in names if name in self.all)
        for key, part in node.items():
            if key in ("Ref", "Fn::GetAtt"):
                first = next((text.raw for text in part.texts()), "").partition(".")[0]
                yield from [first] if first in self.all else []
            else:
                yield from self.named(part, depth + 1)
        if node.tag == "!GetAtt" and node.parts:
            yield from [node.parts[0].raw] if node.parts[0].raw in self.all else []
        else:
            for part in node.parts:
                yield from self.named(part, depth + 1)

    def watches(self) -> Iterator[Watch]:
        """The resources that watch or alert."""
        for found in self.all.values():
            said = " ".join(found.given.get(key).raw for key in ("MetricName", "AlarmName", "DashboardBody"))
            kind = watching(found.kind, said)
            if kind is not None:
                yield Watch(found.name, kind[0], TOOL, found.line, (), (("drift", kind[1]),))

    def storages(self) -> Iterator[Storage]:
        """The buckets of the template; the name is that of the resource where the bucket's own is not written out."""
        for found in self.all.values():
            if found.kind == "AWS::S3::Bucket":
                bucket = found.given.get("BucketName")
                known = bucket.is_scalar and not bucket.tag and "$" not in bucket.raw
                yield Storage(found.name, mask(f"s3://{bucket.raw}") if known else "", TOOL, found.line)


def _is_template(data: bytes) -> bool:
    head = data[:65_536]
    return (b"AWSTemplateFormatVersion" in head or b"AWS::" in head) and b"Resources" in head


def _is_service(data: bytes) -> bool:
    head = data[:65_536]
    return b"functions:" in head and b"provider:" in head


READER = Reader(name=TOOL, names=("*.yaml", "*.yml", "*.json", "*.template"), read=over_text(read), sniff=_is_template)
SERVERLESS = Reader(
    name=SERVERLESS_TOOL,
    names=("serverless.yml", "serverless.yaml"),
    read=over_text(read_serverless),
    sniff=_is_service,
)
