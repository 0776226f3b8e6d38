"""What the documents of a tree say in prose: which files, data and terms they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from auditor.graph.declared.filled_folders import FilledFolders
from auditor.model.facts import Facts, Section
from auditor.model.regex import regex

_GENERIC = frozenset({
    "data", "raw", "interim", "processed", "external", "input", "inputs", "output", "outputs", "train", "test",
    "val", "valid", "validation", "images", "image", "labels", "models", "model", "src", "features", "dataset",
    "datasets", "csv", "json", "files", "file", "notebooks", "scripts", "tmp", "temp", "results", "main", "app",
    "config",
})  # fmt: skip

_ON_DATA = regex(
    r"^[\W\d_]*(?:(?:about|the|our|training|raw|input|used|supported|available|downloading|getting|download|get)\s+)*"
    r"(?:data ?-?sets?|data|corpus|corpora|features|columns)\b"
    r"(?:\s+(?:sets?|cards?|sheets?|dictionary|description|sources?|files?|details|overview|information|structure|format|preparation|download|collection|used|schema|license|licence))*[\W_]*$",
    re.I,
)
"""Headings of a chapter that is about the data themselves."""
_COMMAND = regex(
    r"^\s*(?:[$>%!#]|(?:dvc|git|python3?|pip3?|cd|mv|cp|rm|mkdir|wget|curl|docker|make|bash|sh|source|export|conda)\s)"
)
_ORIGIN = regex(
    r"\b(data ?-?sets?|data|corpus|images|records|recordings)\b[^.\n]{0,120}"
    r"\b(from|sourced?|obtained|download(ed)?|collected|provided|published|available|released|kaggle|uci|zenodo|https?)\b",
    re.I,
)
_CALLED = regex(
    r"^[\s*+#-]*(?i:data ?-?sets?|datos|dados|donn[ée]es|daten(?:satz)?|данные|датасет|数据集|データセット|데이터셋|veri seti|dữ liệu)\s*[:：]\s*"
    r"(?:[\w-]*[A-Z][\w-]*\s+){1,6}[\w-]*[A-Z]|(?:[A-Z][\w-]+\s+){3,6}(?i:data ?-?sets?|corpus)\b"
)
"""A data set called by a name of its own, in a list of what was used or in a sentence."""
_LINKED = regex(r"https?://[^\s)\"'<>]+/([\w-]+)\.[\w.]+")
_ADDRESSED = regex(r"https?://[^\s)\"'<>?#]+")
_PUBLISHED = regex(
    r"\b(?:data ?-?sets?|data|corpus|images)\b[^.\n]{0,160}https?://(?:www\.)?"
    r"(?:kaggle\.com/(?:datasets|c|competitions)/|huggingface\.co/datasets/|zenodo\.org/|doi\.org/|figshare\.com/|data\.mendeley\.com/"
    r"|archive\.ics\.uci\.edu/|(?:www\.)?openml\.org/|physionet\.org/|drive\.google\.com/)",
    re.I,
)
_ARCHIVED = regex(
    r"(?:kaggle\.com/(?:datasets|c|competitions)|huggingface\.co/datasets|archive\.ics\.uci\.edu/(?:ml/datasets|dataset)|openml\.org/d"
    r"|data\.mendeley\.com/datasets|physionet\.org/content)/([\w./-]+)|kaggle (?:datasets|competitions|d|c) download (?:-[dc] )?([\w./-]+)",
    re.I,
)
"""How a document points to a set that an archive or a platform keeps under a name."""
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
"""What of ASCII is no letter or digit."""
_TELLING = 8
"""Letters from which the stem of a name is no everyday word."""
_OF_ADDRESS = 12
"""Letters from which several words of an address (`grocery-sales-forecasting`) name nothing else."""
_OF_FOLDER = 6
"""Letters from which the name of a folder is no everyday word."""
_A_NAME = 3
"""Words under a heading on data that name them."""
_A_SENTENCE = 5


class Documents:
    """All documents of a tree but the forms under `.github`."""

    def __init__(self, files: Mapping[str, Facts]) -> None:
        self.sections: tuple[tuple[str, Section], ...] = tuple(
            (path, section)
            for path, facts in sorted(files.items())
            for section in facts.sections
            if not path.startswith(".github")
        )
        self._filled = FilledFolders(files, self.sections)

    @cached_property
    def text(self) -> str:
        """Titles and texts one after the other."""
        return " ".join(f"{section.title} {section.text}" for _, section in self.sections)

    @cached_property
    def lowered(self) -> str:
        """The same in small letters."""
        return self.text.lower()

    @cached_property
    def _words(self) -> str:
        return plain(self.text)

    @cached_property
    def describes_data(self) -> bool:
        """Whether some document has a chapter on the data, or says where they come from."""
        return any(
            (_ON_DATA.search(section.title) and len(section.text.split()) >= _A_NAME)
            or _ORIGIN.search(f"{section.title}. {section.text}")
            or any(map(_CALLED.search, section.text.split("\n")))
            for _, section in self.sections
        )

    def describes(self, path: str) -> bool:
        """Whether a sentence of some document is about a file, its folder or a telling part of its path; a command is none."""
        stems = [part.partition(".")[0] for part in path.split("/")]
        parts = [plain(part) for part in stems if len(part) > 3 and part.lower() not in _GENERIC]
        return any(any(part in plain(line) for part in parts) for line in self._sentences)

    @cached_property
    def _sentences(self) -> list[str]:
        lines = (line for _, section in self.sections for line in (section.title, *section.text.split("\n")))
        return [line for line in lines if len(line.split()) >= _A_SENTENCE and not _COMMAND.match(line)]

    @cached_property
    def links_to_data(self) -> bool:
        """Whether a sentence on the data links to where they were published."""
        return bool(_PUBLISHED.search(self.text))

    def names(self, path: str) -> bool:
        """Whether a document names one of the telling parts of a path, however it spells it (`COCO-Text`, `COCO Text`)."""
        return any(
            plain(part) in self._words for part in path.split("/") if len(part) > 2 and part.lower() not in _GENERIC
        )

    def tells_of(self, path: str) -> bool:
        """Whether a document tells of a file: by its name, its folder, a telling part of its path, where such a folder is had, or
        what fills it."""
        folder, _, name = path.rpartition("/")
        told = name in self.text or (bool(folder) and f"{folder}/" in self.text) or self.names(path)
        return (
            told
            or any(each in plain(part) for part in folder.split("/") for each in self._addressed)
            or self._filled.tell_of(path)
        )

    def offers(self, path: str) -> bool:
        """Whether a document links to a file of that name, packed or not, alone or with its folder: whoever needs it can have
        it without making it."""
        *folders, name = path.split("/")
        if len(stem := name.partition(".")[0]) >= _TELLING and stem in self._linked:
            return True
        telling = [plain(f) for f in folders if len(f) >= _OF_FOLDER and f.lower() not in _GENERIC]
        return any(plain(linked).startswith(folder) for linked in self._linked for folder in telling)

    def archives(self, path: str) -> bool:
        """Whether a document points to a published set by whose name a file, or a folder that it lies in, is called."""
        parts = [plain(part.partition(".")[0]) for part in path.split("/") if part.lower() not in _GENERIC]
        telling = [part for part in parts if len(part) >= _TELLING]
        return any(
            part in name or (len(name) >= _OF_ADDRESS and name in part) for name in self._archived for part in telling
        )

    @cached_property
    def _archived(self) -> frozenset[str]:
        """The names of the sets, and of whoever keeps them there."""
        found = (one or other for one, other in _ARCHIVED.findall(self.text))
        return frozenset(word for slug in found for part in slug.split("/") if len(word := plain(part)) >= _TELLING)

    @cached_property
    def _addressed(self) -> frozenset[str]:
        """Parts of addresses that are several words: archives are unpacked into folders that are called after them."""
        parts = {part for address in _ADDRESSED.findall(self.text) for part in address.split("/") if "-" in part}
        return frozenset(word for part in parts if len(word := plain(part)) >= _OF_ADDRESS)

    @cached_property
    def _linked(self) -> frozenset[str]:
        return frozenset(_LINKED.findall(self.text))


def plain(text: str) -> str:
    """A text without anything but small letters and digits."""
    # Most of a long text is of ASCII, of which the rest is taken out many times faster so.
    kept = text.lower().encode("utf-8", "surrogatepass").translate(None, _SIGNS).decode("utf-8", "surrogatepass")
    return kept if kept.isascii() else re.sub(r"[\W_]+", "", kept)
