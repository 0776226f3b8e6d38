"""Templates of other formats in a shell text: cut out before a shell would see them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from auditor.language.shell_words import Holes
from auditor.model.regex import regex

# what may not stand before is asked behind the first letter: a search for a few letters passes over all others at once
_TEMPLATES = regex(
    r"\$\{\{(?P<actions>.*?)\}\}|\{\{\{(?P<raw>[^\n]*?)\}\}\}|\{(?<!\{\{)\{(?!\{)(?P<jinja>.*?)\}\}|\{%.*?%\}"
    r"|\$(?<!\\\$)\{(?P<dotted>[A-Za-z_][\w-]*(?:\.[\w-]+|\[[\w'\"-]+\])*(?:\.[\w-]+|\[[A-Za-z'\"][\w'\"-]*\]))\}",
    re.DOTALL,
)
# Three braces that no line closes are the marks by which editors fold a script (`# STAGE 1 {{{`), and hold nothing.
# `<your-endpoint>` is something to fill in, and no redirection
_PLACEHOLDER = regex(r"(?<![<&\w])<([A-Za-z][\w -]{0,60})>(?![>&(])")
_BRACES = regex(r"(?<![$\w{])\{([A-Za-z_][\w.-]*)\}|(?<=[\w])(?<!\$)\{([A-Za-z_][\w.-]*)\}")


def cut_templates(text: str, holes: Holes, variables: Mapping[str, str], *, braces: bool) -> str:
    """The text with holes for `${{ x }}`, `{{ x }}`, `${a.b}` and `<to-fill-in>`, for `{x}` too where `braces` is set.

    What `env.x` holds is known where `variables` tell it.
    """

    def hole(match: re.Match[str]) -> str:
        if match.lastgroup is None:
            return ""  # a Jinja statement: what it encloses stays
        name = match[match.lastgroup]
        known = variables.get(name.strip().removeprefix("env.")) if "env." in name else None
        return known if known is not None and known.isprintable() else holes.mark(name)

    if "{{" in text or "${" in text or "{%" in text:
        text = _TEMPLATES.sub(hole, text)
    if "<" in text:
        text = _PLACEHOLDER.sub(lambda match: holes.mark(match.group(1)), text)
    if braces and "{" in text:
        text = _BRACES.sub(lambda match: holes.mark(match.group(1) or match.group(2)), text)
    return text
