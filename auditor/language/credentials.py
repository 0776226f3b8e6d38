"""Secrets in the audited text: recognised so that they are never stored."""

from __future__ import annotations

import re
from functools import lru_cache

from auditor.model.regex import regex

MASK = "***"
_SHORTEST = 15  # characters: no well-known token is shorter

_IN_URL = regex(r"(?<=://)[^\s/@'\"]+(?=@)")
_TOKENS = regex(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{18,}|\bhf_[A-Za-z0-9]{30,}"
    r"|\bsk-(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\bAIza[\w-]{35}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*"
    r"|(?<=AccountKey=)[\w+/=]{20,}|(?<=sig=)[\w%]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*"
)
_MAY_HOLD_TOKEN = (
    regex(  # what every token holds, by a letter that texts have few of: a tenth of a search for all their forms
        r"_(?:(?<=gh[pousr]_)|(?<=github_)pat_|(?<=hf_))|K(?<=AK)IA|S(?<=AS)IA|l(?<=gl)pat-|k(?<=\bsk)-|x(?:ox[abprs]-)"
        r"|I(?<=AI)za|J(?<=eyJ)|=(?:(?<=AccountKey=)|(?<=sig=))|B(?<=-----B)EGIN "
    )
)
_SECRET_NAME = regex(
    r"(?:^|[\W_])(?:password|passwd|passphrase|pwd|secret|secret[_-]?key|api[_-]?key|access[_-]?key|account[_-]?key"
    r"|access[_-]?key[_-]?id|private[_-]?key|client[_-]?secret|connection[_-]?string|sas[_-]?token|secret[_-]?access[_-]?key"
    r"|(?:auth|access|api|bearer|bot|github|gh|hf|slack|refresh|gitlab|pypi|wandb)[_-]?token|apikey)$|^token$",
    re.IGNORECASE,
)
# what stands where a secret would be, but is none: a template, an environment lookup, a blank to fill in
_STAND_IN = regex(
    r"\$|\{|<[^>]*>$|%\(|^(?:x{3,}|\*+|\.+|todo|none|null|changeme|change_me|your.*|env:.*|env\..*)$", re.IGNORECASE
)


def mask(text: str) -> str:
    """The text with credentials in URLs and well-known token forms replaced by `***`."""
    return _masked_once(text) if len(text) <= _LONGEST_REPEATED else _masked(text)


def _masked(text: str) -> str:
    if "://" in text:
        text = _IN_URL.sub(_masked_user, text)
    if len(text) < _SHORTEST or not _MAY_HOLD_TOKEN.search(text):
        return text
    return _TOKENS.sub(MASK, text)


_LONGEST_REPEATED = 100
_masked_once = lru_cache(maxsize=4_096)(_masked)
"""Short texts come back many times: keys, options, names of images and actions."""


def is_secret_name(name: str) -> bool:
    """Whether a key, option or variable of this name holds a secret."""
    last = name.lstrip("-").rpartition(".")[2]
    return _says_secret(last) if len(last) <= _LONGEST_NAME else _is_secret(last)


_LONGEST_NAME = 100


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


_says_secret = lru_cache(maxsize=4_096)(_is_secret)
"""The names of settings and options are few, and each is asked about many times."""


def mask_value(name: str, value: str) -> str:
    """The value of a named setting, `***` where the name says secret and the value is no stand-in."""
    if value and is_secret_name(name) and not _STAND_IN.search(value):
        return MASK
    return mask(value)


def _masked_user(match: re.Match[str]) -> str:
    user = match.group()
    return user if user in ("git", MASK) or _STAND_IN.search(user) else MASK
