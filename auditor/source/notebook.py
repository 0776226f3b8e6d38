"""Notebooks (nbformat 3 and 4): the code cells, in document order, as one Python program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import msgspec

from auditor.model.facts import Heading, Trouble
from auditor.model.ir import Cell, Escape, Program
from auditor.model.regex import regex
from auditor.source import parse
from auditor.source.decode import normalised
from auditor.source.limits import MAX_CELLS, MAX_NOTEBOOK_BYTES
from auditor.source.magics import plain
from auditor.source.program import program_of
from auditor.source.syntax import explain, is_python, too_deep


class _Worksheet(msgspec.Struct):
    cells: list[msgspec.Raw] = []


class _File(msgspec.Struct):
    """The parts of a notebook that are read; the decoder skips all else."""

    metadata: Any = None
    cells: list[msgspec.Raw] | None = None
    worksheets: list[_Worksheet] | None = None


class _CodeCell(msgspec.Struct):
    cell_type: Any = ""
    source: msgspec.Raw = msgspec.Raw(b"")
    input: msgspec.Raw = msgspec.Raw(b"")
    execution_count: Any = None
    prompt_number: Any = None
    metadata: Any = None
    id: Any = ""
    language: Any = ""
    outputs: msgspec.Raw = msgspec.Raw(b"")
    """Not decoded: pictures are in it. Whether it tells of an error can be seen by its words."""


class _Piece(msgspec.Struct, frozen=True):
    """One code cell as Python: its place in the program and what was taken out of it."""

    cell: Cell
    text: str
    escapes: tuple[Escape, ...]


class Around(NamedTuple):
    """What stands around the code of a notebook: the language of its kernel, the hosted platform that it was last open on
    ("" where nothing tells), and the headings of its texts."""

    language: str = ""
    platform: str = ""
    headings: tuple[Heading, ...] = ()


def read_notebook(data: bytes) -> tuple[Program | None, tuple[Trouble, ...], Around]:
    """The program of a notebook or None, what could not be read, and what stands around it. Never raises."""
    if len(data) > MAX_NOTEBOOK_BYTES:
        return (
            None,
            (Trouble(None, f"the notebook is larger than {MAX_NOTEBOOK_BYTES:,} bytes", "too-large"),),
            Around(),
        )
    data, file, trouble = _load(data)
    if file is None:
        return None, (trouble,) if trouble else (), Around()
    raws = _cells(file)
    if raws is None:
        return None, (Trouble(1, "the notebook has no cells: neither `cells` nor `worksheets`", "invalid"),), Around()
    around = Around(_language(file.metadata), _platform(file.metadata))
    if around.language != "python":
        return None, (), around
    if (run := _run_of(file.metadata)) is not None:
        says = f"what a run of papermill left of {run}; its code is not read"
        return None, (*([trouble] if trouble else []), Trouble(None, says, "outcome")), around
    pieces, doubts, headings = _pieces(data, raws)
    program, troubles = _program(pieces)
    around = around._replace(headings=tuple(headings[:MAX_HEADINGS]))
    return program, (*([trouble] if trouble else []), *doubts, *troubles), around


def cell_texts(data: bytes, wanted: Collection[int]) -> dict[int, str]:
    """The text of cells by their index, 0-based over all cells. What has no form of a notebook or a cell is left out."""
    raws = _cells(file) if len(data) <= MAX_NOTEBOOK_BYTES and (file := _load(data)[1]) is not None else None
    found = {}
    for index in sorted(wanted):
        if raws is not None and index < len(raws):
            try:
                found[index] = normalised(_decoded(bytes(raws[index]))[1])
            except (msgspec.DecodeError, ValueError, RecursionError):
                continue  # the reader told of it already
    return found


# --- the file ------------------------------------------------------------------------------------


def _load(data: bytes) -> tuple[bytes, _File | None, Trouble | None]:
    """The notebook by the strict and fast decoder; by the lenient one where that fails, with its bytes written anew."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")  # the decoder does not look into what it skips
        return data, msgspec.json.decode(data, type=_File), None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # not strict JSON: NaN in an output, a lone surrogate, a Windows encoding
    doubt = None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        doubt = Trouble(data.count(b"\n", 0, error.start) + 1, "the notebook is not UTF-8", "encoding")
        text = data.decode("utf-8", "replace")
    try:
        data = _rewritten(text)
        return data, msgspec.json.decode(data, type=_File), doubt
    except json.JSONDecodeError as error:
        line = min(error.lineno, text.count("\n") + 1)
        return data, None, Trouble(line, f"the notebook is not valid JSON: {error.msg}", "invalid")
    except (msgspec.DecodeError, ValueError):
        return data, None, Trouble(1, "this JSON does not have the form of a notebook", "invalid")
    except (RecursionError, MemoryError):
        return data, None, Trouble(None, "the JSON of the notebook nests too deep", "too-deep")


def _rewritten(text: str) -> bytes:
    """JSON as the strict decoder wants it: NaN becomes null, and lone surrogates become question marks."""
    content = json.loads(text, parse_constant=lambda _: None)
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def _cells(file: _File) -> list[msgspec.Raw] | None:
    if file.cells is not None:
        return file.cells
    if file.worksheets is not None:
        return [raw for sheet in file.worksheets for raw in sheet.cells]
    return None


def _run_of(metadata: Any) -> str | None:
    """The name of the notebook that papermill ran and wrote this one from, with what came out; None where it did not."""
    run = _mapping(metadata, "papermill")
    given, left = run.get("input_path"), run.get("output_path")
    if not (isinstance(given, str) and isinstance(left, str) and given and left) or given == left:
        return None
    return given.replace("\\", "/").partition("?")[0].rpartition("/")[2][:80]


def _language(metadata: Any) -> str:
    """`python` unless the kernel says otherwise; `pyspark` kernels run Python."""
    kernel, info = _mapping(metadata, "kernelspec"), _mapping(metadata, "language_info")
    said = [kernel.get("language"), info.get("name"), kernel.get("name")]
    names = [name.strip().lower() for name in said if isinstance(name, str) and name.strip()]
    if not names or any(name.startswith(("python", "ipython", "pyspark", "conda", "xpython")) for name in names):
        return "python"
    return _SHORT.get(names[0], names[0])[:40]


def _platform(metadata: Any) -> str:
    """The platform whose marks a notebook carries: each writes its own into what it saves."""
    if not isinstance(metadata, dict):
        return ""
    name = _mapping(metadata, "kernelspec").get("name")
    name = name.lower() if isinstance(name, str) else ""
    if "application/vnd.databricks.v1+notebook" in metadata:
        return "databricks"
    if "sagemaker" in name or name.startswith("conda_"):
        return "sagemaker"
    if "azureml" in name or name.endswith("-sdkv2"):
        return "azureml"
    if _mapping(metadata, "environment").get("type") == "gcloud":
        return "vertex"
    return next((platform for platform in ("colab", "kaggle") if platform in metadata), "")


_SHORT = {"ir": "r", "spark-scala": "scala"}


def _mapping(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


# --- the cells -----------------------------------------------------------------------------------


def _pieces(data: bytes, raws: list[msgspec.Raw]) -> tuple[list[_Piece], list[Trouble], list[Heading]]:
    pieces: list[_Piece] = []
    troubles: list[Trouble] = []
    headings: list[Heading] = []
    start, position, physical = 1, 0, 1
    for index, raw in enumerate(raws):
        written = bytes(raw)
        try:
            cell, source = _decoded(written)
        except (msgspec.DecodeError, ValueError, RecursionError):
            troubles.append(Trouble(None, f"cell {index} does not have the form of a notebook cell", "invalid"))
            continue
        if cell.cell_type != "code":
            headings += _headings(source, start)
            continue
        if len(pieces) == MAX_CELLS:
            troubles.append(Trouble(None, f"only the first {MAX_CELLS:,} code cells were read", "too-large"))
            break
        found, offset = _place(data, written, position), _offset(written, cell)
        if found >= 0 and offset >= 0:
            physical += data.count(b"\n", position, found + offset)
            position = found + offset
        piece = _piece(cell, source, index, start, physical if found >= 0 and offset >= 0 else 0)
        pieces.append(piece)
        start += piece.cell.lines
    return pieces, troubles, headings


def _headings(text: str, line: int) -> Iterator[Heading]:
    """The headings in a text between cells, before the program's line; lines in fenced code are none."""
    fenced = False
    for written in text.splitlines() if "#" in text else ():
        fenced ^= written.lstrip().startswith(("```", "~~~"))
        if not fenced and (found := _HEADING.match(written)) is not None:
            title = " ".join(_MARKUP.sub("", found[2]).split())
            yield Heading(title[:MAX_TITLE], len(found[1]), line)


_HEADING = regex(r" {0,3}(#{1,6})[ \t]*([^#\s].*?)[ \t]*#*$")
_MARKUP = regex(r"<[^<>]{0,200}>|[*_`]{1,3}(?!\w)|(?<!\w)[*_`]{1,3}")
MAX_HEADINGS = 500
MAX_TITLE = 120  # characters


def _place(data: bytes, written: bytes, position: int) -> int:
    """Where the bytes of a cell stand from a position on; -1 where they do not.

    To search for all of them takes longer than to compare them wherever their first ones are found.
    """
    first = written[:_FIRST]
    found = data.find(first, position)
    while found >= 0 and not data.startswith(written, found):
        found = data.find(first, found + 1)
    return found


_FIRST = 60


def _piece(cell: _CodeCell, source: str, index: int, start: int, physical: int) -> _Piece:
    text = normalised(source).replace("\0", "\ufffd")
    text = text[:-1] if text.endswith("\n") else text
    taken = plain(text) if _is_python(cell.language) else None
    code = taken.text if taken else "\n" * text.count("\n")
    escapes = tuple(Escape(e.kind, e.name, e.text, e.line + start - 1) for e in taken.escapes) if taken else ()
    count = cell.execution_count if cell.execution_count is not None else cell.prompt_number
    record = Cell(
        index=index,
        id=cell.id[:100] if isinstance(cell.id, str) else "",
        start=start,
        lines=code.count("\n") + 1,
        physical=physical,
        count=count if type(count) is int and 0 <= count < 2**63 else -1,
        tags=_tags(cell.metadata),
        failed=_names_none(bytes(cell.outputs)),
    )
    return _Piece(record, code, escapes)


def _names_none(outputs: bytes) -> bool:
    """Whether the outputs of a cell tell that it ended at a name that was not there."""
    return b'"NameError"' in outputs and _NO_NAME.search(outputs) is not None


_NO_NAME = regex(rb'"ename"[: \t\r\n]*"NameError"')


def _is_python(language: Any) -> bool:
    return not isinstance(language, str) or language.lower() in ("", "python", "python3", "ipython")


def _decoded(written: bytes) -> tuple[_CodeCell, str]:
    """One cell and its source text. Raises DecodeError, ValueError or RecursionError."""
    try:
        cell = msgspec.json.decode(written, type=_CodeCell)
        return cell, _joined(cell)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:  # only now seen, since the cell was skipped before: a lone surrogate
        cell = msgspec.json.decode(_rewritten(written.decode("utf-8")), type=_CodeCell)
        return cell, _joined(cell)


def _joined(cell: _CodeCell) -> str:
    """The text of a code cell or of one in Markdown, which is a string or a list of lines."""
    raw = _raw(cell)
    value = msgspec.json.decode(raw) if raw and cell.cell_type in ("code", "markdown") else None
    if isinstance(value, str):
        return value
    return "".join(part for part in value if isinstance(part, str)) if isinstance(value, list) else ""


def _raw(cell: _CodeCell) -> bytes:
    return bytes(cell.source) or bytes(cell.input)


def _tags(metadata: Any) -> tuple[str, ...]:
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tuple(tag[:100] for tag in tags[:50] if isinstance(tag, str)) if isinstance(tags, list) else ()


def _offset(written: bytes, cell: _CodeCell) -> int:
    """Where, in the bytes of a cell, the first line of its source begins; -1 when it has none."""
    value, key = _raw(cell), b'"source"' if bytes(cell.source) else b'"input"'
    if not value:
        return -1
    at = written.find(key)
    while at >= 0:
        colon = _COLON.match(written, at + len(key))
        if colon is not None and written.startswith(value, colon.end()):
            return colon.end() + max(value.find(b'"'), 0)
        at = written.find(key, at + 1)
    return -1


_COLON = regex(rb"\s*:\s*")


# --- the program ---------------------------------------------------------------------------------


def _program(pieces: list[_Piece]) -> tuple[Program | None, tuple[Trouble, ...]]:
    program, troubles = _assembled(pieces, explained=False)
    if program is not None:
        return program, troubles
    sound: list[_Piece] = []
    found: list[Trouble] = []
    for piece in pieces:
        kept, trouble = _tried(piece)
        sound.append(kept)
        if trouble:
            found.append(trouble)
    program, troubles = _assembled(sound)
    return program, (*found, *troubles)


def _assembled(pieces: list[_Piece], *, explained: bool = True) -> tuple[Program | None, tuple[Trouble, ...]]:
    text = "".join([f"{piece.text}\n" for piece in pieces])
    cells = tuple([piece.cell for piece in pieces])
    escapes = tuple([escape for piece in pieces for escape in piece.escapes])
    return program_of(text, cells, escapes, explained=explained)


def _tried(piece: _Piece) -> tuple[_Piece, Trouble | None]:
    """The cell, dedented or blanked if it must be, and what is wrong with it."""
    with parse.uncollected():
        try:
            parse.module(piece.text + "\n")
        except SyntaxError as error:
            dedented = textwrap.dedent(piece.text)
            if dedented != piece.text and is_python(
                dedented + "\n"
            ):  # IPython takes a cell that is indented as a whole
                return msgspec.structs.replace(piece, text=dedented), None
            trouble = explain(piece.text, error)
        except (RecursionError, MemoryError):
            trouble = too_deep()
        else:
            return piece, None
    place = f"cell {piece.cell.index}"
    line = (
        None
        if trouble.line is None
        else min(piece.cell.start + trouble.line - 1, piece.cell.start + piece.cell.lines - 1)
    )
    return msgspec.structs.replace(piece, text="\n" * piece.text.count("\n")), Trouble(
        line, f"{place}: {trouble.message}", trouble.code
    )
