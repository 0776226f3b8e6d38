"""Great Expectations: suites of expectations in JSON, and checkpoints that run them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.json import read_json
from auditor.language.node import ABSENT, Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Watch
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "great-expectations"
MAX_CHECKS = 1000


def read_suite(text: str) -> Facts:
    """A check per expectation, with its column; `suite` is the name that checkpoints run it by."""
    document, troubles = read_json(text)
    root = document or ABSENT
    name = root.get("expectation_suite_name").raw or root.get("name").raw
    return Facts(
        kind="expectations",
        watches=tuple(_expectations(root, name)),
        attrs=pairs([("tool", TOOL), ("suite", name)]),
        troubles=troubles,
    )


def _expectations(root: Node, suite: str) -> Iterator[Watch]:
    for each in list(root.get("expectations").maps())[:MAX_CHECKS]:
        key = "expectation_type" if each.get("expectation_type") else "type"
        test = each.get(key).raw
        attrs = pairs([("suite", suite), ("test", test), ("column", each.get("kwargs").get("column").raw)])
        yield Watch(test, "check", TOOL, each.line_of(key), (), attrs)


def read_checkpoint(text: str) -> Facts:
    """The checks of a checkpoint: `runs` names the suites that it runs."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    named = [root.get("expectation_suite_name").raw]
    named += [part.get("expectation_suite_name").raw for part in root.get("validations").maps()]
    runs = [("runs", name) for name in dict.fromkeys(named) if name]
    return Facts(
        kind="checkpoint",
        watches=(Watch(root.get("name").raw, "check", TOOL, 1, (), tuple(runs)),),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), *runs]),
        troubles=troubles,
    )


SUITE = Reader(
    name="expectations",
    names=("*.json",),
    read=over_text(read_suite),
    sniff=having(rb'"expectations"\s*:\s*\[', rb'"(?:expectation_type|expectation_suite_name|type)"\s*:'),
)
CHECKPOINT = Reader(
    name="checkpoint",
    names=("*/checkpoints/*.yml", "*/checkpoints/*.yaml"),
    read=over_text(read_checkpoint),
    sniff=having(rb"^(?:class_name|validations|expectation_suite_name|config_version):", rb"expectation|validations"),
)
