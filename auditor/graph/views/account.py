"""The account of an audit's graph: what was read and what not, the components, the reach of their artefacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from auditor.graph import ArtefactGraph, Graphs, places
from auditor.graph.data import versions
from auditor.graph.declared.ownership import owned
from auditor.graph.leakage import leaks
from auditor.graph.operation.integrating import mirrored
from auditor.graph.views.export import edges_of
from auditor.graph.views.picture import picture
from auditor.model.audit import CoChange, Component, Coverage, Exposure, Impact, Problem, SystemMap
from auditor.model.export import Resolution
from auditor.model.facts import NOT_READ
from auditor.model.finding import Finding
from auditor.model.listing import Content, Excluded
from auditor.model.verdict import Outcome, Verdict

NO_PROBLEM = frozenset({"pointer"})
LEAKAGE = "LKG"
"""The family whose findings are held against evaluated fits."""
HUBS = 10
PAIRS = 30
PIPED = "PRSN"
"""Archetypes whose steps and data are measured."""
COUPLED = "PRSA"
"""Archetypes whose coupling is measured; hubs are the purpose of a library, copies the method of a tutorial."""


def problems(graphs: Graphs) -> tuple[Problem, ...]:
    """Every file, or part of one, that could not be read, with the reason."""
    listing = graphs.world.listing
    found = [Problem(path, None, message, "listing") for path, message in listing.problems]
    for entry in listing.entries:
        if entry.content is Content.ABSENT and _would_be_read(entry.path):
            found.append(Problem(entry.path, None, "its content is not in this clone; unknown", "absent"))
        elif entry.content is Content.TOO_LARGE and _would_be_read(entry.path):
            found.append(
                Problem(entry.path, None, f"too large to read ({entry.size / 1e6:.0f} MB); unknown", "too-large")
            )
    for path, facts in graphs.world.files.items():
        for trouble in facts.troubles:
            if trouble.code not in NO_PROBLEM:
                place = graphs.world.resolved.code.place(path, trouble.line) if trouble.line else None
                line = place.line if place is not None and place.cell is None else trouble.line
                found.append(Problem(path, line, trouble.message, trouble.code))
    for path, trace in graphs.world.once(leaks.Traces).known.items():
        if trace is not None and trace.cut.startswith(leaks.BUG):
            found.append(Problem(graphs.world.resolved.code.home(path), None, trace.cut, "internal"))
    for path, trouble in graphs.world.declarations.remarks:
        found.append(Problem(path, trouble.line, trouble.message, trouble.code))  # as the others above
    return tuple(found)


def in_order(problem: Problem) -> tuple[str, int, str, str]:
    """Problems by path and line."""
    return (problem.path, problem.line or 0, problem.code, problem.message)


def _would_be_read(path: str) -> bool:
    return places.suffix(path) in places.READ


def exposure(graph: ArtefactGraph, families: Collection[str]) -> Exposure:
    """What the findings of a component are held against: thousands of logical lines, evaluated fits, shares seen.

    `families` are those in which something was found: rows that no rule followed are not followed to count fits that
    nothing is held against.
    """
    return Exposure(
        kloc=graph.logical / 1000,
        fits=graph.leaks.analysed if graph.rows_followed or LEAKAGE in families else 0,
        io_resolved=graph.io_resolved,
        parsed_share=graph.parsed_share,
        stages=graph.stages,
        artefacts=graph.data_artefacts,
        touches_year=graph.touches(365),
        touches_quarter=graph.touches(90),
    )


def coverage(graphs: Graphs, *, verdicts: Sequence[Verdict]) -> Coverage:
    """What was seen of the target; the share of the scoring weight that was determined is the score's to say."""
    asked = {verdict.rule for verdict in verdicts}
    applied = {verdict.rule for verdict in verdicts if verdict.outcome is not Outcome.NOT_APPLICABLE}
    world, listing = graphs.world, graphs.world.listing
    programs = world.resolved.code.programs
    failed = [path for path, facts in world.files.items() if any(t.code in NOT_READ for t in facts.troubles)]
    empty = [path for path in failed if path in programs and not programs[path].logical]
    unread = [path for path in failed if any(t.code == "unread" for t in world.files[path].troubles)]
    unknown = sum(1 for entry in listing.entries if entry.content in (Content.ABSENT, Content.TOO_LARGE))
    listed = {entry.path for entry in listing.entries}  # a program that stands within another file is no file
    return Coverage(
        share=0.0,
        files=len(listing.entries),
        files_read=len(listed.intersection(world.files).difference(empty, unread)),
        files_failed=len(failed),
        files_unknown=unknown,
        lines=sum(program.lines for program in programs.values()),
        logical_lines=sum(program.logical for program in programs.values()),
        io_calls=world.lineage.io_calls,
        io_resolved=world.lineage.io_resolved,
        history=listing.target.history,
        commits=listing.target.commits,
        kinds=dict(sorted(Counter(facts.kind for facts in world.files.values()).items())),
        excluded=(*listing.excluded, *_apart(world.files)),
        rules_applied=len(applied),
        rules_total=len(asked),
    )


def _apart(files: Iterable[str]) -> Iterator[Excluded]:
    """What is read and not judged, since its folder says that it is out of use or there to practise."""
    apart = sorted(
        path for path in files if places.is_apart(path) and not places.is_test(path) and not places.is_example(path)
    )
    if apart:
        yield Excluded("apart", len(apart), apart[0])


def components(graphs: Graphs) -> tuple[Component, ...]:
    """The components with their archetypes and measures, not yet scored."""
    return tuple(_component(graphs, graph) for graph in graphs.components)


def _component(graphs: Graphs, graph: ArtefactGraph) -> Component:
    return Component(
        id=graph.id,
        root=graph.root or ".",
        archetypes=graph.archetypes,
        signals=(
            *(signal for archetype in graph.archetypes for signal in archetype.signals),
            *((f"it says “{graph.coursework}”, so that nothing weighs more than medium",) if graph.coursework else ()),
            *(
                f"nothing runs what {each}/ keeps: what is found there weighs three steps less"
                for each in graph.museums
            ),
        ),
        overridden=graph.archetypes[0].confidence == 1.0 if graph.archetypes else False,
        files=sum(1 for entry in graphs.world.listing.entries if graph.owns(entry.path)),
        logical_lines=graph.logical,
        metrics=measures(graph),
        counts={
            "programs": len(graph.programs),
            "file_edges": len(graph.file_edges()),
            "stages": graph.stages,
            "io_calls": graph.resolution.calls,
            "model_scopes": len(graph.model_scopes()),
        },
    )


def measures(graph: ArtefactGraph) -> dict[str, float | str | None]:
    """The measures of a component, those of coupling with their terms; None where one cannot be taken."""
    propagation, scopes = graph.propagation(), graph.model_scopes()
    found: dict[str, float | str | None] = {
        "propagation_cost": round(propagation.cost, 4) if propagation else None,
        "tangle_index": round(sum(bool(s.plumbing) for s in scopes) / len(scopes), 4) if scopes else None,
        "io_resolved": graph.io_resolved,
    }
    if graph.looks_like(PIPED):
        found["jungle_index"] = graph.jungle().value
        found |= {f"jungle_{name.replace(' ', '_').replace('-', '_')}": value for name, value in graph.jungle().terms}
        found["data_version_coverage"] = versions.coverage(graph.training_roots())
    if graph.looks_like(COUPLED):
        mix, clones, index = graph.call_mix(), graph.clones(), graph.entanglement
        found["glue_ratio"] = round(mix.ratio, 4) if mix.glue + mix.kernel else None
        found["duplicate_share"] = round(clones.share, 4) if clones.statements else None
        found["entanglement_index"] = index.value
        found |= {f"entanglement_{term.name}": term.value for term in index.terms}
    return found


def resolutions(graphs: Graphs) -> tuple[Resolution, ...]:
    """How far the I/O calls of each component name an artefact, and what hid the names of the rest."""
    return tuple(graph.resolution for graph in graphs.components)


def impacts(graphs: Graphs) -> tuple[Impact, ...]:
    """If you change X, these change: the ten artefacts of the widest reach."""
    found = [
        Impact(
            r.node.id,
            r.node.kind.value,
            graph.id,
            round(r.radius, 2),
            r.models,
            r.endpoints,
            r.data,
            r.code,
            r.examples,
            r.ways,
        )
        for graph in graphs.components
        for r in graph.radii(HUBS)
    ]
    return tuple(sorted(found, key=lambda impact: (-impact.radius, impact.artefact))[:HUBS])


def system_map(graphs: Graphs, findings: Sequence[Finding]) -> SystemMap:
    """The lineage, with the findings at their files."""
    return picture(graphs.world, edges_of(graphs, "all"), findings)


def co_changes(graphs: Graphs) -> tuple[CoChange, ...]:
    """Files that change together, those first that nothing ties, then the strongest."""
    pairs = {pair for graph in graphs.components for pair in graph.co_changes().pairs}
    ordered = sorted(pairs, key=lambda pair: (pair.tied, -pair.together, pair.one, pair.other))[:PAIRS]
    return tuple(CoChange(pair.one, pair.other, pair.together, pair.changes, pair.tied) for pair in ordered)


def authors(graphs: Graphs, findings: Sequence[Finding]) -> dict[str, int]:
    """How many people changed each file that has findings; empty where history is not known whole, or is carried over by one account."""
    history = graphs.world.history
    if history.state != "full" or mirrored(graphs.world):
        return {}
    paths = {finding.place.path for finding in findings}
    people: dict[str, set[int]] = {}
    for one in graphs.world.work:
        for path in one.names & paths:
            people.setdefault(path, set()).add(one.author)
    return {path: len(people[path]) for path in sorted(people)}


def owners(graphs: Graphs, findings: Sequence[Finding]) -> dict[str, tuple[str, ...]]:
    """Who owns each file that has findings, as CODEOWNERS says."""
    found: dict[str, list[str]] = {}
    for claim in owned(graphs.world.files, {finding.place.path for finding in findings}):
        found.setdefault(claim.path, []).append(claim.owner)
    return {path: tuple(dict.fromkeys(names)) for path, names in sorted(found.items())}


def artefacts(graphs: Graphs) -> dict[str, int]:
    """Nodes of the graph by kind."""
    return dict(sorted(Counter(node.kind.value for node in graphs.nodes.values()).items()))
