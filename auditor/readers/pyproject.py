"""pyproject.toml: package metadata, dependencies and commands, in the standard form and those of Poetry, PDM and uv."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.lock_hash import pdm_hashes, poetry_hashes
from auditor.language.node import ABSENT, Node
from auditor.language.pixi import read_pixi
from auditor.language.requirement import canonical, read_poetry, read_requirement, spelled
from auditor.language.task_runner import read_tasks
from auditor.language.templated_toml import templated_requirements
from auditor.language.toml import read_toml
from auditor.model.facts import EntryPoint, Facts, Ref, Requirement
from auditor.readers.contract import Reader, over_text, pairs


def read(text: str) -> Facts:
    """Requirements by group, entry points, the Python range, the build backend; the whole file as leaves too."""
    document, troubles = read_toml(text)
    root = document or ABSENT
    project, tool = root.get("project"), root.get("tool")
    poetry = tool.get("poetry")
    made = (*_standard(root), *_poetry(poetry), *_others(tool))
    if document is None and any(trouble.code == "template" for trouble in troubles):
        made = tuple(templated_requirements(text))
    return Facts(
        kind="pyproject",
        leaves=leaves(root) if root else (),
        steps=tuple(read_tasks(root)),
        requirements=tuple(_placed(each, tool.get("uv").get("sources")) for each in made),
        entry_points=(*_scripts(project), *_scripts(poetry)),
        references=tuple(_references(root)),
        attrs=_attrs(root, project, poetry),
        troubles=troubles,
    )


def _attrs(root: Node, project: Node, poetry: Node) -> tuple[tuple[str, str], ...]:
    tool = root.get("tool")
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
            *(("index", mask(url)) for url in _indexes(tool)),
            *(
                ("lock-hash", f"poetry:{found}")
                for found in (poetry_hashes(root) if poetry or _build_is(root, "poetry") else ())
            ),
            *(("lock-hash", f"pdm:{found}") for found in (pdm_hashes(root) if _tool_is(root, "pdm") else ())),
            ("requires", ";".join(_asked(project))),
            ("workspace", "true" if root.get("tool").get("uv").get("workspace") else ""),
        ]
    )


def _build_is(root: Node, name: str) -> bool:
    return name in root.get("build-system").get("build-backend").raw


def _tool_is(root: Node, name: str) -> bool:
    return bool(root.get("tool").get(name)) or _build_is(root, name)


def _indexes(tool: Node) -> Iterator[str]:
    """Package indexes besides the usual one."""
    listed = (tool.get("poetry").get("source"), tool.get("uv").get("index"), tool.get("pdm").get("source"))
    yield from (entry.get("url").raw for node in listed for entry in node.maps() if entry.get("url"))
    for key in ("index-url", "extra-index-url"):
        yield from (node.raw for node in tool.get("uv").get(key).texts())


def _asked(project: Node) -> Iterator[str]:
    """The requirements of a package with all its extras, in the one spelling that a lock file of uv keeps them."""
    if "dependencies" in [node.raw for node in project.get("dynamic").texts()]:
        return
    listed = [project.get("dependencies"), *project.get("optional-dependencies").values()]
    made = [each for node in listed for each in _listed(node, "")]
    yield from sorted({spelled(e.name, e.specifier) if e.source == "pypi" else f"{e.name}@" for e in made})


def _placed(made: Requirement, sources: Node) -> Requirement:
    """A requirement with the source that uv is told to take it from."""
    entry = next((source for name, source in sources.items() if canonical(name) == made.name), None)
    for form in entry.maps() if entry is not None else ():
        if form.get("git"):
            revision = form.get("rev").raw or form.get("tag").raw or form.get("branch").raw
            place = f"git+{form.get('git').raw}" + (f"@{revision}" if revision else "")
            found = read_requirement(f"{made.name} @ {place}", made.line, group=made.group)
            return found or made
        for key in ("path", "url", "workspace"):
            if form.get(key):
                source, editable = "url" if key == "url" else "path", form.get("editable").value is True
                return msgspec.structs.replace(made, source=source, editable=editable)
    return made


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
        editable = part.raw.startswith("-e ")
        made = read_requirement(part.raw.removeprefix("-e "), part.line, group=group)
        if made is not None:
            yield msgspec.structs.replace(made, editable=True) if editable else made


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
    yield from _listed(tool.get("rye").get("dev-dependencies"), "dev")
    for name, environment in tool.get("hatch").get("envs").items():
        for key in ("dependencies", "extra-dependencies"):
            yield from _listed(environment.get(key), f"hatch:{name}")
    yield from read_pixi(tool.get("pixi"))


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
