"""Measures whether findings keep their identity over real commits.

`python tests/bench/identity.py [--each N] [--misses] TARGET…`: of each repository the last N pairs of neighbouring commits
on its first-parent line that change a program, a notebook or a configuration are audited. A finding is *unchanged* where
its line is still there, as a diff of the texts says, and its rule tells of that line again; where it has no line, if its
rule tells of the same file and entity again. This is found without fingerprints. Of these findings is counted how many
keep their fingerprint, and how many the passes of matching know again, for all files and for those the commits change.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import islice, pairwise
from typing import NamedTuple

from auditor.lifecycle.matching import match
from auditor.model.finding import Finding
from auditor.run import audit
from auditor.tree import between

Spot = tuple[int | None, int]
"""A cell of a notebook, None elsewhere, and a line."""
PROGRAMS = (".py", ".ipynb", ".yaml", ".yml", ".toml", ".json", ".sh", ".cfg", "Dockerfile", "Makefile", ".txt", ".md")


COUNTED = ("unchanged", "kept", "known", "unchanged, edited", "kept, edited", "known, edited")
"""What is counted: findings that are unchanged, keep their fingerprint, are known again; then of these in edited files."""


class Pair(NamedTuple):
    """One pair of commits: the counts, and the findings that were not known again."""

    counts: Counter[str]
    misses: tuple[str, ...]


def git(target: str, *words: str) -> str:
    """What git says of a repository, or of a git directory."""
    done = subprocess.run(["git", "-C", target, *words], check=True, capture_output=True)
    return done.stdout.decode("utf-8", "replace")


def pairs(target: str, each: int) -> Iterator[tuple[str, str]]:
    """The last pairs of parent and child on the first-parent line that change what is audited, the latest first."""
    line = git(target, "rev-list", "--first-parent", "HEAD").split()
    changing = (
        (parent, child)
        for child, parent in pairwise(line)
        if any(
            path.endswith(PROGRAMS)
            for path in git(target, "diff", "--name-only", "--no-renames", parent, child).splitlines()
        )
    )
    return islice(changing, each)


def spots(target: str, commit: str, path: str) -> list[tuple[Spot, str]]:
    """The lines of a file, with where they stand; of a notebook those of its cells."""
    try:
        text = git(target, "show", f"{commit}:{path}")
    except subprocess.CalledProcessError:
        return []
    if not path.endswith(".ipynb"):
        return [((None, number), line) for number, line in enumerate(text.splitlines(), start=1)]
    try:
        cells = json.loads(text).get("cells", [])
    except json.JSONDecodeError:
        return []
    return [
        ((index, number), line)
        for index, cell in enumerate(cells)
        for number, line in enumerate("".join(cell.get("source", "")).splitlines(), start=1)
    ]


def kept_lines(old: Sequence[tuple[Spot, str]], new: Sequence[tuple[Spot, str]]) -> dict[Spot, Spot]:
    """Where each line that is still there stands now."""
    matcher = SequenceMatcher(None, [text for _, text in old], [text for _, text in new], autojunk=False)
    return {
        old[block.a + offset][0]: new[block.b + offset][0]
        for block in matcher.get_matching_blocks()
        for offset in range(block.size)
    }


def measured(target: str, parent: str, child: str, before: Sequence[Finding], after: Sequence[Finding]) -> Pair:
    """Hold what the passes of matching say against what the texts say."""
    renames = between(target, parent, child).renames
    edited = set(git(target, "diff", "--name-only", "--no-renames", parent, child).splitlines())
    moved: dict[str, dict[Spot, Spot]] = {}
    then = _by_spot(after)
    partner = {id(pair.before): pair.after for pair in match(before, after, renames).pairs}
    counts: Counter[str] = Counter()
    misses: list[str] = []
    for finding in before:
        path = finding.place.path
        now = renames.get(path, path)
        if path in edited and path not in moved:
            moved[path] = kept_lines(spots(target, parent, path), spots(target, child, now))
        again = then.get(_spot(finding, now, moved.get(path)), [])
        if not again:
            continue
        other = partner.get(id(finding))
        known = other is not None and other in again
        kept = any(candidate.fingerprint == finding.fingerprint for candidate in again)
        for kind in ("", ", edited") if path in edited else ("",):
            counts.update({f"unchanged{kind}": 1, f"kept{kind}": kept, f"known{kind}": known})
        if not known:
            misses.append(f"{finding.rule} {path}:{finding.place.line} {finding.message[:80]}")
    return Pair(counts, tuple(misses))


def _by_spot(findings: Sequence[Finding]) -> Mapping[object, list[Finding]]:
    found: dict[object, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[_spot(finding, finding.place.path, None)].append(finding)
    return found


def _spot(finding: Finding, path: str, moved: Mapping[Spot, Spot] | None) -> object:
    """What a finding is known by from the outside: rule, file and line; without a line the entity stands for it."""
    if finding.place.line is None:
        return finding.rule, path, finding.entity
    at = (finding.place.cell, finding.place.line)
    return finding.rule, path, at if moved is None else moved.get(at)


def _row(counts: Counter[str]) -> str:
    return " | ".join(str(counts[name]) for name in ("pairs", *COUNTED))


def main() -> None:
    """Audit, count, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+")
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    print(
        "| repository | head | pairs | unchanged | same fingerprint | known again | of these in edited files | same fingerprint | known again |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    whole: Counter[str] = Counter()
    for target in options.targets:
        found: list[Pair] = []
        audits: dict[str, Sequence[Finding]] = {}
        for parent, child in pairs(target, options.each):
            for commit in (parent, child):
                if commit not in audits:
                    audits[commit] = audit(target, rev=commit, jobs=1).findings
            found.append(measured(target, parent, child, audits[parent], audits[child]))
        sums = sum((pair.counts for pair in found), Counter[str](pairs=len(found)))
        whole += sums
        name = target.rstrip("/").removesuffix("/.git").removesuffix("/repo").rpartition("/")[2].replace("+", "/")
        print(
            f"| {name} | {git(target, 'rev-parse', '--short=12', 'HEAD').strip()} | {_row(sums)} |",
            flush=True,
        )
        if options.misses:
            print("\n".join(f"    {miss}" for pair in found for miss in pair.misses), flush=True)
    print(f"| all | | {_row(whole)} |")


if __name__ == "__main__":
    main()
