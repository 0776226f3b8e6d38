"""Carries the content folders into the wheel: rules/ as auditor/rules, reports/ as auditor/reports."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Content(BuildHookInterface):  # type: ignore[type-arg]  # the config class is hatchling's own business
    """Adds the content folders to every wheel but an editable one, which has them beside the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds."""
        if version != "editable":
            build_data["force_include"].update({"rules": "auditor/rules", "reports": "auditor/reports"})
