"""Lock files: the exact versions that an environment resolves to.

They are written by machines in one layout and may be long, so that blocks are cut out by expression instead of parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from auditor.language.json import read_json
from auditor.language.node import ABSENT
from auditor.language.requirement import canonical, read_requirement, spelled
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Requirement, Trouble
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

_BLOCK = regex(r"^\[\[packages?\]\][ \t]*$", re.MULTILINE)
_END = regex(r"\n\[(?!\[?package)")
# Of a block, which begins with the end of its header. A search for the end of a line is many times faster than one for a start.
_NAME = regex(r'\nname = "([^"]+)"')
_VERSION = regex(r'\nversion = "([^"]+)"')
_LOCAL = regex(r"\n(?:source = \{ (?:editable|virtual|directory) = |directory = \{|\[packages\.directory\])")
_REMOTE = regex(r"\n(?:source = \{ git = |vcs = \{|\[packages\.vcs\]|git = )")
_FROM_GIT = 'type = "git"'
_HASH = regex(r'\bsha(?:256|384|512)(?::| = ")|(?<![-\w])hash = "')
_LISTED = regex(r'^"?([\w.-]+)(?:\[[^\]\n]*\])?(?: [^"\n=]*)?"? = \[(.*?)\]', re.MULTILINE | re.DOTALL)
_REQUIRES = regex(r"^requires-dist = \[(.*?)\]\s*$", re.MULTILINE | re.DOTALL)
_ENTRY = regex(r"\{[^{}]*\}")
_SOURCE = regex(r"\b(?:git|url|path|directory|editable|virtual) = ")
_FIELD = regex(r'name = "([^"]+)"')
_HEAD = {
    "python": regex(r'^(?:requires-python|python-versions|requires_python) = "([^"]+)"', re.MULTILINE),
    "content-hash": regex(r'^content[-_]hash = "([^"]+)"', re.MULTILINE),
}


def _read_toml_lock(tool: str) -> Callable[[str], Facts]:
    def read(text: str) -> Facts:
        starts = [found.end() for found in _BLOCK.finditer(text)]
        about = _about(text, starts)
        hashed = _hashed_apart(about)
        requirements = []
        line, counted = 1, 0
        for position, start in enumerate(starts):
            end = starts[position + 1] if position + 1 < len(starts) else len(text)
            line, counted = line + text.count("\n", counted, start), start
            made = _package(text[start:end], line, hashed)
            if made is not None:
                requirements.append(made)
        attrs = [
            ("tool", tool),
            *(("requires", f"{name}:{asked}") for name, asked in _required(text, starts) if tool == "uv"),
            *((name, found.group(1)) for name, form in _HEAD.items() if (found := form.search(about))),
        ]
        troubles = (
            () if starts or not text.strip() or "version" in text else (Trouble(1, f"no {tool} lock file", "invalid"),)
        )
        return Facts(kind="lock", requirements=tuple(requirements), attrs=pairs(attrs), troubles=troubles)

    return read


def _about(text: str, starts: list[int]) -> str:
    """What a lock says of itself, before its packages and after them: a package has a Python and hashes of its own."""
    if not starts:
        return text
    rest = _END.search(text, starts[-1])
    return text[: starts[0]] + (text[rest.start() + 1 :] if rest else "")


def _hashed_apart(about: str) -> frozenset[str]:
    """The packages whose hashes stand in a table of their own, as Poetry before 1.3 and PDM before 2.8 wrote them."""
    files = about.partition("[metadata.files]")[2]
    return frozenset(canonical(name) for name, listed in _LISTED.findall(files) if _HASH.search(listed))


def _required(text: str, starts: list[int]) -> Iterator[tuple[str, str]]:
    """What uv noted of each local package: the requirements of its manifest, with all extras, in one spelling."""
    for position, start in enumerate(starts):
        block = text[start : starts[position + 1] if position + 1 < len(starts) else len(text)]
        name = _NAME.search(block) if _LOCAL.search(block) else None
        if name is None:
            continue
        listed = _REQUIRES.search(block)
        asked = set()
        for entry in _ENTRY.findall(listed[1]) if listed else ():
            wanted = _FIELD.search(entry)
            bounds = re.search(r'specifier = "([^"]*)"', entry)
            if wanted is not None:
                placed = _SOURCE.search(entry)  # for what has a place of its own the bounds are not noted
                asked.add(f"{canonical(wanted[1])}@" if placed else spelled(wanted[1], bounds[1] if bounds else ""))
        yield canonical(name[1]), ";".join(sorted(asked))


def _package(block: str, line: int, elsewhere: frozenset[str]) -> Requirement | None:
    name, version = _NAME.search(block), _VERSION.search(block)
    local = _LOCAL.search(block) is not None
    if name is None or (version is None and not local):
        return None
    remote = _REMOTE.search(block) is not None or _FROM_GIT in block
    source = "path" if local else "vcs" if remote else "pypi"
    rest = _END.search(block)
    hashed = bool(_HASH.search(block, 0, rest.start() if rest else len(block))) or canonical(name[1]) in elsewhere
    written = f"=={version.group(1)}" if version else ""
    at = line + block.count("\n", 0, name.start(1))
    return Requirement(canonical(name.group(1)), written, at, bool(version) and source != "path", hashed, source=source)


def _read_pipfile_lock(text: str) -> Facts:
    document, troubles = read_json(text)
    root = document or ABSENT
    requirements = []
    for table, group in (("default", ""), ("develop", "dev")):
        for name, entry in root.get(table).items():
            version, source = (
                entry.get("version").raw,
                "vcs" if entry.get("git") else "path" if entry.get("path") else "pypi",
            )
            line, pinned, hashed = (
                root.get(table).line_of(name),
                bool(version or entry.get("ref")),
                bool(entry.get("hashes")),
            )
            requirements.append(Requirement(canonical(name), version, line, pinned, hashed, group, source))
    meta = root.get("_meta")
    attrs = [
        ("tool", "pipenv"),
        ("python", meta.get("requires").get("python_version").raw),
        ("content-hash", meta.get("hash").get("sha256").raw),
    ]
    return Facts(kind="lock", requirements=tuple(requirements), attrs=pairs(attrs), troubles=troubles)


def _read_conda_lock(text: str) -> Facts:
    documents, _, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    requirements = tuple(
        Requirement(
            canonical(entry.get("name").raw), f"=={entry.get('version').raw}", entry.line, True, bool(entry.get("hash")),
            entry.get("category").raw.replace("main", ""), "pypi" if entry.get("manager").raw == "pip" else "conda",
        )
        for entry in root.get("package").maps()
    )  # fmt: skip
    return Facts(kind="lock", requirements=requirements, attrs=(("tool", "conda-lock"),), troubles=troubles)


def _read_flat_lock(text: str) -> Facts:
    """A list of exact versions, one a line, as Rye and pip-tools write it under the name of a lock."""
    made = (read_requirement(line.strip(), number) for number, line in enumerate(text.split("\n"), 1) if "==" in line)
    return Facts(kind="lock", requirements=tuple(each for each in made if each is not None), attrs=(("tool", "pip"),))


UV = Reader(name="lock", names=("uv.lock",), read=over_text(_read_toml_lock("uv")))
POETRY = Reader(name="lock", names=("poetry.lock",), read=over_text(_read_toml_lock("poetry")))
PDM = Reader(name="lock", names=("pdm.lock",), read=over_text(_read_toml_lock("pdm")))
PYLOCK = Reader(name="lock", names=("pylock.toml", "pylock.*.toml"), read=over_text(_read_toml_lock("pylock")))
PIPENV = Reader(name="lock", names=("Pipfile.lock",), read=over_text(_read_pipfile_lock))
FLAT = Reader(name="lock", names=("requirements*.lock",), read=over_text(_read_flat_lock))
CONDA = Reader(name="lock", names=("conda-lock.yml", "conda-lock.yaml"), read=over_text(_read_conda_lock))
