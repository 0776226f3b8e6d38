"""The policy: every weight, curve and bound of the score, read from `policy.toml`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

from auditor.model import compiled
from auditor.model.errors import UsageError
from auditor.model.finding import Severity

DEFAULT_PROFILE = "2026.1"

Grade = Literal["A", "B", "C", "D", "E"]
Unit = Literal["kloc", "fits"]


class Curve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A log-normal curve: s = .9 at `p10` and .5 at `median`, both in the unit of the measured value."""

    p10: float
    median: float


class FamilyPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scored family. `rules` are the rule families it unites; `exposure` is what its density is counted per."""

    id: str
    weight: float
    rules: tuple[str, ...]
    density_weight: float = 3.0
    exposure: Unit = "kloc"


class EffortPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What building cost and what a touch of indebted code costs."""

    minutes_per_line: float
    hours_per_stage: float
    hours_per_artefact: float
    minutes_per_touch: dict[Severity, float]
    least_hours: float


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The weights and bounds of one profile, as the file states them."""

    calibration: str
    severity: dict[Severity, float]
    check_weight: dict[Severity, float]
    reliability: dict[str, float]
    gating: tuple[str, ...]
    blocker_confidence: float
    not_evidenced_loss: float
    min_coverage: float
    grades: tuple[float, float, float, float]
    family_cap: Grade
    whole_cap: Grade
    families: tuple[FamilyPolicy, ...]
    effort: EffortPolicy


class Calibrated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One repository that a calibration rests on: what it mostly is, and its debt under this calibration (None: not judged)."""

    repository: str
    commit: str
    archetype: str
    debt: float | None = None


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The points of the density curves, and where they come from: `mark`, and the repositories that were measured."""

    mark: str
    offset: dict[Unit, float]
    density: Curve
    family: dict[str, Curve] = {}
    repositories: tuple[Calibrated, ...] = ()

    def curve(self, family: str) -> Curve:
        """The density curve of a scored family."""
        return self.family.get(family, self.density)


class Policy(msgspec.Struct, frozen=True):
    """A profile with its calibration, and the names that scores are compared under."""

    name: str
    score_model: str
    profile: Profile
    calibration: Calibration

    def family_of(self, rule_family: str) -> str | None:
        """The scored family that a rule family belongs to; None where the profile does not score it."""
        return next((family.id for family in self.profile.families if rule_family in family.rules), None)


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    score_model: str
    profile: dict[str, Profile]
    calibration: dict[str, Calibration]


@lru_cache(maxsize=1)
def _document() -> _Document:
    home = files("auditor.score")
    policy, measured = (
        compiled.loads(home.joinpath(name).read_text("utf-8"), name) for name in ("policy.toml", "calibration.toml")
    )
    return msgspec.convert({**policy, "calibration": {**policy["calibration"], **measured["calibration"]}}, _Document)


def profiles() -> tuple[str, ...]:
    """The names of the profiles that can be asked for."""
    return tuple(_document().profile)


def load_policy(profile: str = DEFAULT_PROFILE, calibration: str | None = None) -> Policy:
    """The policy of a profile, under its calibration or another one. Raises UsageError for names that are not shipped."""
    document = _document()
    found = document.profile.get(profile)
    if found is None:
        known = ", ".join(document.profile)
        raise UsageError(f"There is no scoring profile {profile!r}; choose one of: {known}.")
    if calibration is not None:
        if calibration not in document.calibration:
            known = ", ".join(document.calibration)
            raise UsageError(f"There is no calibration {calibration!r}; choose one of: {known}.")
        found = msgspec.structs.replace(found, calibration=calibration)
    return Policy(
        name=profile,
        score_model=document.score_model,
        profile=found,
        calibration=document.calibration[found.calibration],
    )
