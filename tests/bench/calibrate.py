"""Measures the curves of the score on many repositories, and writes them as data: auditor/score/calibration.toml.

`python tests/bench/calibrate.py NAME --list FILE --git DIR [--audits DIR] > auditor/score/calibration.toml`. FILE is a table
`repository,commit`, or a calibration.toml, whose own list is then measured again; DIR/OWNER+NAME/repo are git directories.
With --audits, the JSON of audits is kept there, and what is there is not audited again.

A density curve has two points (SCORING §3.3): a check scores .9 at `p10`, .5 at `median`. These are the 10th percentile and
the median of the damped densities of a family over all components of the corpus in which the family found anything: half
of the components that have such debt at all score below .5. Where fewer than LEAST components have any, the curve of all
families together stands in; a family that is counted per evaluated fit has no such substitute and keeps the curve of the
profile before. No label and no debt score enters. Debts are those under the new curves; a report shows among them where a
repository stands.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from auditor.engine import registry
from auditor.model.audit import Audit
from auditor.run import audit
from auditor.score import kind_of, load_policy, restated
from auditor.score.policy import Calibrated, Calibration, Curve, Policy

LEAST = 20
"""Components with any debt of a family from which its own curve is drawn (judgement)."""


def listed(path: Path) -> list[tuple[str, str]]:
    """The repositories and commits of a table or of a calibration."""
    if path.suffix == ".toml":
        (known,) = tomllib.loads(path.read_text("utf-8"))["calibration"].values()
        return [(row["repository"], row["commit"]) for row in known["repositories"]]
    return [(row["repository"], row["commit"]) for row in csv.DictReader(path.open(encoding="utf-8"))]


def audited(repository: str, commit: str, git: Path, kept: Path | None) -> Audit | None:
    """The audit of one commit: the one that is kept, or a new one; None where there is no such commit."""
    name = repository.replace("/", "+")
    at = kept / f"{name}.json" if kept is not None else None
    if at is not None and at.is_file():
        return msgspec.json.decode(at.read_bytes(), type=Audit)
    home = git / name / "repo"
    home = home / ".git" if (home / ".git").is_dir() else home
    known = subprocess.run(["git", f"--git-dir={home}", "cat-file", "-e", f"{commit}^{{commit}}"], check=False)
    if known.returncode:
        print(f"{repository}: no commit {commit}", file=sys.stderr)
        return None
    found = audit(str(home), rev=commit, jobs=1)
    if at is not None:
        at.write_bytes(msgspec.json.encode(found))
    return found


def densities(audits: Iterable[Audit]) -> dict[str, list[float]]:
    """By family, the density of each component in which it found anything."""
    found: dict[str, list[float]] = defaultdict(list)
    for one in audits:
        for component in one.components:
            for family in component.score.families if component.score else ():
                found[family.id] += [check.x for check in family.checks if check.kind == "density" and check.x]
    return found


def curve(values: Sequence[float]) -> Curve:
    """The points of a curve from what was measured, to three digits."""
    deciles = statistics.quantiles(values, n=10, method="inclusive")
    return Curve(p10=float(f"{deciles[0]:.3g}"), median=float(f"{deciles[4]:.3g}"))


def calibrated(audits: Sequence[Audit], before: Policy) -> Calibration:
    """The calibration that a corpus gives, without its repositories."""
    found = densities(audits)
    per_fit = {family.id for family in before.profile.families if family.exposure == "fits"}
    return Calibration(
        mark=f"{len(audits)} public repositories",
        offset=before.calibration.offset,
        density=curve([value for family, values in found.items() if family not in per_fit for value in values]),
        family={
            **{family: before.calibration.curve(family) for family in sorted(per_fit)},
            **{family: curve(values) for family, values in sorted(found.items()) if len(values) >= LEAST},
        },
    )


def standing(repository: str, found: Audit, policy: Policy) -> Calibrated:
    """What a repository mostly is, and its debt under a policy."""
    again = restated(found, policy, {family.id: family.title for family in registry().families})
    kind = kind_of(again.components)
    debt = None if again.score.debt is None else round(again.score.debt, 1)
    return Calibrated(repository, found.target.revision or "", kind.letter if kind else "", debt)


def written(name: str, known: Calibration) -> str:
    """The calibration as its file."""
    plain = msgspec.to_builtins(known)
    lines = [
        "# Written by tests/bench/calibrate.py, which says what these numbers are. Measured, never edited by hand.",
        "",
        f'[calibration."{name}"]',
        f'mark = "{known.mark}"',
        f"offset = {_inline(plain['offset'])}",
        f"density = {_inline(plain['density'])}",
        "repositories = [",
        *(
            f"  {_inline({key: value for key, value in row.items() if value is not None})},"
            for row in plain["repositories"]
        ),
        "]",
        "",
        f'[calibration."{name}".family]',
        *(f"{family} = {_inline(points)}" for family, points in plain["family"].items()),
    ]
    return "\n".join(lines) + "\n"


def _inline(row: dict[str, object]) -> str:
    return (
        "{ "
        + ", ".join(
            f"{key} = " + (f'"{value}"' if isinstance(value, str) else str(value)) for key, value in row.items()
        )
        + " }"
    )


def main() -> None:
    """Audit what is listed, draw the curves, write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--list", dest="listing", type=Path, required=True)
    parser.add_argument("--git", type=Path, required=True)
    parser.add_argument("--audits", type=Path)
    parser.add_argument("--before", default="expert-set-2026", help="the calibration whose curves stand in")
    options = parser.parse_args()
    found = {
        repository: one
        for repository, commit in sorted(listed(options.listing))
        if (one := audited(repository, commit, options.git, options.audits)) is not None
    }
    before = load_policy(calibration=options.before)
    drawn = calibrated(list(found.values()), before)
    policy = Policy(before.name, before.score_model, before.profile, drawn)
    rows = tuple(standing(repository, one, policy) for repository, one in found.items())
    print(written(options.name, msgspec.structs.replace(drawn, repositories=rows)), end="")
    for family, values in sorted(densities(found.values()).items()):
        print(f"{family}: {len(values)} components with a density above 0", file=sys.stderr)


if __name__ == "__main__":
    main()
