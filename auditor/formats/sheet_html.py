"""The trend, the fleet and the comparison of two audits, each as one HTML file that needs no network and no script."""

from __future__ import annotations

from auditor.formats.html_file import content_policy, joined, page_of, template
from auditor.formats.view.sheet import Sheet
from auditor.model.audit import Audit
from auditor.model.delta import Delta
from auditor.model.fleet import Fleet
from auditor.model.trend import Trend


def render_trend(trend: Trend) -> str:
    """Debt over time as a page. Everything that the target could choose is escaped; equal trends give equal bytes."""
    from auditor.formats.view.course import sheet

    return _page(sheet(trend))


def render_fleet(fleet: Fleet) -> str:
    """The comparison of a fleet as a page, escaped and repeatable in the same way."""
    from auditor.formats.view.fleet import sheet

    return _page(sheet(fleet))


def render_comparison(before: Audit, after: Audit, delta: Delta) -> str:
    """Two audits side by side as a page, escaped and repeatable in the same way."""
    from auditor.formats.view.comparison import sheet

    return _page(sheet(before, after, delta))


def _page(sheet: Sheet) -> str:
    style = joined(template, "style.css", "sheet/sheet.css", "sheet/part.css")
    return page_of("sheet/sheet.html.j2", s=sheet, style=style, policy=content_policy(style, ""))
