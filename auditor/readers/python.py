"""Python source files."""

from __future__ import annotations

from auditor.language.inline_metadata import read_inline
from auditor.model.facts import Facts
from auditor.model.regex import regex
from auditor.readers.contract import Reader, pairs

_DATABRICKS = b"# Databricks notebook source"
"""How the first line of a notebook begins that Databricks keeps as a program."""
_SHEBANG = regex(rb"#!.*\bpython")


def read(data: bytes) -> Facts:
    """The program facts of a Python file, and what it says of its own environment."""
    from auditor.source import read_program

    program, troubles = read_program(data)
    requirements, version, doubts = read_inline(data)
    return Facts(
        kind="python",
        program=program,
        attrs=pairs(
            [
                ("python", version),
                ("inline", "yes" if requirements else ""),
                ("platform", "databricks" if data.removeprefix(b"\xef\xbb\xbf").startswith(_DATABRICKS) else ""),
            ]
        ),
        requirements=requirements,
        troubles=(*troubles, *doubts),
        lines=program.lines if program else data.count(b"\n"),
    )


def has_shebang(data: bytes) -> bool:
    """Whether a file without a telling name says that Python runs it."""
    return bool(_SHEBANG.match(data[:200]))


READER = Reader(name="python", names=("*.py", "*.pyw"), read=read)
SCRIPT = Reader(name="python", names=("*/bin/*", "*/scripts/*"), read=read, sniff=has_shebang)
