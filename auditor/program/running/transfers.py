"""Tools that move files between places: what each of their commands reads and writes. Pure functions over words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from auditor.language.arguments import option_names, split
from auditor.model.facts import Word
from auditor.model.regex import regex
from auditor.program.running.flows import Flow, Moved, copied, flows, joined, name_of
from auditor.program.running.stores import STORES
from auditor.program.symbolic.values import is_uri

Words = tuple[Word, ...]


# --- the web ---

_CURL = option_names("-o --output -H --header -X --request -d --data --data-raw --data-binary --data-urlencode --data-ascii --json -F --form -u --user -A --user-agent -e --referer -T --upload-file -C --continue-at -x --proxy --url -b --cookie -c --cookie-jar -K --config -w --write-out -m --max-time --connect-timeout --retry --retry-delay --retry-max-time --output-dir -E --cert --key --cacert --capath -r --range --limit-rate --resolve -y -Y -z --interface --proto --ciphers --max-redirs -D --dump-header --stderr --noproxy -Q -t")  # fmt: skip
_SENDING = ("-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--data-ascii", "--json", "-F", "--form", "-I", "--head")  # fmt: skip
_LOCAL = regex(r"(?:\w+://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal)(?=[:/]|$)")


def _curl(rest: Words) -> Moved:
    """A download by `-o`, `-O` or to the output; calls of services move no files."""
    given = split(rest, _CURL)
    method = given.first("-X", "--request")
    sent = given.first("-T", "--upload-file")
    urls = [*given.every("--url"), *given.rest]
    urls = [word for word in urls if not _LOCAL.match(word.text) and re.search(r"[.:/]", word.text)]
    if sent is not None:
        return Moved(flows([sent]))
    if given.has(*_SENDING) or (method is not None and method.text.upper() != "GET") or not urls:
        return Moved()
    urls = [
        word if is_uri(word.text) or word.text.startswith("{") else Word(f"http://{word.text}", word.exact)
        for word in urls
    ]
    folder = given.first("--output-dir")
    outputs = given.every("-o", "--output")
    if outputs:
        targets = [joined(folder, word.text, word) for word in outputs if word.text not in ("-", "/dev/null", "NUL")]
        if not targets and any(word.text != "-" for word in outputs):
            return Moved()
        return Moved(flows(urls), flows(targets)) if targets else Moved(shown=flows(urls))
    if given.has("-O", "--remote-name", "--remote-name-all"):
        return _into(urls, folder)
    return Moved(shown=flows(urls))


_WGET = option_names("-O --output-document -P --directory-prefix -o --output-file -a --append-output -t --tries -T --timeout -U --user-agent --header --user --password --http-user --http-password -i --input-file --post-data --post-file -e --execute -A --accept -R --reject --limit-rate -w --wait -Q --quota --load-cookies --save-cookies -D --domains -I -X -l --level --method --body-data --cut-dirs --referer --ca-certificate --waitretry --dns-timeout --connect-timeout --read-timeout --base -B")  # fmt: skip


def _wget(rest: Words) -> Moved:
    given = split(rest, _WGET)
    urls = [word for word in given.rest if not _LOCAL.match(word.text)]
    folder, output = given.first("-P", "--directory-prefix"), given.first("-O", "--output-document")
    lists = flows(given.every("-i", "--input-file"), "config")
    if given.has("--spider", "--post-data", "--post-file", "--method", "--body-data"):
        return Moved()
    if output is not None:
        if output.text in ("-", "/dev/stdout"):
            return Moved(shown=flows(urls))
        return Moved(flows(urls) + lists, flows([output]) if output.text != "/dev/null" else ())
    if given.has("-r", "--recursive", "-m", "--mirror", "-i", "--input-file"):
        return Moved(flows(urls) + lists, flows([folder]) if folder is not None else ())
    return _into(urls, folder)


def _into(urls: Sequence[Word], folder: Word | None) -> Moved:
    """Downloads that keep their names."""
    named = [(url, name_of(url.text)) for url in urls]
    writes = [joined(folder, name, url) for url, name in named if name and name != url.text.partition("://")[2]]
    return Moved(flows(urls), flows(writes))


def _aria2c(rest: Words) -> Moved:
    given = split(
        rest, option_names("-o --out -d --dir -x -s -j -i --input-file -k --max-connection-per-server --split --header")
    )
    output, folder = given.first("-o", "--out"), given.first("-d", "--dir")
    if output is not None:
        return Moved(flows(given.rest), flows([joined(folder, output.text, output)]))
    return _into(given.rest, folder)


def _gdown(rest: Words) -> Moved:
    """Files and folders of a web drive, by id or address."""
    given = split(rest, option_names("-O --output -f --format --proxy --speed --id --user-agent"))
    source = given.first("--id") or (given.rest[0] if given.rest else None)
    if source is None or not source.text:
        return Moved()
    found = re.search(r"(?:[?&]id=|/d/|/folders/)([\w{}-]+)", source.text)
    place = found.group(1) if found is not None else source.text
    kind = "drive/folders" if given.has("--folder") or "/folders/" in source.text else "file/d"
    url = (
        source
        if is_uri(source.text) and found is None
        else Word(f"https://drive.google.com/{kind}/{place}", source.exact)
    )
    output = given.first("-O", "--output")
    return Moved(flows([url]), flows([output]) if output is not None and output.text != "-" else ())


# --- collections of data and models ---


_KAGGLE = [["datasets", "download"], ["competitions", "download"], ["kernels", "output"], ["d", "download"], ["c", "download"]]  # fmt: skip


def _kaggle(rest: Words) -> Moved | None:
    given = split(
        rest, option_names("-d --dataset -c --competition -p --path -f --file -k --kernel -m --message -v --version")
    )
    head = [word.text for word in given.rest[:2]]
    folder = given.first("-p", "--path")
    if head in (["datasets", "version"], ["datasets", "create"], ["models", "create"]):
        return Moved(flows([folder]) if folder is not None else ())
    if head not in _KAGGLE:
        return None
    name = given.first("-d", "--dataset", "-c", "--competition", "-k", "--kernel") or (
        given.rest[2] if len(given.rest) > 2 else None
    )
    if name is None:
        return Moved()
    group = {"d": "datasets", "c": "competitions", "kernels": "code"}.get(head[0], head[0])
    source = Word(f"https://www.kaggle.com/{group}/{name.text}", name.exact)
    file = given.first("-f", "--file")
    if given.has("--unzip") or head[0] == "kernels":
        return Moved(flows([source]), flows([folder]) if folder is not None and folder.text != "." else ())
    written = file.text if file is not None else f"{name.text.rpartition('/')[2]}.zip"
    return Moved(flows([source]), flows([joined(folder, written, file or name)]))


def _hub(rest: Words) -> Moved | None:
    """`huggingface-cli download org/name [files] --local-dir d`; without a folder it goes to a cache."""
    given = split(
        rest,
        option_names(
            "--local-dir --repo-type --revision --cache-dir --include --exclude --token --commit-message --max-workers"
        ),
    )
    if not given.rest or given.rest[0].text not in ("download", "upload") or len(given.rest) < 2:
        return None
    repo = given.rest[1]
    kind = given.first("--repo-type")
    group = {"dataset": "datasets/", "space": "spaces/"}.get(kind.text if kind is not None else "", "")
    place = Word(f"hf://{group}{repo.text}", repo.exact)
    files, folder = given.rest[2:], given.first("--local-dir")
    if given.rest[0].text == "upload":
        return copied((files[0], place)) if files else Moved()
    sources = [joined(place, file.text, file) for file in files] or [place]
    targets = [joined(folder, file.text, file) for file in files] or [folder] if folder is not None else []
    return Moved(flows(sources), flows(targets))


_DVC = option_names("-o --out -r --remote -j --jobs --rev --config --remote-config --cd --glob -R")


def _dvc(rest: Words) -> Moved | None:
    """`dvc pull x` brings tracked data that the command uses; `dvc get`, `dvc import-url` bring it from elsewhere."""
    given = split(rest, _DVC)
    verb = given.rest[0].text if given.rest else ""
    words, output = given.rest[1:], given.first("-o", "--out")
    if verb in ("pull", "push", "fetch", "checkout"):
        return Moved(flows(Word(word.text.removesuffix(".dvc"), word.exact) for word in words))
    if given.has("--show-url"):
        return Moved()
    if verb in ("get", "import") and len(words) >= 2:
        source = (
            words[0]
            if words[0].text in (".", "")
            else Word(f"{words[0].text.removesuffix('.git')}/{words[1].text}", words[0].exact and words[1].exact)
        )
        return Moved(flows([source]), flows([output or joined(None, name_of(words[1].text), words[1])]))
    if verb in ("get-url", "import-url") and words:
        target = output or (words[1] if len(words) > 1 else joined(None, name_of(words[0].text), words[0]))
        return copied((words[0], target))
    return Moved() if verb in ("get", "import", "get-url", "import-url") else None


_GIT = option_names("-b --branch --depth -C -c --reference -o --origin -u --upload-pack --template --filter -I --include -X --exclude --jobs -j --recurse-submodules --shallow-since --separate-git-dir --config --git-dir --work-tree")  # fmt: skip
_DATA_HOSTS = regex(r"huggingface\.co/|hf\.co/|kaggle\.com/|zenodo\.org/|gin\.g-node\.org/|datasets\.datalad\.org/")


def _git(rest: Words) -> Moved | None:
    """A clone is code unless its host keeps data; LFS and annex bring data that the tree names."""
    given = split(rest, _GIT)
    head = [word.text for word in given.rest[:2]]
    if head[:1] == ["clone"] and len(given.rest) > 1:
        url = given.rest[1]
        name = Word(name_of(url.text.rstrip("/")).removesuffix(".git"), url.exact)
        target = given.rest[2] if len(given.rest) > 2 else name
        kind = "data" if _DATA_HOSTS.search(url.text) else "code"
        return Moved((Flow(url, kind=kind),), (Flow(target, kind=kind),) if target.text else ())
    if head in (["lfs", "pull"], ["lfs", "fetch"], ["lfs", "checkout"]):
        patterns = [part for word in given.every("-I", "--include") for part in word.text.split(",") if part]
        return Moved(flows([*(Word(part) for part in patterns), *given.rest[2:]]) if head[1] != "fetch" else ())
    if head in (["annex", "get"], ["annex", "copy"]):
        return Moved(flows(given.rest[2:]))
    return None


def _datalad(rest: Words) -> Moved | None:
    given = split(rest, option_names("-s --source -d --dataset -J --jobs"))
    verb = given.rest[0].text if given.rest else ""
    if verb == "get":
        return Moved(flows(given.rest[1:]))
    if verb in ("clone", "install"):
        source = given.first("-s", "--source")
        return copied([*([source] if source is not None else []), *given.rest[1:]]) if len(given.rest) > 1 else Moved()
    return None


# --- files ---

_COPY = option_names("-t --target-directory -S --suffix -m --mode -o --owner -g --group -e --rsh --exclude --include --files-from --exclude-from --bwlimit -P -i -l -F -c --chmod --out-format --partial-dir --log-file")  # fmt: skip


def _copy(rest: Words) -> Moved:
    """`cp`, `mv`, `ln`, `rsync`, `scp`, `install`."""
    given = split(rest, _COPY)
    target = given.first("-t", "--target-directory")
    if given.has("--list-only", "--dry-run", "--help"):
        return Moved()
    return copied(given.rest, target) if target is not None and target.text else copied(given.rest)


def _dd(rest: Words) -> Moved:
    ends = {
        name: Word(value, word.exact) for word in rest for name, equals, value in [word.text.partition("=")] if equals
    }
    return copied((ends["if"], ends["of"])) if {"if", "of"} <= set(ends) else Moved()


TRANSFERS: dict[str, Callable[[Words], Moved | None]] = {
    **STORES,
    "curl": _curl,
    "wget": _wget,
    "aria2c": _aria2c,
    "gdown": _gdown,
    "kaggle": _kaggle,
    "huggingface-cli": _hub,
    "hf": _hub,
    "dvc": _dvc,
    "git": _git,
    "datalad": _datalad,
    "cp": _copy,
    "mv": _copy,
    "ln": _copy,
    "rsync": _copy,
    "scp": _copy,
    "install": _copy,
    "dd": _dd,
}
"""Tools by name; each gives None for a command that moves nothing."""

DATA_TOOLS = frozenset(TRANSFERS) - {"cp", "mv", "ln", "install", "dd", "databricks", "az", "hadoop"}
"""Tools whose work is to bring data from one place to another."""
