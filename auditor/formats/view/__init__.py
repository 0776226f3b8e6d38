"""The audit as a view for the HTML report: every number, place and path ready, so that templates never compute."""

from __future__ import annotations

from auditor.formats.view.report import Report, report

__all__ = ["Report", "report"]
