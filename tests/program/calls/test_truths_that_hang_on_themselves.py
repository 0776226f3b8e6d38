"""Tests that hang on themselves end in "not known", never in a crash."""

from __future__ import annotations

from tests.pages import graphs

CYCLE = (
    "import pandas as pd\n\n\nclass Loader:\n    def __init__(self, on):\n        if self.on:\n            on = 1\n        self.on = on\n\n"
    "    def go(self, path):\n        if self.on:\n            pd.read_csv(path)\n\n\nloader = Loader(True)\nloader.go('a.csv')\n"
)


def test_a_field_that_hangs_on_itself() -> None:
    (graph,) = graphs({"a.py": CYCLE}, archetypes="P").components
    assert graph.programs == ("a.py",)
