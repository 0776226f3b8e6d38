"""The variable by which a CI system names the folder of the checkout."""

from __future__ import annotations

import re
from functools import cache


def from_root(text: str, variable: str) -> str:
    """The text with `$VARIABLE` as the folder of the file's own repository, `${{ root }}`; the number of lines stays."""
    return _named(variable).sub("${{ root }}", text) if variable in text else text


@cache
def _named(variable: str) -> re.Pattern[str]:
    return re.compile(rf"\$\{{(?:env\.)?{variable}\}}|\${variable}(?!\w)|%{variable}%")
