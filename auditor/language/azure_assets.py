"""What Azure Machine Learning calls its assets, and the environments of its jobs."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.node import Node
from auditor.language.paths import is_uri, kind_of_path
from auditor.model.facts import Ref
from auditor.model.regex import regex

_ASSET = regex(r"azureml:(?!//)(?P<name>[^:@/]+)(?:[:@](?P<version>[\w.-]+))?$")
_REGISTRY = regex(r"azureml://(?:registries/[^/]+/)?(?P<kind>\w+)/(?P<name>[^/]+)/(?:versions|labels)/(?P<version>[\w.-]+)$")  # fmt: skip


def asset(text: str) -> tuple[str, str] | None:
    """Name and version of a registered asset (`azureml:name:1`, `azureml:name@latest`); None for anything else."""
    match = _ASSET.match(text) or _REGISTRY.match(text)
    return (match["name"], match["version"] or "") if match else None


def data_ref(node: Node, how: str, *, kind: str = "", attrs: tuple[tuple[str, str], ...] = ()) -> Iterator[Ref]:
    """The data or model that an address names: a path, a URI, or `azureml://data/NAME` for a registered asset."""
    text = node.raw
    if not text or text.startswith("<"):
        return
    found = asset(text)
    if found is not None:
        name, version = found
        path = f"azureml://{'models' if kind == 'model' else 'data'}/{name}"
        yield Ref(path, kind or "dataset", how, node.line, "${{" in text, (*attrs, ("version", version)))
    else:
        path = text.removeprefix("file:") if not is_uri(text) else text
        yield Ref(mask(path), kind or kind_of_path(path), how, node.line, "${{" in text, attrs)


def environments(node: Node) -> Iterator[Ref]:
    """The files that an environment is made from."""
    part = node.get("conda_file")
    path = part.raw or part.get("path").raw
    if path:
        yield Ref(path, "env", "conda_file", part.line)


def images(node: Node) -> Iterator[str]:
    """The image and the registered environment that a job runs in."""
    if node.is_scalar and not node.raw.startswith(("./", "../", "file:")):
        yield f"environment:{mask(node.raw)}"
    image = node.get("image").raw
    if image:
        yield mask(image)
