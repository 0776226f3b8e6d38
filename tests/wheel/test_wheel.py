"""What a user installs: built, installed into a clean environment, and run far from this checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "tests" / "projects" / "churn_indebted"


def run(*command: str | Path, cwd: Path, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Runs a command outside the checkout; its output is shown if the exit code is not the expected one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=environment, capture_output=True, text=True)
    if expect is not None:
        assert done.returncode == expect, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def build(source: Path, target: Path, kind: str) -> Path:
    run(sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", target, source, cwd=target.parent)
    [built] = target.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("sdist") / "out", "sdist")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel") / "out", "wheel")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of a fresh environment that has the wheel and what it asks for, nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder / "venv", with_pip=True)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip: list[str | Path] = [scripts / "python", "-m", "pip", "--disable-pip-version-check"]
    if run(*pip, "download", "--quiet", "--no-deps", "--dest", folder, "click", cwd=folder, expect=None).returncode:
        pytest.skip("pip cannot reach a package index, so the wheel's dependencies cannot be installed")
    run(*pip, "install", "--quiet", wheel, cwd=folder)
    return scripts


def members(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def tracked(*folders: str) -> set[str]:
    """Files of the checkout in these folders that git would keep."""
    done = run("git", "ls-files", "-co", "--exclude-standard", *folders, cwd=ROOT)
    return {path for path in done.stdout.splitlines() if (ROOT / path).is_file()}


def test_the_wheel_holds_the_package_and_its_content_and_nothing_else(wheel: Path) -> None:
    names = members(wheel)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"auditor"}
    wanted = tracked("auditor") | {f"auditor/{path}" for path in tracked("rules", "reports")}
    assert wanted - names == set()
    assert {name for name in names if "__pycache__" in name or name.endswith(".pyc")} == set()
    assert "auditor/py.typed" in names


def test_a_wheel_from_the_sdist_is_the_same(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # came with 3.11.4
        archive.extractall(tmp_path)  # noqa: S202  # the archive that this test made
    [source] = tmp_path.iterdir()
    assert members(build(source, tmp_path / "out", "wheel")) == members(wheel)


def test_only_auditor_lands_in_site_packages(installed: Path, tmp_path: Path) -> None:
    show = "import importlib.metadata as m; print(*sorted({f.parts[0] for f in m.files('ml-debt-auditor')}))"
    places = run(installed / "python", "-c", show, cwd=tmp_path).stdout.split()
    assert [place for place in places if not place.endswith(".dist-info") and place != ".."] == ["auditor"]


def test_rules_and_templates_are_found_far_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    show = (
        "import auditor, auditor.rules, auditor.reports, importlib.resources as r;"
        "content = [r.files('auditor') / folder for folder in ('rules', 'reports/templates')];"
        "print(auditor.__path__, *(item.name for folder in content for item in folder.iterdir()))"
    )
    shown = run(installed / "python", "-c", show, cwd=tmp_path).stdout
    assert str(ROOT) not in shown
    assert "leakage" in shown
    assert ".html" in shown
    listed = json.loads(run(installed / "auditor", "rules", "--json", cwd=tmp_path).stdout)
    pages = {path for path in tracked("rules") if path.endswith(".md") and path.count("/") == 2}
    assert len(listed) == len(pages) > 0


def test_audits_the_bundled_project_from_another_folder(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "auditor", "audit", EXAMPLE, "--cache-dir", tmp_path / "cache", cwd=tmp_path)
    assert "debt" in done.stdout
    assert (tmp_path / "debt-report.html").stat().st_size > 1000
    report = json.loads((tmp_path / "debt-report.json").read_text(encoding="utf-8"))
    assert report["errors"] == []
    assert len({finding["rule"] for finding in report["findings"]}) > 5
