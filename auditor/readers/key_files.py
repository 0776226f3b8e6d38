"""Files that hold keys and logins: nothing is kept of them but that a credential stands there."""

from __future__ import annotations

from auditor.model.facts import Facts
from auditor.readers.contract import Reader


def read(data: bytes) -> Facts:
    """The number of lines; what credentials they hold is told of every file alike."""
    return Facts(kind="key-file", lines=data.count(b"\n"))


READER = Reader(
    name="key-file",
    names=(
        "*.pem", "*.key", "*.p8", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pypirc", ".npmrc",
        ".git-credentials", "credentials", "kaggle.json",
    ),
    read=read,
)  # fmt: skip
