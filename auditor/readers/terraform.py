"""Terraform: what it schedules, the functions and jobs that it deploys, and the buckets that it makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join

import msgspec

from auditor.language.cloud_events import kind_of_event
from auditor.language.cloud_watching import watching
from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.hcl import read_hcl
from auditor.language.node import ABSENT, Node
from auditor.model.facts import Command, Facts, Ref, Step, Storage, Trigger, Watch, Word
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

TOOL = "terraform"
MAX_REACH = 6  # resources between a schedule and what it starts
MAX_DEPTH = 8

_RUNS = regex(
    r"lambda_function$|sfn_state_machine$|sagemaker_(?:pipeline|endpoint|notebook_instance|monitoring_schedule|\w+_job\w*)$"
    r"|ecs_(?:task_definition|service)$|batch_job_definition$|glue_job$|cloud_run\w*(?:service|job)$|cloudfunctions2?_function$"
    r"|function_app$|container_app(?:_job)?$|databricks_(?:job|notebook|pipeline)$|vertex_ai_(?:endpoint|\w*pipeline\w*|\w*schedule)$"
    r"|dataflow\w*_job$|workflows_workflow$|apprunner_service$|cloudbuild_trigger$|kubernetes_(?:cron_)?job"
)
_BETWEEN = regex(r"(?:event_rule|scheduler_\w+|pubsub_topic|sns_topic|sqs_queue|event_target|subscription|trigger\w*)$")
_ASIDE = regex(r"iam_|_role|permission|policy|service_account|log_group|security_group|subnet|vpc|kms|secret")
_SCHEDULES = ("schedule_expression", "cron_expression", "quartz_cron_expression", "schedule", "cron", "cron_tab")
_NOT_RUNS = regex(r"backup|snapshot|autoscaling|budget|maintenance|lifecycle")
_TIME = regex(r"(?:cron|rate|at)\(.*\)|@\w+|every \d.*|[\d*/,?LW#-]+(?: +[\w*/,?#-]+){4,6}")
_REFERENCE = regex(r"(?<![\w.])((?:data\.)?[a-z][a-z0-9]*(?:_[a-z0-9]+)+\.[A-Za-z_][\w-]*)")
_FILLED = regex(r"\$\{([^${}]*)\}")
_BUCKETS = {
    "aws_s3_bucket": ("s3", "bucket"),
    "google_storage_bucket": ("gs", "name"),
    "azurerm_storage_container": ("az", "name"),
}
_CODE = ("script_location", "python_file", "source_file", "source_dir", "source", "filename", "main_python_file_uri")
_WATCHED = ("metric_name", "alarm_name", "name", "display_name", "filter", "query", "dashboard_body")
_IMAGES = ("image_uri", "image", "primary_container_image")


class Resource(msgspec.Struct, frozen=True):
    """One resource: its address, what it says, where, and the addresses that it refers to."""

    address: str
    body: Node
    line: int
    refers: tuple[str, ...]


def read(text: str) -> Facts:
    """Schedules and events as triggers of the steps that they reach; code files that a resource deploys as its command."""
    root, troubles = read_hcl(text)
    whole = _Whole(root)
    return Facts(
        kind=TOOL,
        leaves=leaves(root),
        steps=tuple(whole.steps()),
        triggers=tuple(whole.triggers()),
        storages=tuple(_storages(root)),
        references=tuple(_modules(root)),
        watches=tuple(whole.watches()),
        attrs=(("tool", TOOL),),
        troubles=troubles,
    )


class _Whole:
    """All resources of a file and what leads from one to another."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.all = {found.address: found for found in _resources(root)}
        self.referred: dict[str, list[str]] = {}
        for found in self.all.values():
            for address in found.refers:
                self.referred.setdefault(address, []).append(found.address)

    def steps(self) -> Iterator[Step]:
        """The resources that run something, and those that only tie a rule of another file to what it starts."""
        for found in self.all.values():
            listens = [a for a in found.refers if _BETWEEN.search(_type(a))]
            if _type(found.address).endswith("event_target") and not all(a in self.all for a in listens):
                starts = [a for a in found.refers if _RUNS.search(_type(a))]
                attrs = pairs([("listens", ",".join(listens)), ("starts", ",".join(starts))])
                yield Step(found.address, TOOL, found.line, max(found.line, found.body.end_line), attrs=attrs)
            if _RUNS.search(_type(found.address)) and not found.address.startswith("data."):
                images = [node.raw for key in _IMAGES for node in _deep(found.body, key, 0)]
                runtime, chains = found.body.get("runtime").raw, "sfn_" in found.address or "workflow" in found.address
                yield Step(
                    name=found.address,
                    tool=TOOL,
                    line=found.line,
                    end_line=max(found.line, found.body.end_line),
                    commands=tuple(self.commands(found)),
                    uses=(
                        *(f"docker://{mask(self.filled(image))}" for image in images if "/" in image or ":" in image),
                        *self.builds(found),
                    ),
                    attrs=pairs(
                        [
                            ("runtime", runtime),
                            ("handler", found.body.get("handler").raw),
                            ("listens", ",".join(listens)),
                            ("starts", ",".join(a for a in found.refers if chains and _RUNS.search(_type(a)))),
                        ]
                    ),
                )

    def builds(self, found: Resource) -> Iterator[str]:
        """The file of the repository that a trigger of builds runs."""
        file = found.body.get("filename").raw
        if found.address.startswith("google_cloudbuild_trigger.") and file.endswith((".yaml", ".yml", ".json")):
            yield f"./{mask(file.lstrip('./'))}"

    def commands(self, found: Resource) -> Iterator[Command]:
        """A resource runs the Python file of the repository that it deploys: said by path, or by handler and folder."""
        handler = found.body.get("handler").raw or found.body.get("entry_point").raw
        seen: set[str] = set()
        for holder in (found, *(self.all[a] for a in found.refers if a in self.all and not _RUNS.search(_type(a)))):
            for key in _CODE:
                for node in _deep(holder.body, key, 0):
                    file = self.file(node.raw, handler)
                    if file and file not in seen:
                        seen.add(file)
                        yield Command((Word("python"), Word(file)), node.line)

    def file(self, text: str, handler: str) -> str:
        """The file that a path and a handler `module.function` name, seen from the folder of the module; "" = none."""
        place = self.filled(text)
        if place.endswith(".py") and "://" not in place and "{" not in place:
            return place
        module = handler.rpartition(".")[0].replace(".", "/")
        folder = (
            bool(place) and "{" not in place and "://" not in place and "." not in place.rpartition("/")[2].strip(".")
        )
        return join(place, f"{module}.py") if folder and module and "/" in place else ""

    def filled(self, text: str) -> str:
        """A text with the folder of the module and the defaults of variables; what is not known is a hole."""
        if text.startswith("var.") and (default := self.default(text)):
            return default

        def fill(found: re.Match[str]) -> str:
            name = found[1].strip()
            return "." if name in ("path.module", "path.root", "path.cwd") else self.default(name) or "{" + name + "}"

        return _FILLED.sub(fill, text)

    def default(self, name: str) -> str:
        """The default of `var.x`, where it is written in this file."""
        value = self.root.get("variable").get(name.removeprefix("var.")).get("default")
        return value.raw if name.startswith("var.") and value.is_scalar and value.tag != "!expr" else ""

    def triggers(self) -> Iterator[Trigger]:
        """Schedules and events. Each names itself among its steps, for what listens to it in other files of the module."""
        for found in self.all.values():
            kind = _type(found.address)
            off = found.body.get("is_enabled").value is False or found.body.get("paused").value is True
            off = off or found.body.get("state").raw == "DISABLED"
            for node in _times(found.body) if not _NOT_RUNS.search(kind) else ():
                text = self.filled(node.raw)
                if _TIME.fullmatch(text) or text.startswith(("var.", "local.", "each.", "{")):
                    attrs = pairs(
                        [("resource", found.address), ("timezone", _zone(found.body)), ("disabled", off or "")]
                    )
                    yield Trigger("schedule", mask(text)[:200], node.line, self.reached(found), attrs)
            if found.body.get("event_pattern"):
                attrs = pairs([("resource", found.address), ("disabled", off or "")])
                yield Trigger(
                    kind_of_event(_said(found.body.get("event_pattern"))), "", found.line, self.reached(found), attrs
                )
            listened = " ".join(node.raw for node in _deep(found.body, "event_type", 0))
            if kind.endswith("bucket_notification") or listened:
                stored = not listened or "storage" in listened
                yield Trigger(
                    "dataset" if stored else "event",
                    "",
                    found.line,
                    self.reached(found),
                    (("resource", found.address),),
                )
            if kind.endswith("cloudbuild_trigger"):
                yield Trigger("push", "", found.line, (found.address,), (("resource", found.address),))

    def watches(self) -> Iterator[Watch]:
        """The resources that watch or alert."""
        for found in self.all.values():
            said = " ".join(node.raw for key in _WATCHED for node in _deep(found.body, key, 0))
            kind = watching(_type(found.address), said)
            if kind is not None and not found.address.startswith("data."):
                yield Watch(found.address, kind[0], TOOL, found.line, (), (("drift", kind[1]),))

    def reached(self, start: Resource) -> tuple[str, ...]:
        """A trigger itself and what it leads to: what it refers to, and what names it or a topic between as its source.

        Addresses of other files are among them: whether they run anything is known where they stand.
        """
        found = [start.address]
        if _RUNS.search(_type(start.address)):
            return tuple(found)
        seen, edge = {start.address}, [start.address]
        for _ in range(MAX_REACH):
            following: list[str] = []
            for address in edge:
                following += self.all[address].refers if address in self.all else ()
                if address == start.address or _BETWEEN.search(_type(address)):
                    following += self.referred.get(address, [])
            edge = [a for a in dict.fromkeys(following) if a not in seen and not _ASIDE.search(_type(a))]
            seen.update(edge)
            ends = [a for a in edge if _RUNS.search(_type(a)) or (a not in self.all and _BETWEEN.search(_type(a)))]
            found += ends
            edge = [address for address in edge if address not in ends]
        return tuple(found)


def _type(address: str) -> str:
    return address.removeprefix("data.").partition(".")[0]


def _resources(root: Node) -> Iterator[Resource]:
    for word, prefix in (("resource", ""), ("data", "data.")):
        for kind, named in root.get(word).items():
            for name, body in named.items():
                own = f"{prefix}{kind}.{name}"
                refers = tuple(address for address in dict.fromkeys(_addresses(body, 0)) if address != own)
                yield Resource(own, body, named.line_of(name), refers)


def _addresses(node: Node, depth: int) -> Iterator[str]:
    """The resources that the expressions in a value refer to."""
    if node.is_scalar:
        texts = [node.raw] if node.tag == "!expr" else _FILLED.findall(node.raw)
        yield from (address for text in texts for address in _REFERENCE.findall(text))
    for part in (*node.parts, *node.values()) if depth < MAX_DEPTH else ():
        yield from _addresses(part, depth + 1)


def _deep(node: Node, key: str, depth: int) -> list[Node]:
    """The scalars under a key, in the value itself or in blocks inside of it."""
    found = [node.get(key)] if node.get(key).is_scalar else []
    for part in (*node.parts, *node.values()) if depth < MAX_DEPTH else ():
        if part.kind in ("map", "list"):
            found += _deep(part, key, depth + 1)
    return found


def _said(pattern: Node) -> str:
    """The sources that a pattern of events names: the text of an expression as far as them."""
    return pattern.raw.partition("detail")[0]


def _times(body: Node) -> list[Node]:
    return [node for key in _SCHEDULES for node in _deep(body, key, 0)][:5]


def _zone(body: Node) -> str:
    return next(
        (n.raw for key in ("time_zone", "timezone_id", "schedule_expression_timezone") for n in _deep(body, key, 0)), ""
    )


def _storages(root: Node) -> Iterator[Storage]:
    for kind, (scheme, key) in _BUCKETS.items():
        for name, body in root.get("resource").get(kind).items():
            bucket = body.get(key)
            known = bucket.is_scalar and bucket.tag != "!expr" and "${" not in bucket.raw
            url = f"{scheme}://{bucket.raw}" if known else ""
            yield Storage(f"{kind}.{name}", mask(url), TOOL, root.get("resource").get(kind).line_of(name))


def _modules(root: Node) -> Iterator[Ref]:
    for body in root.get("module").values():
        source = (body if body.kind == "map" else ABSENT).get("source")
        if source.is_scalar:
            yield Ref(mask(source.raw), "config", "module", source.line)


READER = Reader(name=TOOL, names=("*.tf",), read=over_text(read))
