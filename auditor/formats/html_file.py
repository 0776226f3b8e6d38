"""The audit as one HTML file that needs no network and no script."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path

from auditor.formats.branding import brand_style
from auditor.formats.language import Reader, spoken, translated
from auditor.formats.setting import PLAIN, Setting
from auditor.formats.view.report import report
from auditor.model.audit import Audit
from auditor.model.page import RulePages

_TEMPLATES = "auditor.reports.templates"


def render(audit: Audit, pages: RulePages | None = None, setting: Setting = PLAIN) -> str:
    """The report as a page. Everything that the target could choose is escaped; equal audits give equal bytes."""
    read = overridden(setting.templates)
    style = "\n".join(
        [joined(read, "style.css", "graph/graph.css", "sheet/part.css"), brand_style(setting.brand)]
    ).strip()
    script = joined(read, "page.js", "report.js", "graph/graph.js")
    return page_of(
        "report.html.j2",
        read=spoken(read, setting.words),
        r=translated(report(audit, pages or {}, setting), setting.words),
        style=style,
        script=script,
        policy=content_policy(style, script),
    )


def page_of(page: str, /, read: Reader | None = None, **content: object) -> str:
    """The template of that name with its content in it, all of it escaped unless the template says that it is safe."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(read or template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(page).render(**content)


def overridden(folder: Path | None) -> Reader:
    """Reads templates from a folder of the auditor's own where it has a file of that name, else those that ship."""
    if folder is None:
        return template

    def read(name: str) -> str:
        own = folder.joinpath(*name.split("/"))
        return own.read_text("utf-8") if own.is_file() else template(name)

    return read


def joined(read: Reader, *names: str) -> str:
    """Several files of the templates as one style or script."""
    return "\n".join(read(name).strip() for name in names)


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
