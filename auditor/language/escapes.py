"""Shell lines of notebooks: `!command`, `%%bash`."""

from __future__ import annotations

from auditor.language.shell import Environment, read_shell
from auditor.model.facts import Command
from auditor.model.ir import Escape
from auditor.model.regex import regex

_BRACED = regex(r"(?<![$\w{])\{([A-Za-z_]\w*)[^{}\n]*\}|(?<=[\w/.=:-])(?<!\$)\{([A-Za-z_]\w*)[^{}\n]*\}")


def read_escape(escape: Escape, environment: Environment = ()) -> tuple[Command, ...]:
    """The commands of a shell escape; what IPython fills in is a hole."""
    text = _BRACED.sub(lambda found: f"{{{found.group(1) or found.group(2)}}}", escape.text)
    return read_shell(text, line=escape.line, braces=True, environment=environment)
