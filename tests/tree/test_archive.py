"""Archives: all forms, and the tricks that archives play."""

from __future__ import annotations

import io
import random
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from auditor.model.errors import UsageError
from auditor.model.listing import Content, Entry
from auditor.tree import archive as archive_room
from auditor.tree import open_tree
from tests.tree.conftest import Repo

FILES = {"top/a.py": b"a", "top/sub/b.py": b"bb"}


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return path


def make_tar(path: Path, files: dict[str, bytes], *odd: tarfile.TarInfo, form: str = "") -> Path:
    with tarfile.open(path, f"w:{form}") as file:  # type: ignore[call-overload]  # the mode is put together
        for info in odd:
            file.addfile(info)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return path


def info(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


def listed(path: Path) -> tuple[list[Entry], dict[str, bytes | None], tuple[tuple[str, str], ...]]:
    with open_tree(str(path)) as tree:
        entries = list(tree.listing.entries)
        return entries, dict(tree.read(entry.path for entry in entries)), tree.listing.problems


@pytest.mark.parametrize("name", ["x.zip", "x.whl", "x.tar", "x.tar.gz", "x.tgz", "x.tar.bz2", "x.tar.xz", "no-suffix"])
def test_every_form_is_read_and_one_top_folder_passed_over(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(("zip", "whl")):
        make_zip(path, FILES)
    else:
        make_tar(path, FILES, form={"gz": "gz", "tgz": "gz", "bz2": "bz2", "xz": "xz"}.get(name.rpartition(".")[2], ""))
    _, contents, problems = listed(path)
    assert contents == {"a.py": b"a", "sub/b.py": b"bb"}
    assert problems == ()
    with open_tree(str(path)) as tree:
        target = tree.listing.target
        assert (target.kind, target.name, target.history) == ("archive", path.name.partition(".")[0], "none")
        assert list(tree.read(["sub/b.py", "a.py"])) == [("sub/b.py", b"bb"), ("a.py", b"a")]


def test_several_top_folders_are_kept(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.whl", {"pkg/a.py": b"", "pkg-1.dist-info/METADATA": b""})
    assert [entry.path for entry in listed(path)[0]] == ["pkg-1.dist-info/METADATA", "pkg/a.py"]


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_members_outside_are_problems(tmp_path: Path, form: str) -> None:
    names = ["../up.py", "/etc/abs.py", "in/../../up.py", "C:/drive.py", "..\\win.py", "d/ok.py"]
    make = make_zip if form == "zip" else make_tar
    entries, contents, problems = listed(make(tmp_path / f"x.{form}", dict.fromkeys(names, b"x")))
    assert contents == {"ok.py": b"x"}
    assert len(problems) == 5
    assert all("outside of itself" in message for _, message in problems)
    assert not (tmp_path.parent / "up.py").exists()
    assert len(entries) == 1


def test_links_devices_and_pipes_of_a_tar_are_not_read(tmp_path: Path) -> None:
    odd = [
        info("d/soft", tarfile.SYMTYPE, "/etc/passwd"),
        info("d/hard", tarfile.LNKTYPE, "d/a.py"),
        info("d/pipe", tarfile.FIFOTYPE),
        info("d/dev", tarfile.CHRTYPE),
        info("d/dir", tarfile.DIRTYPE),
    ]
    entries, contents, problems = listed(make_tar(tmp_path / "x.tar.gz", {"d/a.py": b"a"}, *odd, form="gz"))
    assert contents == {"a.py": b"a", "soft": None, "hard": None}
    assert [entry.target for entry in entries] == ["", "d/a.py", "/etc/passwd"]
    assert sorted(path for path, _ in problems) == ["d/dev", "d/pipe"]


def test_links_of_a_zip_are_not_followed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        link = zipfile.ZipInfo("d/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("d/a.py", "a")
    entries, contents, _ = listed(tmp_path / "x.zip")
    assert contents == {"a.py": b"a", "link": None}
    assert (entries[1].content, entries[1].target) == (Content.LINK, "/etc/passwd")


def test_a_zip_bomb_is_a_problem_and_not_unpacked(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"d/bomb.py": b"0" * 5_000_000, "d/a.py": b"a"})
    entries, contents, problems = listed(path)
    assert contents == {"a.py": b"a", "bomb.py": None}
    assert entries[1].content is Content.TOO_LARGE
    assert [path for path, _ in problems] == ["d/bomb.py"]


def test_a_member_that_lies_about_its_size_is_not_unpacked_beyond_the_limit(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"d/liar.py": bytes(range(256)) * 400, "d/a.py": b"a"})
    raw = path.read_bytes()
    size = (256 * 400).to_bytes(4, "little")
    path.write_bytes(raw.replace(size, (100).to_bytes(4, "little")))
    with open_tree(str(path), max_bytes=1000) as tree:
        found = dict(tree.read(["liar.py", "a.py"]))
    assert found["a.py"] == b"a"
    assert len(found["liar.py"] or b"") <= 1000


def test_a_packed_tar_that_grows_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_room, "SMALL", 50_000)
    files = {"d/a.py": b"a", "d/bomb": b"0" * 30_000_000, "d/z.py": b"z"}
    _, contents, problems = listed(make_tar(tmp_path / "x.tgz", files, form="gz"))
    assert contents["a.py"] == b"a"
    assert "z.py" not in contents
    assert any("what comes after is not listed" in message for _, message in problems)


def test_the_bounds_on_members_and_on_all_bytes_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_zip(tmp_path / "x.zip", {f"d/{number}.py": b"x" * 100 for number in range(10)})
    monkeypatch.setattr(archive_room, "MAX_TOTAL", 250)
    _, contents, _ = listed(path)
    assert sum(data is not None for data in contents.values()) == 3
    monkeypatch.setattr(archive_room, "MAX_MEMBERS", 4)
    entries, _, problems = listed(path)
    assert len(entries) == 4
    assert "more than 4 members" in problems[0][1]


def test_large_members_are_listed_and_not_read(tmp_path: Path) -> None:
    for path in (make_zip(tmp_path / "x.zip", FILES), make_tar(tmp_path / "x.tar", FILES)):
        with open_tree(str(path), max_bytes=1) as tree:
            assert dict(tree.read(["a.py", "sub/b.py"])) == {"a.py": b"a", "sub/b.py": None}


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7])
@pytest.mark.parametrize("name", ["x.tar.gz", "x.tar", "x.zip"])
def test_a_torn_archive_is_told_and_never_crashes(tmp_path: Path, name: str, share: float) -> None:
    files = {f"top/{number}.bin": random.Random(number).randbytes(5000) for number in range(9)}  # noqa: S311  # bytes that do not pack
    if name.endswith("zip"):
        whole = make_zip(tmp_path / "whole", files).read_bytes()
    else:
        whole = make_tar(tmp_path / "whole", files, form="gz" if name.endswith("gz") else "").read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
    try:
        _, contents, problems = listed(tmp_path / name)
    except UsageError:
        return  # nothing of it could be understood
    assert problems or any(data is None for data in contents.values())


@pytest.mark.parametrize("data", [b"", b"just text", b"\x1f\x8b broken", b"PK\x05\x06" + b"\0" * 18, b"\0" * 10240])
def test_what_is_no_archive_or_an_empty_one_is_the_users_mistake(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(UsageError, match="archive"):
        open_tree(str(tmp_path / "x.zip"))


def test_an_archive_has_no_revision(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--rev"):
        open_tree(str(make_zip(tmp_path / "x.zip", FILES)), rev="HEAD")


@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_what_git_archived_tells_its_commit(repo: Repo, tmp_path: Path, form: str) -> None:
    sha = repo.commit({"a.py": "a", "vendor/b.py": "b", "auditor.toml": "exclude = []\n"})
    repo.git("archive", f"--format={form}", "--prefix=lens-1/", "-o", str(tmp_path / f"lens.{form}"), "HEAD")
    with open_tree(str(tmp_path / f"lens.{form}")) as tree:
        assert tree.listing.target.revision == sha
        assert [entry.path for entry in tree.listing.entries] == ["a.py", "auditor.toml"]
        assert [row.reason for row in tree.listing.excluded] == ["vendored"]
        assert tree.settings.source == "auditor.toml"


def test_names_that_are_no_utf8_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as file:
        file.addfile(tarfile.TarInfo("d/caf\udce9.py"))
        file.addfile(tarfile.TarInfo("d/a.py"))
    _, contents, problems = listed(path)
    assert contents == {"a.py": b"", "caf\\xe9.py": b""}
    assert len(problems) == 1


def test_an_encrypted_member_is_none(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"d/a.py": b"secret"})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    path.write_bytes(raw)
    assert listed(path)[1] == {"a.py": None}
