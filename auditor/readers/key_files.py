"""Files that hold keys, certificates and logins: nothing is kept of them but that a credential stands there, and for whom."""

from __future__ import annotations

from auditor.language.certificate import is_for_this_machine
from auditor.model.facts import Facts
from auditor.readers.contract import Reader


def read(data: bytes) -> Facts:
    """The number of lines, and whether certificates are for a machine of one's own; credentials are told of every file alike."""
    here = is_for_this_machine(data)
    attrs = () if here is None else (("certificate", "local" if here else "other"),)
    return Facts(kind="key-file", lines=data.count(b"\n"), attrs=attrs)


READER = Reader(
    name="key-file",
    names=(
        "*.pem", "*.key", "*.p8", "*.crt", "*.cer", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pypirc", ".npmrc",
        ".git-credentials", "credentials", "kaggle.json",
    ),
    read=read,
)  # fmt: skip
