"""Tools that turn files into other files: archives, text filters, notebooks. Pure functions over words."""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import dirname, join, splitext

from auditor.language.arguments import option_names, split
from auditor.model.facts import Word
from auditor.program.running import command_forms as forms
from auditor.program.running.flows import Moved, flows

Words = tuple[Word, ...]


# --- archives ---

_TAR = option_names("-f --file -C --directory -X --exclude-from --exclude -T --files-from --strip-components --transform -I --use-compress-program -b -H --owner --group --mode --checkpoint -K -N -V")  # fmt: skip


def _tar(rest: Words) -> Moved:
    """`tar xzf a.tgz -C dir`: what it holds is not known, so it is written where a folder is named."""
    if rest and not rest[0].text.startswith("-"):
        rest = (Word(f"-{rest[0].text}", rest[0].exact), *rest[1:])  # the old style has no dash
    given = split(rest, _TAR)
    archive, folder = given.first("-f", "--file"), given.first("-C", "--directory")
    streamed = archive is None or archive.text == "-"
    if given.has("-x", "--extract", "--get"):
        writes = flows([folder]) if folder is not None else ()
        return Moved(() if streamed else flows([archive] if archive else []), writes, takes=streamed)
    if given.has("-c", "--create", "-r", "--append", "-u", "--update"):
        members = [_below(folder, word) for word in given.rest]
        if streamed:
            return Moved(shown=flows(members))
        return Moved(flows(members), flows([archive] if archive else []))
    return Moved()


def _below(folder: Word | None, word: Word) -> Word:
    return word if folder is None else Word(join(folder.text, word.text), folder.exact and word.exact)


def _unzip(rest: Words) -> Moved:
    given = split(rest, option_names("-d -x -P"))
    archive, folder = given.rest[:1], given.first("-d")
    if given.has("-l", "-t", "-Z", "-v"):
        return Moved()
    if given.has("-p", "-c"):
        return Moved(shown=flows(archive))
    return Moved(flows(archive), flows([folder]) if folder is not None and folder.text not in (".", "./") else ())


def _zip(rest: Words) -> Moved:
    given = split(rest, option_names("-x -i -b -t -P -n -s -@"))
    return Moved(flows(given.rest[1:]), flows(given.rest[:1]))


def _seven(rest: Words) -> Moved:
    """`7z x a.7z -odir`, `7z a out.7z files`."""
    words = [word for word in rest if not word.text.startswith("-")]
    folder = next(
        (Word(word.text[2:], word.exact) for word in rest if word.text.startswith("-o") and len(word.text) > 2), None
    )
    verb = words[0].text if words else ""
    if verb in ("x", "e"):
        return Moved(flows(words[1:2]), flows([folder] if folder is not None else words[2:3]))
    return Moved(flows(words[2:]), flows(words[1:2])) if verb == "a" else Moved()


_PACKED = (".gz", ".bz2", ".xz", ".zst", ".Z", ".lz4")


def _unpacker(rest: Words) -> Moved:
    """`gunzip a.csv.gz` leaves a.csv; `gzip a.csv` leaves a.csv.gz; with `-c` it goes to the output."""
    given = split(rest, option_names("-S --suffix -o -T --threads -p -b"))
    output = given.first("-o")
    if given.has("-c", "--stdout", "--to-stdout") or not given.rest:
        return Moved(shown=flows(given.rest), takes=not given.rest)
    if given.has("-t", "--test", "-l", "--list"):
        return Moved()
    writes = [output] if output is not None else [_unpacked(word) for word in given.rest if word.text.endswith(_PACKED)]
    return Moved(flows(given.rest), flows(writes))


def _unpacked(word: Word) -> Word:
    return Word(splitext(word.text)[0], word.exact)


def _packer(suffix: str) -> Callable[[Words], Moved]:
    def read(rest: Words) -> Moved:
        given = split(rest, option_names("-S --suffix -T --threads -p -b -o"))
        if given.has("-d", "--decompress", "--uncompress"):
            return _unpacker(rest)
        if given.has("-c", "--stdout", "--to-stdout") or not given.rest:
            return Moved(shown=flows(given.rest), takes=not given.rest)
        return Moved(flows(given.rest), flows(Word(f"{word.text}{suffix}", word.exact) for word in given.rest))

    return read


# --- text filters: their files go to the output ---

_FILTERS: dict[str, tuple[int, str]] = {
    # tool: words before the files, options that take a value
    "cat": (0, ""), "head": (0, "-n -c --lines --bytes"), "tail": (0, "-n -c --lines --bytes"), "tac": (0, ""), "nl": (0, "-b -w"),
    "sort": (0, "-k -t -T -S -o --output --key --field-separator"), "uniq": (0, "-f -s -w"), "shuf": (0, "-n -o --output --head-count --random-source"),
    "cut": (0, "-d -f -c -b --delimiter --fields --characters"), "paste": (0, "-d --delimiters"), "join": (0, "-t -1 -2 -o -a -e -j"),
    "comm": (0, ""), "fold": (0, "-w"), "column": (0, "-s -t"), "iconv": (0, "-f -t --from-code --to-code -o --output"),
    "zcat": (0, ""), "gzcat": (0, ""), "bzcat": (0, ""), "xzcat": (0, ""), "zstdcat": (0, ""),
    "grep": (1, "-e -f -m -A -B -C --include --exclude"), "egrep": (1, "-e -f -m"), "fgrep": (1, "-e -f -m"), "zgrep": (1, "-e -f"), "rg": (1, "-e -g -t"),
    "sed": (1, "-e -f --expression --file -l"), "awk": (1, "-F -v -f --field-separator --assign"), "gawk": (1, "-F -v -f"), "mawk": (1, "-F -v -f"),
    "jq": (1, "--arg --argjson --slurpfile --rawfile --indent -L -f --from-file"), "yq": (1, "-o -p --output-format --input-format"),
    "tr": (9, ""), "wc": (9, ""), "xmllint": (0, "--xpath --output"), "xsltproc": (1, "-o"), "csvcut": (0, "-c -C -d"), "csvgrep": (0, "-c -m -r -d"),
    "csvsort": (0, "-c -d"), "csvjoin": (0, "-c -d"), "csvstack": (0, "-g -n"), "in2csv": (0, "-f --format --sheet"), "csvjson": (0, "-k -i"),
    "pandoc": (0, "-o --output -f -t --from --to"), "mlr": (9, ""), "xsv": (9, ""), "sqlite3": (0, "-cmd -separator -init"), "dos2unix": (0, ""),
}  # fmt: skip
_SCRIPTED = frozenset({"-e", "-f", "--expression", "--file", "--from-file"})


def _filter(tool: str, rest: Words) -> Moved:
    before, valued = _FILTERS[tool]
    given = split(rest, option_names(valued))
    words = [word for word in given.rest if not re.fullmatch(r"-\d+", word.text)]  # `head -5`
    files = words[0 if given.has(*_SCRIPTED) and before == 1 else before :]
    output = (
        given.first("-o", "--output") if tool in ("sort", "shuf", "iconv", "pandoc", "xsltproc", "xmllint") else None
    )
    if tool == "sqlite3":
        files = files[:1]
    if tool == "sed" and any(name.startswith("-i") or name == "--in-place" for name, _ in given.options):
        return Moved(flows(files), flows(files))
    if output is not None and output.text:
        return Moved(flows(files), flows([output]), takes=not files)
    return Moved(shown=flows(files), takes=not files)


def _tee(rest: Words) -> Moved:
    return Moved(writes=flows(split(rest).rest), takes=True)


def _ffmpeg(rest: Words) -> Moved:
    """`ffmpeg -i a.webm … b.mp3`."""
    inputs = [rest[at + 1] for at, word in enumerate(rest[:-1]) if word.text == "-i"]
    outputs = [
        word
        for word in rest
        if re.search(r"\.\w{2,5}$", word.text) and not word.text.startswith("-") and word not in inputs
    ]
    return Moved(flows(inputs), flows(outputs[-1:]))


# --- notebooks and reports ---


def _papermill(rest: Words) -> Moved:
    """The executed copy, and the files of parameters."""
    positions, _ = forms.papermill_words(rest)
    given = split(rest, option_names("-f --parameters_file"))
    notebooks = [rest[at] for at in positions]
    writes = flows(notebooks[1:2], "report") if notebooks[1:2] != notebooks[:1] else ()
    return Moved(flows(given.every("-f", "--parameters_file"), "config"), writes)


_FORMATS = {"html": ".html", "pdf": ".pdf", "webpdf": ".pdf", "latex": ".tex", "markdown": ".md", "slides": ".slides.html", "rst": ".rst", "asciidoc": ".asciidoc", "notebook": ".ipynb", "script": ".py", "python": ".py"}  # fmt: skip
_NBCONVERT = option_names("--to --output --output-dir --template --config --kernel_name --kernel-name --timeout --ExecutePreprocessor.timeout --ExecutePreprocessor.kernel_name --TemplateExporter.exclude_input --log-level")  # fmt: skip


def _nbconvert(rest: Words) -> Moved | None:
    """What `jupyter nbconvert` makes of notebooks: a report, or a script."""
    if not rest or rest[0].text != "nbconvert":
        return None
    given = split(rest[1:], _NBCONVERT)
    wanted = given.first("--to")
    form = wanted.text if wanted is not None else "html"
    suffix = _FORMATS.get(form)
    if suffix is None or given.has("--inplace", "--clear-output", "--stdout"):
        return Moved()
    output, folder = given.first("--output"), given.first("--output-dir")
    kind = "script" if suffix == ".py" else "report"
    made = [_converted(word, suffix, output, folder) for word in given.rest if word.text.endswith((".ipynb", "}", "*"))]
    return Moved(writes=flows(made, kind))


def _converted(notebook: Word, suffix: str, output: Word | None, folder: Word | None) -> Word:
    """Where nbconvert writes: beside the notebook, or under the name and into the folder that are given."""
    place = folder.text if folder is not None else dirname(notebook.text)
    name = (
        output.text
        if output is not None
        else splitext(notebook.text.rpartition("/")[2])[0] + ("" if suffix != ".ipynb" else ".nbconvert")
    )
    name = name if name.endswith(suffix) else name + suffix
    exact = notebook.exact and (output is None or output.exact) and (folder is None or folder.exact) and "*" not in name
    return Word(join(place, name), exact)


def _jupytext(rest: Words) -> Moved:
    given = split(
        rest, option_names("--to --from -o --output --set-formats --set-kernel --opt --pipe --update-metadata")
    )
    wanted, output = given.first("--to"), given.first("-o", "--output")
    if wanted is None:
        return Moved()
    suffix = {"notebook": ".ipynb", "ipynb": ".ipynb", "md": ".md", "markdown": ".md"}.get(
        wanted.text, ".py" if wanted.text.startswith("py") else ""
    )
    made = (
        [output]
        if output is not None
        else [Word(splitext(word.text)[0] + suffix, word.exact) for word in given.rest if suffix]
    )
    return Moved(writes=flows([word for word in made if word.text != "-"], "script" if suffix == ".py" else "report"))


_CML = option_names(
    "--target --token --repo --driver --title --mime-type --file --commit-sha --head-sha --watermark-title"
)


def _cml(rest: Words) -> Moved:
    """Reports that `cml comment create report.md` publishes."""
    given = split(rest, _CML)
    head = [word.text for word in given.rest[:2]]
    if head[:1] == ["comment"]:
        return Moved(flows(given.rest[2:], "report"))
    return Moved(flows(given.rest[1:2], "report")) if head[:1] in (["publish"], ["send-comment"]) else Moved()


CONVERSIONS: dict[str, Callable[[Words], Moved | None]] = {
    "tar": _tar,
    "bsdtar": _tar,
    "unzip": _unzip,
    "zip": _zip,
    "7z": _seven,
    "7za": _seven,
    "7zz": _seven,
    "unrar": _seven,
    "gunzip": _unpacker,
    "bunzip2": _unpacker,
    "unxz": _unpacker,
    "unzstd": _unpacker,
    "gzip": _packer(".gz"),
    "pigz": _packer(".gz"),
    "bzip2": _packer(".bz2"),
    "xz": _packer(".xz"),
    "zstd": _packer(".zst"),
    "tee": _tee,
    "ffmpeg": _ffmpeg,
    "papermill": _papermill,
    "jupyter": _nbconvert,
    "jupyter-nbconvert": lambda rest: _nbconvert((Word("nbconvert"), *rest)),
    "jupytext": _jupytext,
    "cml": _cml,
    "cml-send-comment": lambda rest: Moved(flows(split(rest, _CML).rest[:1], "report")),
    **{tool: (lambda rest, tool=tool: _filter(tool, rest)) for tool in _FILTERS},  # type: ignore[misc]  # bound per tool
}
"""Tools by name; each gives None for a command that converts nothing."""
