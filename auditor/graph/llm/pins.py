"""Which names of language models stand still, and which move on under the caller.

After the model pages of the providers as of 2026: OpenAI and Mistral keep dated snapshots beside each alias; Anthropic up to the
models 4.5; Google up to Gemini 2.0. Names of providers without snapshots are not judged.
"""

from __future__ import annotations

import re

from auditor.model.regex import regex

_PREFIX = regex(r"^(?:[\w.-]+[/:])+(?=[a-z])", re.I)
_DATED = regex(r"[-@:](?:20\d{2}-?\d{2}(?:-?\d{2})?|\d{4}|\d{2}-20\d{2}|2[3-9]\d{2}|00[1-9]|\d{2}-\d{2})(?:$|[-:])")
_MOVING = regex(
    r"^(?:"
    r"gpt-(?:3\.5|4|4o|4\.1|4\.5|5(?:\.\d+)?)(?:-(?:turbo|mini|nano|pro|chat|preview|16k|32k|audio|search|codex|realtime|vision|instruct))*"
    r"|o[134](?:-(?:mini|pro|preview))?"
    r"|claude-(?:sonnet|opus|haiku)-4-[015]"
    r"|gemini-pro(?:-vision)?|gemini-(?:1\.0|1\.5|2\.0)-(?:pro|flash|flash-lite|flash-8b)"
    r"|mistral-(?:tiny|small|medium|large)|codestral|command(?:-light|-r|-r-plus)?"
    r")$"
)


def moves(model: str) -> bool:
    """Whether a name is an alias that its provider points at newer models."""
    name = _PREFIX.sub("", model.strip()).lower()
    if name.endswith(("-latest", ":latest")) and not name.startswith(("llama", "qwen", "phi", "gemma", "deepseek")):
        return True
    return not _DATED.search(name) and bool(_MOVING.match(name))
