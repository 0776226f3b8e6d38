"""pyproject.toml: package metadata, dependencies and commands, in the standard form and those of Poetry, PDM and uv."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.document import leaves
from auditor.language.node import ABSENT, Node
from auditor.language.requirement import canonical, read_poetry, read_requirement
from auditor.language.toml import read_toml
from auditor.model.facts import EntryPoint, Facts, Ref, Requirement
from auditor.readers.contract import Reader, over_text, pairs


def read(text: str) -> Facts:
    """Requirements by group, entry points, the Python range, the build backend; the whole file as leaves too."""
    document, troubles = read_toml(text)
    root = document or ABSENT
    project, tool = root.get("project"), root.get("tool")
    poetry = tool.get("poetry")
    return Facts(
        kind="pyproject",
        leaves=leaves(root) if root else (),
        requirements=(*_standard(root), *_poetry(poetry), *_others(tool)),
        entry_points=(*_scripts(project), *_scripts(poetry)),
        references=tuple(_references(root)),
        attrs=_attrs(root, project, poetry),
        troubles=troubles,
    )


def _attrs(root: Node, project: Node, poetry: Node) -> tuple[tuple[str, str], ...]:
    classifiers = project.get("classifiers").parts or poetry.get("classifiers").parts
    build = root.get("build-system")
    return pairs(
        [
            ("package", project.get("name").raw or poetry.get("name").raw),
            ("version", project.get("version").raw or poetry.get("version").raw),
            ("python", project.get("requires-python").raw or _version(poetry.get("dependencies").get("python"))),
            ("classifiers", str(len(classifiers)) if classifiers else ""),
            ("build-backend", build.get("build-backend").raw),
            ("dynamic", ",".join(node.raw for node in project.get("dynamic").texts())),
            ("packages", ",".join(_packages(root))),
            ("tools", ",".join(name for name, _ in root.get("tool").items())),
            ("workspace", "true" if root.get("tool").get("uv").get("workspace") else ""),
        ]
    )


def _standard(root: Node) -> Iterator[Requirement]:
    project = root.get("project")
    yield from _listed(project.get("dependencies"), "")
    for group, listed in project.get("optional-dependencies").items():
        yield from _listed(listed, group)
    for group, listed in root.get("dependency-groups").items():
        yield from _listed(listed, group)
    yield from _listed(root.get("build-system").get("requires"), "build-system")


def _listed(node: Node, group: str) -> Iterator[Requirement]:
    for part in node.texts():
        made = read_requirement(part.raw, part.line, group=group)
        if made is not None:
            yield made


def _poetry(poetry: Node) -> Iterator[Requirement]:
    tables = [(poetry.get("dependencies"), ""), (poetry.get("dev-dependencies"), "dev")]
    tables += [(group.get("dependencies"), name) for name, group in poetry.get("group").items()]
    for table, group in tables:
        for name, wanted in table.items():
            if canonical(name) != "python":
                yield from poetry_entry(name, wanted, table.line_of(name), group)


def poetry_entry(name: str, wanted: Node, line: int, group: str) -> Iterator[Requirement]:
    """One `name = "^1.2"` or `name = {git = …}` entry."""
    for form in wanted.parts or [wanted]:
        source = next((key for key in ("git", "url", "path", "file") if form.get(key)), "")
        if source == "git":
            revision = form.get("rev").raw or form.get("tag").raw or form.get("branch").raw
            place = f"git+{form.get('git').raw}" + (f"@{revision}" if revision else "")
            made = read_requirement(f"{name} @ {place}", line, group=group)
        elif source:
            made = read_requirement(f"{name} @ {form.get(source).raw}", line, group=group)
        else:
            made = read_poetry(name, _version(form), line, group=group)
        if made is not None:
            yield made


def _version(node: Node) -> str:
    return node.raw if node.is_scalar else node.get("version").raw


def _others(tool: Node) -> Iterator[Requirement]:
    for group, listed in tool.get("pdm").get("dev-dependencies").items():
        yield from _listed(listed, group)
    yield from _listed(tool.get("uv").get("dev-dependencies"), "dev")
    for name, environment in tool.get("hatch").get("envs").items():
        yield from _listed(environment.get("dependencies"), f"hatch:{name}")


def _scripts(project: Node) -> Iterator[EntryPoint]:
    for table in ("scripts", "gui-scripts"):
        for name, target in project.get(table).items():
            reference = target.raw if target.is_scalar else target.get("reference").raw or target.get("callable").raw
            if reference:
                yield EntryPoint(name, reference, project.get(table).line_of(name))


def _references(root: Node) -> Iterator[Ref]:
    """Files that hold what the metadata leave out."""
    dynamic = root.get("tool").get("setuptools").get("dynamic")
    for field in ("dependencies", "optional-dependencies"):
        tables = [dynamic.get(field), *(part for _, part in dynamic.get(field).items())]
        for node in (found for table in tables for found in table.get("file").texts()):
            yield Ref(node.raw, "config", "requirement", node.line)
    for name, source in root.get("tool").get("uv").get("sources").items():
        if source.get("path"):
            yield Ref(
                source.get("path").raw, "config", "source", root.get("tool").get("uv").get("sources").line_of(name)
            )


def _packages(root: Node) -> list[str]:
    tool = root.get("tool")
    setuptools = tool.get("setuptools").get("packages")
    found = [node.raw for node in setuptools.texts()] or [
        node.raw for node in setuptools.get("find").get("where").texts()
    ]
    found += [entry.get("include").raw for entry in tool.get("poetry").get("packages").maps() if entry.get("include")]
    found += [node.raw for node in tool.get("hatch").get("build").get("targets").get("wheel").get("packages").texts()]
    return found


READER = Reader(name="pyproject", names=("pyproject.toml",), read=over_text(read))
