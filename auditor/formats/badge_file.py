"""A badge: the debt score with its grade and profile, as SVG and as the JSON of a badge service."""

from __future__ import annotations

import json
from html import escape

from auditor.formats.text import decimal, finite, plain, width
from auditor.model.audit import Audit
from auditor.model.page import RulePages

LABEL = "ML debt"
CACHE_SECONDS = 3_600
_COLOURS = {"A": "#2e7d32", "B": "#5d7d1f", "C": "#8a6d00", "D": "#b3500b", "E": "#b3261e"}
_GREY = "#5f6368"
_LETTER, _PAD, _HEIGHT = 6.6, 8, 20
"""Pixels: an average letter of the face at 11 px, the space around a text, the height."""


def endpoint(audit: Audit, pages: RulePages | None = None) -> str:
    """The JSON that shields reads from an endpoint."""
    del pages
    said = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": _message(audit),
        "color": _colour(audit),
        "cacheSeconds": CACHE_SECONDS,
    }
    return json.dumps(said, ensure_ascii=False) + "\n"


def svg(audit: Audit, pages: RulePages | None = None) -> str:
    """The badge as a picture that needs nothing from a network."""
    del pages
    message = _message(audit)
    left, right = (round(_LETTER * width(text)) + 2 * _PAD for text in (LABEL, message))
    whole = left + right
    said = escape(f"{LABEL}: {message}")
    texts = "".join(
        f'<text x="{at:g}" y="14" text-anchor="middle">{escape(text)}</text>'
        for at, text in ((left / 2, LABEL), (left + right / 2, message))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{_HEIGHT}" role="img" aria-label="{said}">'
        f"<title>{said}</title>"
        f'<rect width="{whole}" height="{_HEIGHT}" rx="3" fill="{_colour(audit)}"/>'
        f'<path d="M3 0H{left}V{_HEIGHT}H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#3c4043"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">{texts}</g></svg>\n'
    )


def _message(audit: Audit) -> str:
    score, profile = audit.score, plain(audit.versions.profile, 20)
    return f"{decimal(score.debt)} {plain(score.grade, 2)} ({profile})" if finite(score.debt) else "not judged"


def _colour(audit: Audit) -> str:
    return _COLOURS.get(audit.score.grade, _GREY) if finite(audit.score.debt) else _GREY
