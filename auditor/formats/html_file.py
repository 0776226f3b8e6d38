"""The audit as one HTML file that needs no network and no script."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from auditor.formats.view.report import report
from auditor.model.audit import Audit
from auditor.model.page import RulePages

_TEMPLATES = "auditor.reports.templates"


def render(audit: Audit, pages: RulePages | None = None) -> str:
    """The report as a page. Everything that the target could choose is escaped; equal audits give equal bytes."""
    style, script = joined("style.css", "graph/graph.css"), joined("page.js", "report.js", "graph/graph.js")
    return page_of(
        "report.html.j2",
        r=report(audit, pages or {}),
        style=style,
        script=script,
        policy=content_policy(style, script),
    )


def page_of(name: str, **content: object) -> str:
    """The template of that name with its content in it, all of it escaped unless the template says that it is safe."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(**content)


def joined(*names: str) -> str:
    """Several files of the templates as one style or script."""
    return "\n".join(template(name).strip() for name in names)


def template(name: str) -> str:
    """The text of a file of the report's templates, wherever the package is installed."""
    return files(_TEMPLATES).joinpath(*name.split("/")).read_text(encoding="utf-8")


def content_policy(style: str, script: str) -> str:
    """What the page may load: nothing but its own style and script, each named by its hash."""
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
