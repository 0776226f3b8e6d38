"""Tools of object stores and clusters: what each of their commands reads and writes. Pure functions over words."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.language.arguments import option_names, split
from auditor.model.facts import Word
from auditor.program.running.flows import Flow, Moved, copied, name_of
from auditor.program.symbolic.values import is_uri

Words = tuple[Word, ...]


_AWS = option_names("--profile --region --endpoint-url --exclude --include --acl --storage-class --sse --sse-kms-key-id --content-type --cache-control --metadata --expires --page-size --request-payer --source-region --output --query --grants --bucket --key --body --version-id")  # fmt: skip


def _aws(rest: Words) -> Moved | None:
    given = split(rest, _AWS)
    head = tuple(word.text for word in given.rest[:2])
    if head[:1] == ("s3",) and head[1:] in (("cp",), ("mv",), ("sync",)):
        return (
            copied(given.rest[2:4], contents=head[1] == "sync" or given.has("--recursive"))
            if len(given.rest) >= 4
            else Moved()
        )
    if head in (("s3api", "get-object"), ("s3api", "put-object")):
        bucket, key = given.first("--bucket"), given.first("--key")
        if bucket is None or key is None:
            return Moved()
        place = Word(f"s3://{bucket.text}/{key.text}", bucket.exact and key.exact)
        if head[1] == "get-object":
            return copied((place, *given.rest[2:3])) if len(given.rest) > 2 else Moved()
        body = given.first("--body")
        return copied((body, place)) if body is not None else Moved()
    return None


def _verbs(heads: str, verbs: str, valued: str = "", *, files: int = 0) -> Callable[[Words], Moved | None]:
    """A tool of the form `tool [head] verb a b … target`; `files` limits the words behind the verb."""

    def read(rest: Words) -> Moved | None:
        given = split(rest, option_names(valued))
        words = list(given.rest)
        for head in heads.split():
            if words and words[0].text in head.split("|"):
                del words[0]
            else:
                return None
        if not words or words[0].text not in verbs.split():
            return None
        ends = words[1 : 1 + files] if files else words[1:]
        contents = words[0].text in ("sync", "rsync", "mirror", "s")
        return copied(ends, contents=contents) if len(ends) > 1 else Moved()

    return read


def _rclone(rest: Words) -> Moved | None:
    """`rclone copy remote:path folder`: a remote is named by the tool's own configuration."""
    made = _verbs(
        "",
        "copy sync move copyto moveto",
        "--include --exclude --filter --transfers --config -P --bwlimit --checkers --min-size --max-age",
        files=2,
    )(rest)
    if made is None:
        return None

    def named(flow: Flow) -> Flow:
        return msgspec.structs.replace(
            flow, word=Word(flow.word.text.replace("ssh://", "rclone://", 1), flow.word.exact)
        )

    return msgspec.structs.replace(made, reads=tuple(map(named, made.reads)), writes=tuple(map(named, made.writes)))


def _az(rest: Words) -> Moved | None:
    """`az storage blob upload -f file -c container -n name`, and the batch forms."""
    given = split(rest, option_names("-f --file -c --container-name -n --name -d --destination -s --source --account-name --account-key --connection-string --sas-token --pattern -o --output --query --subscription --destination-path --source-container --auth-mode -g"))  # fmt: skip
    head = [word.text for word in given.rest[:3]]
    if head[:2] not in (["storage", "blob"], ["storage", "fs"], ["storage", "copy"]):
        return None
    account = given.first("--account-name") or Word("{account}", exact=False)
    container, name = given.first("-c", "--container-name"), given.first("-n", "--name")
    source, target, file = (
        given.first("-s", "--source"),
        given.first("-d", "--destination"),
        given.first("-f", "--file"),
    )
    if head[1] == "copy":
        return copied((source, target)) if source and target else Moved()
    verb = head[2] if len(head) > 2 else ""
    if verb in ("upload", "download") and container is not None and file is not None:
        place = Word(f"az://{account.text}/{container.text}/{name.text if name else name_of(file.text)}", account.exact and container.exact and (name is None or name.exact))  # fmt: skip
        return copied((file, place) if verb == "upload" else (place, file))
    if verb in ("upload-batch", "download-batch") and source is not None and target is not None:
        container, local = (target, source) if verb == "upload-batch" else (source, target)
        place = Word(f"az://{account.text}/{container.text}", account.exact and container.exact)
        return copied((local, place) if verb == "upload-batch" else (place, local))
    return Moved() if verb in ("upload", "download", "upload-batch", "download-batch", "copy", "sync") else None


_HDFS = {
    "-put": 1,
    "-copyFromLocal": 1,
    "-moveFromLocal": 1,
    "-get": -1,
    "-copyToLocal": -1,
    "-getmerge": -1,
    "-cp": 0,
    "-mv": 0,
}


def _hdfs(rest: Words) -> Moved | None:
    """`hdfs dfs -put a /b`: paths of the cluster are absolute or under the user's folder there."""
    texts = [word.text for word in rest]
    at = next((position for position, text in enumerate(texts) if text in _HDFS), None)
    if at is None or texts[0] not in ("dfs", "fs"):
        return None
    ends = [word for word in rest[at + 1 :] if not word.text.startswith("-")]
    if len(ends) < 2:
        return Moved()
    way = _HDFS[texts[at]]
    sources = ends[:-1] if way == 1 else [_on_cluster(word) for word in ends[:-1]]
    return copied(sources, ends[-1] if way == -1 else _on_cluster(ends[-1]))


def _on_cluster(word: Word) -> Word:
    return word if is_uri(word.text) else Word(f"hdfs://default/{word.text.lstrip('/')}", word.exact)


STORES: dict[str, Callable[[Words], Moved | None]] = {
    "aws": _aws,
    "s5cmd": _verbs("", "cp mv sync", "--endpoint-url --profile --concurrency"),
    "s3cmd": _verbs("", "get put sync cp mv", "-c --config --access_key --secret_key --host"),
    "mc": _verbs("", "cp mirror mv"),
    "gsutil": _verbs("", "cp rsync mv", "-o -h -x -a -z -j -u"),
    "gcloud": _verbs("storage", "cp rsync mv", "--project --account --exclude --impersonate-service-account"),
    "az": _az,
    "rclone": _rclone,
    "databricks": _verbs("fs", "cp", "--profile -p"),
    "dbfs": _verbs("", "cp", "--profile"),
    "hdfs": _hdfs,
    "ossutil": _verbs("", "cp sync"),
    "azcopy": _verbs("", "copy cp c sync s", "--include-pattern --exclude-pattern --log-level --from-to"),
}
"""Tools by name; each gives None for a command that moves nothing."""
