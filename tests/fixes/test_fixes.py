"""Changes of code: what they write, what they leave, and that the finding is gone afterwards."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from auditor import run
from auditor.fixes import propose, write
from auditor.fixes.files import OutsideError, contents
from auditor.model.audit import Audit
from auditor.model.verdict import PEDANTIC

PD = "import numpy as np\nimport pandas as pd\n\nframe = pd.read_csv('rows.csv')  # as delivered\n"
TRAIN = "from sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\n"


def audited(folder: Path) -> Audit:
    return run.audit(str(folder), persona=PEDANTIC, use_cache=False, jobs=1, as_of=date(2026, 3, 1))


def made(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


CASES = [
    pytest.param(
        "COD002",
        PD + "kept = frame[ frame['age']  != np.nan ]  # odd  spacing stays\n",
        PD + "kept = frame[ pd.notna(frame['age']) ]  # odd  spacing stays\n",
        id="a comparison with NaN",
    ),
    pytest.param(
        "COD002",
        PD + "if (1 > 0) & (frame['age'][0] == float('nan')):\n    pass\n",
        PD + "if (1 > 0) & (pd.isna(frame['age'][0])):\n    pass\n",
        id="brackets around it",
    ),
    pytest.param(
        "COD002",
        PD + "frame[frame['age'] > 120]['age'] = 120\n",
        PD + "frame.loc[frame['age'] > 120, 'age'] = 120\n",
        id="rows, then a column",
    ),
    pytest.param(
        "COD002",
        PD + "frame['age'][frame['age'].isna()] += 1\n",
        PD + "frame.loc[frame['age'].isna(), 'age'] += 1\n",
        id="a column, then rows",
    ),
    pytest.param(
        "COD002",
        PD + "frame['age'].loc[3] = 1\n",
        PD + "frame.loc[3, 'age'] = 1\n",
        id="a column, then a label",
    ),
    pytest.param(
        "COD002",
        PD + "frame['age'].fillna(\n    0,  # nobody\n    inplace=True,\n)\n",
        PD + "frame['age'] = frame['age'].fillna(\n    0,  # nobody\n)\n",
        id="in place on a column",
    ),
    pytest.param(
        "COD004",
        PD + "if frame.empty:\n    ValueError('no rows')  # never seen\n",
        PD + "if frame.empty:\n    raise ValueError('no rows')  # never seen\n",
        id="an error that is only made",
    ),
    pytest.param(
        "COD005",
        "import io\n\nimport requests\nimport torch\n\nx = torch.load(io.BytesIO(requests.get('https://example.org/a').content), weights_only=False)\n",
        "import io\n\nimport requests\nimport torch\n\nx = torch.load(io.BytesIO(requests.get('https://example.org/a').content), weights_only=True)\n",
        id="weights only",
    ),
    pytest.param(
        "COD005",
        "import yaml\n\nx = yaml.load(open('a.yaml'), Loader=yaml.Loader)\n",
        "import yaml\n\nx = yaml.safe_load(open('a.yaml'))\n",
        id="a loader that is safe",
    ),
    pytest.param(
        "COD115",
        PD + "import os\n\nfor name in os.listdir('raw'):\n    print(name)\n",
        PD + "import os\n\nfor name in sorted(os.listdir('raw')):\n    print(name)\n",
        id="a listing",
    ),
    pytest.param(
        "REP001",
        PD
        + TRAIN
        + "a, b = train_test_split(\n    frame,\n    test_size=0.2,\n)\nprint(LogisticRegression().fit(a[['x']], a['y']).score(b[['x']], b['y']))\n",
        PD
        + TRAIN
        + "a, b = train_test_split(\n    frame,\n    test_size=0.2,\n    random_state=0,\n)\nprint(LogisticRegression().fit(a[['x']], a['y']).score(b[['x']], b['y']))\n",
        id="a split without a seed",
    ),
]


@pytest.mark.parametrize(("rule", "before", "after"), CASES)
def test_a_change_writes_what_is_meant_and_mends_the_finding(
    rule: str, before: str, after: str, tmp_path: Path
) -> None:
    made(tmp_path, {"work.py": before})
    found = [finding for finding in audited(tmp_path).findings if finding.rule == rule]
    assert found
    (change,) = propose(tmp_path, found).changes
    assert change.after.decode() == after
    assert change.mended == tuple(found)
    write(tmp_path, change.path, change.before, change.after)
    again = [finding for finding in audited(tmp_path).findings if finding.rule == rule]
    assert not again
    assert not propose(tmp_path, found).changes  # a second time there is nothing left to change


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("frame['age'][0] = 1", id="a row by position or label"),
        pytest.param("frame['age'][rows] = 1", id="rows by a name"),
        pytest.param("frame['age'].iloc[0] = 1", id="a row by position"),
        pytest.param("frame.dropna()", id="what was meant with the result"),
    ],
)
def test_what_cannot_be_told_is_left(line: str, tmp_path: Path) -> None:
    made(tmp_path, {"work.py": PD + "rows = unknown\n" + line + "\n"})
    found = [finding for finding in audited(tmp_path).findings if finding.rule == "COD002"]
    assert found
    assert not propose(tmp_path, found).changes


def test_without_pandas_a_comparison_is_left_with_the_reason(tmp_path: Path) -> None:
    made(tmp_path, {"work.py": "import numpy as np\n\nprint(1.0 == np.nan)\n"})
    proposal = propose(tmp_path, audited(tmp_path).findings)
    assert not proposal.changes
    assert [left.why for left in proposal.left] == ["pandas is not imported here under a name of its own"]


def test_windows_line_ends_and_encodings_stay(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\r\nimport pandas as pd\r\n\r\nf = pd.read_csv('é.csv')\r\nf['é'].fillna(0, inplace=True)\r\n"
    (tmp_path / "work.py").write_bytes(text.encode("latin-1"))
    (change,) = propose(tmp_path, audited(tmp_path).findings).changes
    assert change.after == text.replace("f['é'].fillna(0, inplace=True)", "f['é'] = f['é'].fillna(0)").encode("latin-1")


def notebook(*cells: str, indent: int = 1) -> str:
    listed: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": str(n),
            "metadata": {},
            "outputs": [],
            "source": text.splitlines(keepends=True),
        }
        for n, text in enumerate(cells)
    ]
    return (
        json.dumps(
            {"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=indent, ensure_ascii=False
        )
        + "\n"
    )


def test_cells_are_changed_and_nothing_else(tmp_path: Path) -> None:
    first = "import pandas as pd\nf = pd.read_csv('x.csv')"
    before = notebook(
        first, "x = 'é'\nf['a'].fillna(0, inplace=True)\nf.head()", "f['a'].fillna(0, inplace=True)\nf.head()"
    )
    after = notebook(first, "x = 'é'\nf['a'] = f['a'].fillna(0)\nf.head()", "f['a'] = f['a'].fillna(0)\nf.head()")
    made(tmp_path, {"look.ipynb": before})
    (change,) = propose(tmp_path, audited(tmp_path).findings).changes
    assert change.after.decode() == after


def test_a_notebook_that_cannot_be_written_again_is_left(tmp_path: Path) -> None:
    text = notebook("import pandas as pd\nf = pd.read_csv('x.csv')\nf['a'].fillna(0, inplace=True)\nf.head()").replace(
        '": ', '" : '
    )
    made(tmp_path, {"look.ipynb": text})
    proposal = propose(tmp_path, audited(tmp_path).findings)
    assert not proposal.changes
    assert proposal.left


def test_links_and_paths_that_lead_out_are_never_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    made(outside, {"a.py": "x = 1\n"})
    root.mkdir()
    (root / "folder").symlink_to(outside)
    (root / "a.py").symlink_to(outside / "a.py")
    for path in ("folder/a.py", "a.py", "../outside/a.py", "/etc/hosts", "", "gone.py"):
        with pytest.raises(OutsideError):
            contents(root, path)
        with pytest.raises(OutsideError):
            write(root, path, b"x = 1\n", b"")
    assert (outside / "a.py").read_text() == "x = 1\n"


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    made(tmp_path, {"a.py": "x = 2\n"})
    with pytest.raises(OutsideError):
        write(tmp_path, "a.py", b"x = 1\n", b"")
    assert (tmp_path / "a.py").read_text() == "x = 2\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py"]


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    made(tmp_path, {"a.py": "x = 1\n"})
    (tmp_path / "a.py").chmod(0o755)
    write(tmp_path, "a.py", b"x = 1\n", b"x = 2\n")
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "a.py").read_text() == "x = 2\n"


def test_an_interrupted_change_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, {"work.py": "x = 1\n"})

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path, "work.py", b"x = 1\n", b"x = 2\n")
    assert [(place.name, place.read_text()) for place in tmp_path.iterdir()] == [("work.py", "x = 1\n")]
    write(tmp_path, "work.py", b"x = 1\n", b"x = 2\n")
    assert (tmp_path / "work.py").read_text() == "x = 2\n"
