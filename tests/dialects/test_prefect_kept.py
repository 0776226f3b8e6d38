"""What the flows of Prefect say is kept from tree to tree, and found again where something changed that it was found by."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.dialects import prefect
from auditor.dialects.contract import Seen
from auditor.program import Memory
from auditor.program.kept.answers import View
from tests.dialects.returning import changed_and_back, said
from tests.program.kept.shop import Contents, Held, Texts, gone, put, replaced

DEPLOYED = "entrypoint: flows/churn.py:main\nflow_name: churn\nschedule:\n  cron: 0 3 * * *\n"
START: Texts = {
    "flows/churn.py": "from prefect import flow\nfrom work import get, keep\n@flow\ndef main():\n    keep(get())\n",
    "flows/work.py": "from prefect import task\n@task\ndef get():\n    return 1\n@task\ndef keep(rows):\n    return rows\n",
    "flows/churn-deployment.yaml": DEPLOYED,
    "plain/run.py": "print(1)\n",
}
CHANGES: dict[str, Callable[[Texts], None]] = {
    "a task of another name": replaced("flows/work.py", "@task\ndef get", "@task(name='load')\ndef get"),
    "no task": replaced("flows/work.py", "@task\ndef keep", "def keep"),
    "another time": replaced("flows/churn-deployment.yaml", "3", "4"),
    "no deployment": gone("flows/churn-deployment.yaml"),
    "another flow": put("more/run.py", "from prefect import flow\n@flow\ndef more():\n    print(1)\n"),
    "no flow": gone("flows/churn.py"),
    "a line above": replaced("flows/churn.py", "from prefect", "\nfrom prefect"),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_and_back(change: str) -> None:
    before, after = changed_and_back(START, CHANGES[change])
    assert before != after


def test_flows_run_again_only_where_they_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    contents, memory, held, texts, ran = Contents(), Memory(), Held(), dict(START), list[str]()
    said(contents, texts, memory)
    said(contents, texts, Memory(held))

    class Noted(Seen):
        def __init__(self, view: View) -> None:
            super().__init__(view)
            ran.append(view.path)

    monkeypatch.setattr(prefect, "Seen", Noted)
    texts["plain/run.py"] = "print(2)\n"
    for each in (memory, Memory(held)):
        said(contents, texts, each)
    assert ran == []
    CHANGES["a task of another name"](texts)
    for each in (memory, Memory(held)):
        said(contents, texts, each)
    assert ran == ["flows/churn.py", "flows/churn.py"]
