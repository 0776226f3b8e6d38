"""Credentials in the bytes of a file: found by their known formats, told without their text, and taken out before reading.

A format is one that an issuer documents, so that a hit is no guess; or a setting whose name says secret and whose value has
the form of a generated one. What stands where a secret would be, but opens nothing (placeholders, documented examples,
encoded words), is left alone.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditor.language.credentials import MASK, is_secret_name
from auditor.model.facts import Secret
from auditor.model.regex import regex

MOST = 200
"""Secrets of one file that are told; the others are only taken out."""

LONGEST_KEY = 20_000
"""Bytes of a private key that are looked at."""

BEFORE = 3_000
"""Bytes before a secret whose comments speak of it: as much as the head of a manifest and the certificate beside its key."""
BESIDE = 300
"""Bytes around a secret in which the address stands that it is for: the other arguments of a call, the lines of a block."""


class _Format(NamedTuple):
    """One kind of credential. `marks` are texts one of which each hit holds; the group `secret` is what is secret of it."""

    kind: str
    marks: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    holds: Callable[[bytes], bool]


def _is_random(text: bytes) -> bool:
    """Whether a text has what words and counted placeholders lack: many different letters, and digits among them."""
    return len(set(text)) >= 8 and any(48 <= char <= 57 for char in text) and not _STAND_IN.search(text)


def _is_generated(text: bytes) -> bool:
    """Whether a value looks drawn at random: long, many different letters, digits in several places, no encoded words."""
    digits = re.findall(rb"\d+", text)
    if len(text) < 20 or len(digits) < 3 or len(set(text)) < 10 or _STAND_IN.search(text) or _UUID.fullmatch(text):
        return False
    words = re.findall(rb"[a-z]{6,}|[A-Z]{6,}", text)
    return sum(map(len, words)) < 0.3 * len(text) and not _says_words(text)


def _says_words(text: bytes) -> bool:
    """Whether a text is base64 of readable words, as placeholders of manifests are."""
    try:
        decoded = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return False
    return len(decoded) >= 8 and all(32 <= char < 127 or char in b"\t\r\n" for char in decoded)


def _is_key(text: bytes) -> bool:
    """Whether the body of a private key is there, and no ellipsis."""
    body = re.sub(rb"-----[A-Z ]+-----|\\n|\s", b"", text)
    return len(body) >= 100 and len(set(body)) >= 20 and not re.search(rb"\.\.\.|<|\*\*\*|xxxx", body)


def _lasts(text: bytes) -> bool:
    """Whether a signed token names no end of its validity."""
    middle = text.split(b".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(middle + b"=" * (-len(middle) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(claims, dict) and "exp" not in claims and len(text) > 100 and bool(claims)


_UUID = regex(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# the last word begins the key that the emulator of Azure storage is documented with
_STAND_IN = regex(
    rb"example|sample|dummy|fake|placeholder|change.?me|your|xxxx|\.\.\.|1234567|abcdefg|000000|s3cr3t|redacted|insert|replace"
    rb"|documentation|secret|passw|Eby8vdM02xNOcqFlqUwJPL|toggleable|estimator|\*\*\*|[<>${}]",
    re.I,
)
_BEFORE_VALUE = rb"(?=[\w-]{0,20}[\\\"'\] \t]{0,11}[=:,][ \t]{0,8}[\\\"']{0,2}[\w+/=.-]{20})"
_WORDS = tuple(
    # as with the marks of the formats: a search for one letter is the fastest
    regex(word[:1] + b"(?:" + word[1:] + b")" + _BEFORE_VALUE)
    for word in (
        rb"passw(?:or)?d",
        rb"secret",
        rb"ke(?:(?<=toke)n|y(?:(?<=apikey)|(?<=api[_-]key)|(?<=accesskey)|(?<=access_key)|(?<=accountkey)))",
    )
)
"""Words of names that say secret, in small letters, where something that may be a value stands behind them."""
_VALUE = regex(
    rb"[\w-]{0,20}(?:(?:\\?[\"'])?\]?[ \t]{0,8}[=:,][ \t]{0,8}\\?(?P<quote>[\"'])(?P<quoted>[\w+/=.-]{20,200})\\?(?P=quote)"
    rb"|[ \t]{0,2}[=:][ \t]{0,2}(?P<bare>[\w+/=-]{20,200})[ \t]*(?:$|#|\r|\\n))",
    re.M,
)
_BEFORE = regex(rb"[\w.-]*\Z")
_AFTER = regex(rb"[\w-]{0,20}")
_SUMMED = regex(rb"(?:checksum|digest)[/._-][\w.-]*\Z", re.I)
"""Before the name of what a sum was taken of: the annotation `checksum/token-secret` of a chart."""


def _format(kind: str, marks: str, pattern: str, holds: Callable[[bytes], bool] = _is_random) -> _Format:
    # A search for a literal is many times faster than one for a word boundary: where a hit begins a word is asked behind
    # its first letters.
    pattern = re.sub(r"^\\b\(\?P<secret>(\w+|\[\w+\])", r"(?P<secret>\1(?<=\\b\1)", pattern)
    return _Format(kind, tuple(mark.encode() for mark in marks.split()), regex(pattern.encode()), holds)


_FORMATS = (
    _format("an AWS access key id", "AKIA", r"\b(?P<secret>AKIA[0-9A-Z]{16})\b"),
    _format("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"\b(?P<secret>gh[pousr]_[A-Za-z0-9]{36,})\b"),
    _format("a GitHub token", "github_pat_", r"\b(?P<secret>github_pat_\w{60,})"),
    _format("a GitHub token", "GITHUB_PAT GH_PAT GITHUB_TOKEN GH_TOKEN", r"(?:GITHUB|GH)_(?:PAT|TOKEN)[\"']?[ \t]{0,3}[=:][ \t]{0,3}[\"']?(?P<secret>[0-9a-f]{40})\b"),
    _format("a GitLab token", "glpat-", r"\b(?P<secret>glpat-[\w-]{20,})"),
    _format("a Hugging Face token", "hf_", r"\b(?P<secret>hf_[A-Za-z0-9]{34,})\b"),
    _format("an OpenAI key", "T3BlbkFJ", r"\b(?P<secret>sk-[\w-]{20,}T3BlbkFJ[\w-]{20,})"),
    _format("an Anthropic key", "sk-ant-", r"\b(?P<secret>sk-ant-[a-z]{3,5}\d\d-[\w-]{60,})"),
    _format("a Slack token", "xox", r"\b(?P<secret>xox[abprs]-\d[\w-]{20,})"),
    _format("a Slack webhook", "hooks.slack.com/services/", r"hooks\.slack\.com/services/(?P<secret>T\w{8,}/B\w{8,}/\w{20,})"),
    _format("a Google API key", "AIza", r"\b(?P<secret>AIza[\w-]{35})(?![\w-])"),
    _format("a Stripe key", "k_live_", r"\b(?P<secret>[sr]k_live_[A-Za-z0-9]{20,})"),
    _format("a Databricks token", "dapi", r"\b(?P<secret>dapi[0-9a-f]{32}(?:-\d)?)\b"),
    _format("a Prefect key", "pnu_ pnb_", r"\b(?P<secret>pn[ub]_[A-Za-z0-9]{36})\b"),
    _format("a Cloudflare token", "cloudflare Cloudflare CLOUDFLARE", r"(?:[Cc]loudflare|CLOUDFLARE)[^\x00]{0,200}?(?:api|API)[-_]?(?:token|TOKEN)[\"']?[ \t]{0,3}[=:][ \t]{0,3}[\"']?(?P<secret>[\w-]{40})(?![\w-])"),
    _format("a Kaggle key", "username", r"[\"']username[\"'][ \t]*:[ \t]*[\"'][\w.-]{2,60}[\"'][ \t]*,\s{0,20}[\"']key[\"'][ \t]*:[ \t]*[\"'](?P<secret>[0-9a-f]{32})[\"']"),
    _format("a Kaggle key", "KAGGLE_KEY", r"KAGGLE_KEY[\"']?\]?[ \t]{0,3}[=:][ \t]{0,3}[\"']?(?P<secret>[0-9a-f]{32})\b"),
    _format("a PyPI token", "pypi-AgEI", r"\b(?P<secret>pypi-AgEI[\w-]{50,})"),
    _format("an npm token", "npm_", r"\b(?P<secret>npm_[A-Za-z0-9]{36})\b"),
    _format("a Docker token", "dckr_pat_", r"\b(?P<secret>dckr_pat_[\w-]{27,})"),
    _format("a SendGrid key", "SG.", r"\b(?P<secret>SG\.[\w-]{22}\.[\w-]{43})"),
    _format("an Azure storage key", "AccountKey=", r"AccountKey=(?P<secret>[A-Za-z0-9+/]{60,}={0,2})"),
    _format("a shared access signature", "sig=", r"(?<=[?&])(?:s[a-z]=[^&\s\"']*&(?:amp;)?){2,}sig=(?P<secret>[\w%+/-]{40,})[^\s\"'<>]*"),
    _format("a private key", "PRIVATE", rf"(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s\\:,.<*-]{{0,{LONGEST_KEY}}}?-----END)", _is_key),
    _format("a signed token", "eyJ", r"\b(?P<secret>eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,})", _lasts),
)  # fmt: skip


_RAREST = b"JASx_=kdgpneh"
"""Letters of the marks, those first that texts have few of."""


def _anchored(formats: tuple[_Format, ...]) -> Iterator[tuple[re.Pattern[bytes], tuple[_Format, ...]]]:
    """The formats by the rarest letter of their marks, each group with a pattern that finds any of its marks."""
    groups: dict[bytes, dict[bytes, _Format]] = {}
    for form in formats:
        for mark in form.marks:
            anchor = next(letter for letter in map(chr, _RAREST) if letter.encode() in mark).encode()
            groups.setdefault(anchor, {})[mark] = form
    for anchor, marks in groups.items():
        # the letter before the anchor is asked first, for any mark: most places fail there
        ends = [re.escape(mark[: mark.index(anchor)]) for mark in marks]
        before = b"".join(sorted({end[-1:] for end in ends})) if all(ends) else b""
        screen = b"(?<=[" + before + b"]" + anchor + b")" if before else b""
        wholes = [
            (b"(?<=" + end + anchor + b")" if end else b"") + re.escape(mark[mark.index(anchor) + 1 :])
            for end, mark in zip(ends, marks, strict=True)
        ]
        yield regex(anchor + screen + b"(?:" + b"|".join(wholes) + b")"), tuple(dict.fromkeys(marks.values()))


_ANCHORED = tuple(_anchored(_FORMATS))
"""A search for one letter is as fast as one for a single text: so all marks take a dozen searches."""
SHORTEST_PICTURE = 1_000
"""Characters of an encoded picture."""

_PICTURES = tuple(
    regex(begin + rb"[A-Za-z0-9+/=\\]{%d,}" % SHORTEST_PICTURE)
    for begin in (rb'image/(?:png|jpeg|gif|webp)": ?"', rb";base64,")
)
_DISOWNED = regex(
    rb"^[ \t]*(?:#|//|--|;|<!--|\*)[^\n]{0,200}?(?:\b(?:not|never|don't)\b[^\n]{0,30}\bproduction"
    rb"|\b(?:fake|dummy|throw-?away|mock|demo)\b[^\n]{0,20}\b(?:credential|secret|key|token|password|certificate)"
    rb"|\b(?:for|only)\b[^\n]{0,20}\b(?:demonstration|demo|local|development|testing|test)\b[^\n]{0,20}\b(?:only|purposes?|use)\b"
    rb"|\btrial\b[^\n]{0,10}\b(?:key|token)\b|\bself-?signed\b)",
    re.I | re.M,
)
_LOCAL = regex(rb"://(?:[^/\s\"'@]*@)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?![\w.-])")
_COMMENT = regex(rb"^[ \t]*(?:#|//|;)[^\n]*", re.M)
_COLON = regex(rb":[ \t]{1,8}\Z")
_ENDED = regex(rb"[ \t]*(?:\r?\n|#|\Z)")
_EXPIRES = regex(rb"(?:^|[?&;])se=\d{4}")


def without_secrets(data: bytes) -> tuple[bytes, tuple[Secret, ...]]:
    """The bytes of a text with `***` for each credential in it, lines kept; and what each opens, with its line."""
    if b"\0" in data[:4096]:
        return data, ()
    found: dict[tuple[int, int], tuple[str, bool]] = {}
    for start, end, kind, brief in _found(data):
        found.setdefault((start, end), (kind, brief))  # the format of an issuer says more than the name of a setting
    if not found:
        return data, ()
    pieces: list[bytes] = []
    told: list[Secret] = []
    position, line = 0, 1
    for (start, end), (kind, brief) in sorted(found.items()):
        if start < position:
            continue
        line += data.count(b"\n", position, start)
        if len(told) < MOST:
            disowned = _DISOWNED.search(data, max(0, start - BEFORE), start) is not None
            told.append(Secret(kind, line, brief, disowned, _is_local(data, start, end)))
        # A bare *** would be an alias of YAML: the document could not be read.
        masked = f"'{MASK}'" if _is_plain_scalar(data, start, end) else MASK
        pieces += [data[position:start], masked.encode(), b"\n" * data.count(b"\n", start, end)]
        line += data.count(b"\n", start, end)
        position = end
    return b"".join([*pieces, data[position:]]), tuple(told)


def _is_plain_scalar(data: bytes, start: int, end: int) -> bool:
    """Whether a secret is the whole value of a setting that stands without quotes: `token: abc`."""
    return _COLON.search(data, max(0, start - 10), start) is not None and _ENDED.match(data, end) is not None


def _is_local(data: bytes, start: int, end: int) -> bool:
    """Whether every address beside a secret is one of this machine; a comment points to documentation."""
    begin = max(0, start - BESIDE)
    cut = data.find(b"\n", begin - 1, start) if begin else -1  # half a line may be half a comment
    beside = _COMMENT.sub(b"", data[max(begin, cut + 1) : end + BESIDE])
    return _LOCAL.search(beside) is not None and len(_LOCAL.findall(beside)) == beside.count(b"://")


def _found(data: bytes) -> Iterator[tuple[int, int, str, bool]]:
    """Where credentials stand, what each opens, and whether it says itself that it ends."""
    pieces = _outside_pictures(data) if _may_show(data) else ((0, len(data)),)
    for begin, end in pieces:
        part = data[begin:end]
        for start, stop, kind, brief in (*_issued(part), *_named(part)):
            yield begin + start, begin + stop, kind, brief


def _may_show(data: bytes) -> bool:
    """Whether a text may hold an encoded picture."""
    return len(data) > SHORTEST_PICTURE and (b";base64," in data or b"image/" in data)


def _outside_pictures(data: bytes) -> Iterator[tuple[int, int]]:
    """The pieces between encoded pictures, of which notebooks mostly consist: what looks like a key in there is none."""
    begin = 0
    for start, end in sorted(match.span() for picture in _PICTURES for match in picture.finditer(data)):
        yield begin, start
        begin = end
    yield begin, len(data)


def _issued(data: bytes) -> Iterator[tuple[int, int, str, bool]]:
    """Credentials in the format of their issuer."""
    begun = [form.pattern for marks, forms in _ANCHORED if marks.search(data) for form in forms]
    for kind, marks, pattern, holds in _FORMATS if begun else ():
        if pattern in begun and any(mark in data for mark in marks):
            for match in pattern.finditer(data):
                if holds(match["secret"]):
                    yield *match.span("secret"), kind, bool(_EXPIRES.search(match[0]))


def _named(data: bytes) -> Iterator[tuple[int, int, str, bool]]:
    """Settings whose name says secret and whose value was generated."""
    lowered = data.lower()
    for word in _WORDS:
        for named in word.finditer(lowered):
            after = named.end()
            match = _VALUE.match(data, after)
            if match is not None:
                group = "quoted" if match["quoted"] is not None else "bare"
                if _SUMMED.search(data, max(0, named.start() - 60), named.start()):
                    continue
                if _is_generated(match[group]) and is_secret_name(_name(data, named.start(), after)):
                    yield *match.span(group), "a generated secret", False


def _name(data: bytes, start: int, end: int) -> str:
    """The whole name around a word."""
    before, after = _BEFORE.search(data[max(0, start - 60) : start]), _AFTER.match(data, end)
    parts = (before[0] if before is not None else b"", data[start:end], after[0] if after is not None else b"")
    return b"".join(parts).decode("latin-1")
