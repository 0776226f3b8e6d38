"""The names that certificates are for (X.509 in PEM, RFC 5280), read by as much of DER as that needs."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterator

from auditor.model.regex import regex

_BLOCK = regex(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,20000})-----END CERTIFICATE-----")
_HERE = regex(r"([\w-]+\.)*(localhost|local|localdomain)|127(\.\d+){3}|0\.0\.0\.0|::1", re.I)
"""Names of a machine of one's own."""
_SEQUENCE, _OCTETS, _EXTENSIONS, _DNS, _ADDRESS = 0x30, 0x04, 0xA3, 0x82, 0x87
_COMMON_NAME = b"\x55\x04\x03"
_ALTERNATIVES = b"\x55\x1d\x11"
_SUBJECT = 4
"""Which of the parts of a certificate without its version names whom it is for: after serial, algorithm, issuer and dates."""


def is_for_this_machine(data: bytes) -> bool | None:
    """Whether all that the certificates of a file name is a machine of one's own; None where it holds none that names anything."""
    named = [name for block in _BLOCK.finditer(data) for name in _names(block[1])]
    return all(_HERE.fullmatch(name) for name in named) if named else None


def _names(body: bytes) -> Iterator[str]:
    try:
        der = base64.b64decode(re.sub(rb"\s", b"", body), validate=True)
    except binascii.Error:
        return
    outer = [content for tag, content in _parts(der) if tag == _SEQUENCE]
    inner = [content for tag, content in _parts(outer[0]) if tag == _SEQUENCE] if outer else []
    parts = [(tag, content) for tag, content in _parts(inner[0]) if tag != 0xA0] if inner else []
    if len(parts) <= _SUBJECT:
        return
    for _, relative in _parts(parts[_SUBJECT][1]):
        for _, pair in _parts(relative):
            told = [content for _, content in _parts(pair)]
            if told[:1] == [_COMMON_NAME] and len(told) > 1:
                yield told[1].decode("utf-8", "replace")
    for extensions in (content for tag, content in parts if tag == _EXTENSIONS):
        for extension in (each for _, listed in _parts(extensions) for _, each in _parts(listed)):
            yield from _alternatives(list(_parts(extension)))


def _alternatives(extension: list[tuple[int, bytes]]) -> Iterator[str]:
    """The hosts and addresses that a certificate names beside its subject."""
    if not extension or extension[0][1] != _ALTERNATIVES or extension[-1][0] != _OCTETS:
        return
    for tag, content in (each for _, listed in _parts(extension[-1][1]) for each in _parts(listed)):
        if tag == _DNS:
            yield content.decode("ascii", "replace")
        if tag == _ADDRESS and len(content) in (4, 16):
            yield str(ipaddress.ip_address(content))


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The values that stand one after another, with their tags, up to the first that is cut off."""
    at = 0
    while at + 2 <= len(der):
        tag, size, at = der[at], der[at + 1], at + 2
        if size & 0x80:
            more = size & 0x7F
            size, at = int.from_bytes(der[at : at + more], "big"), at + more
        if at + size > len(der):
            return
        yield tag, der[at : at + size]
        at += size
