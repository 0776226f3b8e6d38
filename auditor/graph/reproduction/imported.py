"""Questions about imports: which libraries product code needs that nothing asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from posixpath import dirname

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import above
from auditor.graph.reproduction.conda_names import of_conda
from auditor.graph.reproduction.idle_modules import is_among_idle, is_idle
from auditor.graph.reproduction.image_contents import in_images
from auditor.graph.reproduction.installs import TOOLS, installed, unread_lists
from auditor.graph.reproduction.platforms import BROUGHT, opened_on
from auditor.graph.reproduction.roots import is_unread, roots_of
from auditor.graph.reproduction.system import cloned, from_system, looks_outside
from auditor.graph.sight import Look, Sight
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.language.requirement import canonical, read_requirement
from auditor.model.facts import Facts, Requirement
from auditor.model.ir import Const, Expr
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.scopes import children

_PACKAGES = regex(
    r"(^|[._])(packages|libraries|dependencies|requirements|modules_needed|pip\w*|conda\w*)([._]\w+)*$", re.I
)
_INSTALLING = regex(r"\b(?:pip3?|conda|mamba|uv|poetry) (?:\w+ )?(?:install|add) ([^`\n]{1,300})")
"""A command to install within a sentence of a document."""
_NEEDS = regex(r"requirement|dependenc|prerequisite|install|set-?up|environment|getting started", re.I)
_NEEDED = regex(
    r"\b(?:requires?|needs?|depends on|tested (?:with|on|under)|written in|implemented (?:in|with))\b", re.I
)
_CALLED = {"torch": ("pytorch",), "scikit-learn": ("sklearn",), "opencv-python": ("opencv", "cv2"), "pillow": ("pil",)}
"""Other words that people use for a distribution."""
_PROVIDED = frozenset({
    "google", "dbutils", "IPython", "pkg_resources", "setuptools", "pip", "pyspark", "py4j", "azureml", "notebookutils", "mssparkutils",
})  # fmt: skip
"""What a platform or the installer itself provides, and name spaces that many distributions share."""


class Undeclared(msgspec.Struct, frozen=True):
    """A library that product code imports and no environment of the repository asks for; `noted`: in notebooks alone;
    `idle`: in modules alone that nothing imports, or only others that no program imports, and whose names nothing mentions, or by
    imports of which no line makes use;
    `off`: a list has it commented out, for whoever needs it to switch on; `hosted`: in notebooks alone that were last open on
    a platform which has it; `aside`: in programs alone that stand outside the package which is installed."""

    imported: str
    distribution: str
    place: Place
    noted: bool
    idle: bool = False
    hosted: bool = False
    off: bool = False
    aside: bool = False

    @property
    def matters(self) -> tuple[bool, bool, bool, bool]:
        """The less of it is true, the more the library is missed."""
        return self.hosted, self.idle, self.aside, self.noted


class Imports(msgspec.Struct, frozen=True):
    """What a component imports of libraries: what nothing asks for, how many there are, and whether anything asks for any of them.

    `told` are those of the undeclared that a chapter of a document on requirements names in words; `listed`: some file lists
    packages, or some command of the repository installs them. `brought`: all of the undeclared often come with others, and of
    a distribution that is asked for it is not known what it brings.
    """

    undeclared: tuple[Undeclared, ...]
    total: int
    declared: bool
    told: tuple[str, ...] = ()
    listed: bool = True
    brought: bool = False


_RUNNERS = {
    "noxfile.py": "nox",
    "tasks.py": "invoke",
    "fabfile.py": "fabric",
    "dodo.py": "doit",
    "conftest.py": "pytest",
}
"""Files that a tool of developers reads, which is there when it does."""


def imports(world: World, owned: Callable[[str], bool], *, outright: bool = False) -> Imports:
    """The libraries that the product code of a component imports, by whether an environment asks for them.

    `outright`: only what importing a module imports. A library fetches within functions what not every user needs.
    """
    unread = world.once(unread_lists)
    seen: dict[str, Undeclared] = {}
    lacking: dict[str, str] = {}
    for path in world.resolved.code.paths:
        if not owned(path) or not places.is_product(path) or path.rpartition("/")[2] == "setup.py":
            continue
        if places.is_exploratory(path) or _is_under(path, unread) or _is_filled_in_elsewhere(world, path):
            continue
        aside = _is_aside(world, path)
        for root, line in roots_of(world, path, outright=outright):
            if root == _RUNNERS.get(path.rpartition("/")[2]):
                continue
            if root not in lacking:
                if not is_library(world, root):
                    continue
                lacking[root] = missing_for(world, root)
            if not lacking[root]:
                continue
            # A program is shown rather than a notebook where both import it.
            place = world.resolved.code.place(path, line)
            hosted = lacking[root] in _on_platform(world, path)
            idle = (
                is_idle(world, path)
                or (not outright and is_among_idle(world, path))
                or is_unread(world, path, line, root)
            )
            off = canonical(lacking[root]) in world.once(_off)
            each = Undeclared(root, lacking[root], place, world.is_notebook(path), idle, hosted, off, aside)
            if root not in seen or each.matters < seen[root].matters:
                seen[root] = each
    declared = len(seen) < len(lacking)
    # Where a list is kept, it need not name what a platform has; where none is, a document tells whether the platform is meant.
    meant = declared or bool(world.once(opened_on))
    missing = tuple(seen[name] for name in sorted(seen) if not (meant and seen[name].hosted))
    words = world.once(_told) if missing else frozenset[str]()
    told = tuple(each.imported for each in missing if {each.imported.lower(), *_spellings(each)} & words)
    often = world.resolved.knowledge.often_brought
    brought = bool(missing) and all(each.distribution in often for each in missing) and world.once(_asks_for_unknown)
    return Imports(missing, len(lacking), declared, told, bool(world.once(_required)), brought)


def _is_under(path: str, folders: frozenset[str]) -> bool:
    """Whether a file is in one of some folders, however deep."""
    return bool(folders) and not folders.isdisjoint({"", *above(path)})


def _is_aside(world: World, path: str) -> bool:
    """Whether a program stands in a folder outside all packages, where a package is installed, and nothing starts it or names it
    by its path, nor what imports it."""
    folder = dirname(path)
    if not folder or path.endswith(".ipynb") or f"{folder}/__init__.py" in world.resolved.tree:
        return False
    around = {path, *world.resolved.code.importers(path)}
    named = world.resolved.made_of(_Named, world.documents.text)
    return (
        world.once(_is_packaged) and around.isdisjoint(world.once(Started).programs) and not any(map(named.has, around))
    )


class _Named:
    """Answers which paths a text names, each asked once."""

    def __init__(self, text: str) -> None:
        self.has = cache(text.__contains__)


def _is_packaged(world: World) -> bool:
    """Whether something installs a package of the repository."""
    defined = (facts for facts in world.files.values() if facts.attr("package") is not None)
    return next(defined, None) is not None and any(path.endswith("/__init__.py") for path in world.resolved.code.paths)


def _asks_for_unknown(world: World) -> bool:
    """Whether a distribution is asked for of which it is not known what it brings."""
    knowledge = world.resolved.knowledge
    asked = (each for facts in world.files.values() if facts.kind != "lock" for each in facts.requirements)
    return any(
        each.source != "conda" and each.name not in TOOLS and not knowledge.knows_distribution(each.name)
        for each in asked
    )


def _is_filled_in_elsewhere(world: World, path: str) -> bool:
    """Whether a program is part of a template that has no list of packages: who fills it in writes that too."""
    above, found, _ = path.partition("}}/")
    if not found or "{{" not in above:
        return False
    root = f"{above}{found}"
    return not any(other.startswith(root) and facts.requirements for other, facts in world.files.items())


def _off(world: World) -> frozenset[str]:
    """The packages that lists have commented out."""
    return frozenset(canonical(name) for facts in world.files.values() for key, name in facts.attrs if key == "off")


def missing_for(world: World, root: str) -> str:
    """The distribution that an import needs and nothing asks for; "" where something does, what is declared looked at first."""
    known = {canonical(name) for name in (*world.resolved.knowledge.distributions(root), root)}
    for ask in (_declared, _asked):
        asked = world.once(ask)
        if any(covers(asked, name) for name in known):
            return ""
    if world.once(looks_outside) and not world.resolved.knowledge.covers(root):
        return ""
    return canonical(next(iter(world.resolved.knowledge.distributions(root)), root))


def _on_platform(world: World, path: str) -> frozenset[str]:
    """What the platform has on which a notebook was last open, or on which a document opens it."""
    platform = (world.files[path].attr("platform") or world.once(opened_on)) if world.is_notebook(path) else None
    return world.once(_hosted).get(platform, frozenset()) if platform else frozenset()


def _hosted(world: World) -> dict[str, frozenset[str]]:
    return {platform: with_brought(world, set(names)) for platform, names in BROUGHT.items()}


def _spellings(each: Undeclared) -> set[str]:
    """The words by which people name a distribution."""
    return {each.distribution, *_CALLED.get(each.distribution, ())}


def _told(world: World) -> frozenset[str]:
    """The words of the chapters and sentences of documents that say what a program needs."""
    code, documents = world.resolved.code, dict.fromkeys(path for path, _ in world.documents.sections)
    return frozenset().union(*(code.alone(path, _needs, frozenset[str]) for path in documents))


def _needs(facts: Facts) -> frozenset[str]:
    texts = [section.text for section in facts.sections if _NEEDS.search(section.title) or _NEEDED.search(section.text)]
    # No word goes over the end of a line: all texts are searched at once.
    words = set(re.findall(r"[A-Za-z][\w-]*", "\n".join(texts)))
    return frozenset(word.lower().replace("_", "-") for word in words)


def covers(asked: frozenset[str], name: str) -> bool:
    """Whether a distribution is asked for, in one of the variants or parts that it is published in."""
    return name in asked or any(other.startswith(f"{name}-") for other in asked)


def _in_code(world: World) -> Iterator[str]:
    """What programs hand to others as packages: arguments and constants that are called so."""
    for path in world.resolved.code.paths:
        yield from world.seen(PACKAGES, path)


def _packages(world: Sight, path: str) -> tuple[str, ...]:
    code, found = world.resolved.code, list[str]()
    # The keywords of a program's calls are among its members.
    for _, call in code.calls(path) if any(map(_is_packages, code.words(path).members)) else ():
        found += (text for name, value in call.keywords if _is_packages(name) for text in _texts(value))
    for number in code.scopes(path):
        for name, bindings in code.index(path, number).bindings.items():
            if _is_packages(name):
                found += (text for b in bindings.values() if b.value is not None for text in _texts(b.value))
    return tuple(dict.fromkeys(found))


PACKAGES = Look("packages", _packages, tuple[str, ...])
"""What a program hands to others as packages."""


@cache
def _is_packages(name: str) -> bool:
    """Whether a name says that it holds packages; programs use the same few names all the time."""
    return _PACKAGES.search(name) is not None


def _texts(expr: Expr) -> Iterator[str]:
    if type(expr) is Const:
        yield from [expr.value] if isinstance(expr.value, str) else []
    for child in children(expr):
        yield from _texts(child)


def _required(world: World) -> frozenset[str]:
    """Every distribution that an environment, a package definition or a command of the repository asks for."""
    lists = (facts for path, facts in world.files.items() if not places.is_recorded(path))
    asked = [requirement for facts in lists for requirement in facts.requirements]
    asked += [each.requirement for each in installed(world, lambda _: True)]
    return frozenset(name for requirement in asked for name in named(requirement))


def named(requirement: Requirement) -> Iterator[str]:
    """The distribution, and what its extras may be called: mostly they have the name of what they bring."""
    yield from {requirement.name, of_conda(requirement)}
    for extra in requirement.extras:
        yield from (extra, f"{requirement.name}[{extra}]")


def _mentioned(facts: Facts) -> Iterator[str]:
    """What commands of any tool install or add, and what settings list as packages; more may be among it."""
    for step in facts.steps:
        yield from cloned(step)
        for command in step.commands:
            words = [word.text for word in command.words]
            if any(word in ("install", "add") for word in words[:4]):
                yield from words
                yield from from_system(words)
    for leaf in facts.leaves:
        if isinstance(leaf.value, str) and _PACKAGES.search(leaf.key):
            yield from leaf.value.split()
    for section in facts.sections:
        for line in _INSTALLING.findall(section.text):
            yield from line.split()


def _asked_in(facts: Facts) -> frozenset[str]:
    return _read(_mentioned(facts))


def _read(words: Iterable[str]) -> frozenset[str]:
    """The distributions that some words ask for."""
    read = (read_requirement(word.strip("\"'"), 0) for word in words if re.match(r"[\"'A-Za-z]", word))
    return frozenset(name for made in read if made is not None for name in named(made))


def _provided(world: World) -> Iterator[str]:
    """What the images and platforms of the repository install by themselves."""
    for path, facts in world.files.items():
        yield from world.resolved.code.alone(path, in_images, tuple[str, ...])
        bundle = facts.attr("tool") == "databricks" or path.rpartition("/")[2] in ("databricks.yml", "databricks.yaml")
        # Its notebooks run nowhere else: each uses what the runtime hands it.
        if bundle or (facts.attr("platform") == "databricks" and places.is_product(path)):
            yield from BROUGHT["databricks"]


def _asked(world: World) -> frozenset[str]:
    """Every distribution that anything in the repository asks for, and what those are known to bring with them."""
    code = world.resolved.code
    names = {*world.once(_declared), *_read(_in_code(world))}.union(
        *(code.alone(p, _asked_in, frozenset[str]) for p in world.files)
    )
    gluing = (path for path, roots in world.imported_roots.items() if "awsglue" in roots)
    if any(root == "awsglue" for path in gluing for root, _ in roots_of(world, path)):
        names.add("aws-glue-libs")  # the platform provides it, and much with it
    return with_brought(world, names | set(_provided(world)))


def _declared(world: World) -> frozenset[str]:
    """Every distribution that is asked for where one looks for it, and what those are known to bring with them."""
    return with_brought(world, set(world.once(_required)))


def with_brought(world: World, names: set[str]) -> frozenset[str]:
    """Some distributions with all that they are known to bring with them."""
    todo = list(names)
    while todo:
        for brought in world.resolved.knowledge.brings(todo.pop()):
            if brought not in names:
                names.add(brought)
                todo.append(brought)
    return frozenset(names)


def is_library(world: World, root: str) -> bool:
    """Whether it is surely known what installs an import: a table covers it, or the list of distributions."""
    knowledge = world.resolved.knowledge
    return (
        bool(knowledge.distributions(root))
        and (knowledge.covers(root) or knowledge.lists(root))
        and root not in _PROVIDED
    )
