"""The report as PDF, for paper and for archives: the HTML report, set in pages."""

from __future__ import annotations

import hashlib
import logging

import msgspec

from auditor.formats import html_file
from auditor.formats.setting import PLAIN, Setting
from auditor.model.audit import Audit
from auditor.model.errors import UsageError
from auditor.model.page import RulePages

VARIANT = "pdf/ua-1"
"""The accessible form of PDF (ISO 14289-1): tagged, with a title and bookmarks."""


def render(audit: Audit, pages: RulePages | None = None, setting: Setting = PLAIN) -> bytes:
    """The report in pages; equal audits give equal bytes. Raises UsageError where WeasyPrint or Pango is missing."""
    try:
        import weasyprint
    except ImportError as error:
        raise UsageError("PDF needs WeasyPrint; install ml-debt-auditor[pdf], or print the HTML report") from error
    except OSError as error:  # the Python package is there, the libraries that it loads are not
        raise UsageError(
            f"PDF needs the Pango library (Debian: libpangoft2-1.0-0), or print the HTML report: {error}"
        ) from error
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)  # they tell of every style that paper does not know
    document = weasyprint.HTML(string=html_file.render(audit, pages, setting), url_fetcher=_nothing)
    style = weasyprint.CSS(string=html_file.template("pdf.css"), url_fetcher=_nothing)
    written = document.write_pdf(stylesheets=[style], pdf_variant=VARIANT, pdf_identifier=_identifier(audit))
    return bytes(written)


def _identifier(audit: Audit) -> bytes:
    """What the file is known by: the audited revision and the versions it was audited under."""
    said = (audit.target.name, audit.target.revision, audit.as_of, *msgspec.structs.astuple(audit.versions))
    return hashlib.sha256(repr(said).encode()).digest()[:16]


def _nothing(url: str) -> dict[str, object]:
    """Refuses whatever the page would load, but for the logo, which stands in it whole."""
    if url.startswith("data:image/"):
        from weasyprint import default_url_fetcher

        return dict(default_url_fetcher(url))
    raise ValueError(f"the report loads nothing, {url} neither")
