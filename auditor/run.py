"""The one use case: tree → facts → program → graph → verdicts → judgement → score → Audit."""

from __future__ import annotations

import hashlib
import logging
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypedDict

import msgspec

from auditor import __version__
from auditor.model.audit import SCHEMA, Audit, Exposure, Problem, Suppressed, Versions, Waived
from auditor.model.export import GraphExport, ImpactExport
from auditor.model.facts import Facts
from auditor.model.finding import Finding
from auditor.model.ir import Comment
from auditor.model.listing import Content, Listing, Target
from auditor.model.verdict import REGULAR

if TYPE_CHECKING:
    from auditor.engine import Registry
    from auditor.facts import Cache
    from auditor.graph import Graphs
    from auditor.judgement import Decisions
    from auditor.program import Memory as Known
    from auditor.program import Resolved
    from auditor.program.naming.code import Code
    from auditor.score import Policy
    from auditor.tree import Pasts, Tree

log = logging.getLogger(__name__)

Progress: TypeAlias = Callable[[str, int, int], None]

PROFILE = "2026.1"
FORGETTING = 1.5
"""How many contents a memory holds for each that the last tree used, before it forgets the others."""
PYTHON = sys.version.partition(" ")[0]
"""The version of the interpreter, which is part of what an answer hangs on."""


class Memory:
    """What one process keeps from one audit to the next: facts of contents, and what is known of programs."""

    def __init__(self) -> None:
        self.facts: dict[bytes, Facts] = {}
        self.programs: Known | None = None
        self.pasts: Pasts | None = None

    def forget(self, used: Iterable[bytes]) -> None:
        """Forget the contents that the last tree did not use, once they are as many as those that it did."""
        last = {key: self.facts[key] for key in used if key in self.facts}
        if len(self.facts) < FORGETTING * len(last):
            return
        self.facts = last
        if self.programs is not None:
            self.programs.forget(last)

    def close(self) -> None:
        """Let go of what is open in repositories; all that is known stays."""
        if self.pasts is not None:
            self.pasts.close()


class Options(TypedDict, total=False):
    """What an audit can be told besides its target and revision; see `audit`."""

    as_of: date | None
    profile: str | None
    rules: Path | None
    use_cache: bool
    cache_dir: Path | None
    jobs: int | None
    progress: Progress | None
    memory: Memory | None
    report: bool


def audit(
    target: str = ".",
    *,
    rev: str | None = None,
    as_of: date | None = None,
    profile: str | None = None,
    persona: str = REGULAR,
    rules: Path | None = None,
    use_cache: bool = True,
    cache_dir: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    governed_by: Audit | None = None,
    memory: Memory | None = None,
    report: bool = True,
) -> Audit:
    """Audit a folder, a git directory, a git URL or an archive.

    `rev` audits a revision from git objects; `as_of` decides what has lapsed (default: today); `rules` is a folder of
    further rules, which are executed; `persona` (one of PERSONAS) decides which rules are shown. With `governed_by`, an audit
    of the base of a change, waivers and suppressions count as they stand there: a change cannot exempt itself. `memory` holds
    what is known of contents from one call to the next, for whoever audits many revisions in one process. Without `report`,
    what only a report shows is not found, and nothing is stored whole. Raises `UsageError` for what the caller can mend;
    whatever the target holds never raises.
    """
    from auditor.facts import Cache, default_folder, no_collection
    from auditor.judgement import decisions
    from auditor.tree import Pasts, open_tree

    tell = progress or _silent
    if memory is not None:
        memory.pasts = memory.pasts or Pasts()
    day = (as_of or date.today()).isoformat()  # noqa: DTZ011  # the day on the user's calendar decides what has lapsed
    terms = _Terms(day, profile or PROFILE, persona, rules, report)
    folder = cache_dir or default_folder()
    with ExitStack() as stack:
        stack.enter_context(no_collection())
        cache = stack.enter_context(Cache(folder)) if use_cache else None
        tell("listing files", 0, 0)
        pasts = memory.pasts if memory is not None else None
        opened = open_tree(target, rev=rev, cache_dir=folder, progress=lambda text: tell(text, 0, 0), pasts=pasts)
        tree = stack.enter_context(opened)
        people = decisions(tree.waivers, tree.signoffs, governed_by)
        key = _key(tree, people, terms) if cache is not None else ""
        known = cache.get_audit(key) if cache is not None and key else None
        if known is not None:
            return msgspec.msgpack.decode(known, type=Audit)
        from auditor.facts import read_facts  # and with it all readers, which a known tree does not need

        files = read_facts(tree, cache=cache, jobs=jobs, progress=progress, memory=memory.facts if memory else None)
        result = _judge(tree, files, people, terms, tell, memory, cache)
        if report:
            result = _with_excerpts(result, files, tree.read)
        if memory is not None:
            memory.forget(files.digests.values())
        if cache is not None and key and not result.errors:
            cache.put_audit(key, msgspec.msgpack.encode(result))
        return result


def _with_excerpts(
    result: Audit, files: Mapping[str, Facts], read: Callable[[Iterable[str]], Iterator[tuple[str, bytes | None]]]
) -> Audit:
    """The audit with the lines around its findings."""
    from auditor.judgement.excerpts import (
        excerpts,
    )  # and with it those who read programs, which a known tree does not need

    # What was read as a program was cleared of credentials as a whole before, and those that were found are noted.
    plain = {path for path, facts in files.items() if facts.program is not None and not facts.secrets}
    return msgspec.structs.replace(result, excerpts=excerpts(result.findings, read, plain))


def graph(
    target: str = ".",
    *,
    rev: str | None = None,
    view: str = "all",
    use_cache: bool = True,
    cache_dir: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> GraphExport:
    """The dependency graph of a target, whole or as one of `auditor.graph.views.export.VIEWS`. Raises as `audit` does."""
    from auditor.graph.views.export import export

    with _graphs(target, rev, use_cache, cache_dir, jobs, progress or _silent) as graphs:
        return export(graphs, view)


def impact(
    target: str,
    artefact: str,
    *,
    rev: str | None = None,
    view: str = "all",
    least: float | None = None,
    depth: int | None = None,
    use_cache: bool = True,
    cache_dir: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> ImpactExport:
    """What changes if an artefact of a target changes, and what it depends on.

    `artefact` is a path, a name or an id; ties under `least` confidence (0.5 if not given) are not followed, nor more than
    `depth` of them one after the other. Raises as `audit` does, and UsageError where no or more than one artefact is meant.
    """
    from auditor.graph.views.export import export_impact
    from auditor.graph.views.impact import LEAST

    with _graphs(target, rev, use_cache, cache_dir, jobs, progress or _silent) as graphs:
        return export_impact(graphs, artefact, view, least=LEAST if least is None else least, depth=depth)


@contextmanager
def _graphs(
    target: str, rev: str | None, use_cache: bool, cache_dir: Path | None, jobs: int | None, tell: Progress
) -> Iterator[Graphs]:
    """The graph of a target, which stays open as long as the graph may ask for its history."""
    from auditor.facts import Cache, default_folder, no_collection, read_facts
    from auditor.graph import Graphs
    from auditor.knowledge import load
    from auditor.program import resolve
    from auditor.tree import open_tree

    folder = cache_dir or default_folder()
    with ExitStack() as stack:
        stack.enter_context(no_collection())
        cache = stack.enter_context(Cache(folder)) if use_cache else None
        tell("listing files", 0, 0)
        tree = stack.enter_context(open_tree(target, rev=rev, cache_dir=folder, progress=lambda text: tell(text, 0, 0)))
        files = read_facts(tree, cache=cache, jobs=jobs, progress=tell)
        tell("resolving the program", 0, 0)
        resolved = resolve(files, _paths(tree.listing), load(), _names(tree.listing.target))
        tell("building the graph", 0, 0)
        yield Graphs(resolved, tree.listing, tree.settings, tree.history, detailed=True)


def _paths(listing: Listing) -> frozenset[str]:
    return frozenset(entry.path for entry in listing.entries)


def _names(target: Target) -> frozenset[str]:
    """What a clone of the target may be called."""
    remote = (target.remote or "").rstrip("/").removesuffix(".git").rpartition("/")[2]
    return frozenset(name for name in (target.name, remote) if name)


def _silent(_what: str, _done: int, _whole: int) -> None:
    return None


class _Terms(msgspec.Struct, frozen=True):
    """On what terms an audit is made: the day, the profile, for whom, by which further rules, and whether as a report."""

    day: str
    profile: str
    persona: str
    rules: Path | None
    report: bool

    @property
    def further(self) -> str:
        """The folder of further rules as text; "" where there is none."""
        return str(self.rules or "")


def _key(tree: Tree, people: Decisions, terms: _Terms) -> str:
    """What an unchanged tree is recognised by; "" without a report, further rules in play, or contents not known by id."""
    from auditor.facts.version import code_version

    unknown = any(not entry.blob and entry.content is Content.HERE for entry in tree.listing.entries)
    if unknown or terms.rules is not None or not terms.report:
        return ""
    parts = (tree.listing, tree.settings, people, terms.profile, terms.persona, terms.day, code_version(), PYTHON)
    return hashlib.sha256(msgspec.msgpack.encode(parts, order="deterministic")).hexdigest()


def _judge(
    tree: Tree,
    files: Mapping[str, Facts],
    people: Decisions,
    terms: _Terms,
    tell: Progress,
    memory: Memory | None,
    cache: Cache | None,
) -> Audit:
    """From facts to the finished audit."""
    from auditor.engine import registry
    from auditor.graph import Graphs
    from auditor.score import load_policy, restated

    policy, rules = load_policy(terms.profile), registry(terms.further).shown_to(terms.persona)
    tell("resolving the program", 0, 0)
    resolved = _resolved(tree.listing, files, memory, cache)
    tell("building the graph", 0, 0)
    graphs = Graphs(resolved, tree.listing, tree.settings, tree.history)
    tell("asking the rules", 0, 0)
    found = _answered(graphs, resolved, rules, policy, people, terms)
    if terms.report:
        found = _shown(found, graphs, {family.id: family.blurb for family in rules.families})
    if memory is not None:  # else the process ends soon, and the system takes its memory back
        graphs.close()
    tell("scoring", 0, 0)
    return restated(found, policy, {family.id: family.title for family in rules.families})


def _answered(
    graphs: Graphs, resolved: Resolved, rules: Registry, policy: Policy, people: Decisions, terms: _Terms
) -> Audit:
    """What the rules say of the graph and people of the findings, as an audit that has no score yet."""
    from auditor.engine import judge, ruleset
    from auditor.graph.views import account
    from auditor.score import UNSCORED

    said = judge(graphs.components, rules.rules.values())
    for trace in said.traces:
        log.debug("%s", trace)
    findings, waivers, suppressions, remarks = _judged(said.findings, resolved.code, people, terms.day)
    infos = tuple(loaded.info for loaded in rules.rules.values())
    problems = tuple(sorted({*account.problems(graphs), *remarks, *people.problems}, key=account.in_order))
    resolved.store()
    return Audit(
        schema=SCHEMA,
        versions=Versions(
            __version__, ruleset(terms.further), policy.score_model, policy.profile.calibration, policy.name
        ),
        as_of=terms.day,
        target=graphs.world.listing.target,
        coverage=account.coverage(graphs, verdicts=said.verdicts),
        components=account.components(graphs),
        score=UNSCORED,
        families=(),
        rules=infos,
        verdicts=said.verdicts,
        findings=findings,
        problems=problems,
        errors=(*said.errors, *(f"{p.path}: {p.message}" for p in problems if p.code == "internal")),
        exposures=_exposures(graphs, findings, {info.id: info.family for info in infos}),
        waivers=waivers,
        suppressions=suppressions,
        signoffs=people.signoffs,
        settings=graphs.settings,
    )


def _shown(found: Audit, graphs: Graphs, blurbs: dict[str, str]) -> Audit:
    """An audit with what only a report shows; a history keeps none of it."""
    from auditor.graph.views import account
    from auditor.graph.views.inventory import inventory

    return msgspec.structs.replace(
        found,
        impacts=account.impacts(graphs),
        system_map=account.system_map(graphs, found.findings),
        artefacts=account.artefacts(graphs),
        resolution=account.resolutions(graphs),
        co_changes=account.co_changes(graphs),
        authors=account.authors(graphs, found.findings),
        owners=account.owners(graphs, found.findings),
        blurbs=blurbs,
        inventory=inventory(graphs.world),
    )


def _resolved(listing: Listing, files: Mapping[str, Facts], memory: Memory | None, cache: Cache | None) -> Resolved:
    """The program, with what is known of it from former audits: of this process, or of the cache."""
    from auditor.facts.version import code_version
    from auditor.knowledge import load
    from auditor.program import Memory as Known
    from auditor.program import resolve

    version = f"{code_version()} {PYTHON}"
    if memory is None:
        known = Known(cache, version, lasting=False)
    elif memory.programs is None:
        known = memory.programs = Known(cache, version)
    else:
        known = memory.programs
        known.store = None  # it was closed, and this process knows more than it holds
    return resolve(files, _paths(listing), load(), _names(listing.target), known)


def _exposures(graphs: Graphs, findings: Iterable[Finding], families: Mapping[str, str]) -> dict[str, Exposure]:
    """How much of each component each kind of finding could have met; `families` tells those of the rules."""
    from auditor.graph.views import account
    from auditor.score import exposure_of

    by_component: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_component[finding.component].append(finding)
    found: dict[str, Exposure] = {}
    for graph in graphs.components:
        said = by_component[graph.id]
        whole = account.exposure(graph, {families[finding.rule] for finding in said})
        found[graph.id] = exposure_of(whole, said)
    return found


def _judged(
    found: Iterable[Finding], code: Code, people: Decisions, day: str
) -> tuple[tuple[Finding, ...], tuple[Waived, ...], tuple[Suppressed, ...], tuple[Problem, ...]]:
    """The findings with their identities and with what people decided about them; what of that must be told."""
    from auditor.judgement import apply, fingerprinted, waive, weighed, with_snippets

    programs = code.programs
    cells = {path: program.cells for path, program in programs.items() if program.cells}
    today = date.fromisoformat(day)
    comments: dict[str, tuple[Comment, ...]] = {}
    for path, program in programs.items():
        home = code.home(path)
        comments[home] = (*comments.get(home, ()), *program.comments)
    findings, suppressions, remarks = apply(
        with_snippets(fingerprinted(found, cells), programs),
        comments,
        as_of=today,
        cells=cells,
        known=people.suppressions,
    )
    findings, waivers, notices = waive(findings, people.waivers, as_of=today, proposed=people.proposed)
    return weighed(findings), waivers, suppressions, (*remarks, *notices)
