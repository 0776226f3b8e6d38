"""lakeFS: which state of a repository a local folder holds, and the hooks of its branches."""

from __future__ import annotations

from auditor.language.credentials import mask
from auditor.language.node import ABSENT
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Pin, Trigger
from auditor.readers.contract import Reader, having, over_text, pairs


def read_ref(text: str) -> Facts:
    """The commit that the folder of the file was checked out at, as a pin of that folder."""
    documents, _, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    source, commit = mask(root.get("src").raw), root.get("at_head").raw
    pins = (Pin(".", "immutable-id", commit, root.line_of("at_head"), origin=source),) if source and commit else ()
    return Facts(kind="lakefs", pins=pins, attrs=pairs([("tool", "lakefs"), ("source", source)]), troubles=troubles)


def read_actions(text: str) -> Facts:
    """What happens before and after commits and merges in lakeFS."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    on = root.get("on")
    triggers = tuple(
        Trigger("event", "", on.line_of(event), ("?",), (("event", f"lakefs:{event}"),)) for event in on.entries
    )
    hooks = [("hook", f"{hook.get('type').raw} {hook.get('id').raw}".strip()) for hook in root.get("hooks").maps()]
    attrs = pairs([("tool", "lakefs"), ("name", root.get("name").raw), *hooks])
    return Facts(kind="lakefs-actions", triggers=triggers, duplicates=duplicates, attrs=attrs, troubles=troubles)


REF = Reader(name="lakefs", names=(".lakefs_ref.yaml",), read=over_text(read_ref))
ACTIONS = Reader(
    name="lakefs-actions",
    names=("*/_lakefs_actions/*.yaml", "*/_lakefs_actions/*.yml"),
    read=over_text(read_actions),
    sniff=having(rb"^hooks\s*:"),
)
