"""Trees of folders that documents draw."""

from auditor.language.drawn_tree import drawn_paths


def test_a_drawn_tree_gives_whole_paths() -> None:
    text = """Structure should be:
```
./input/
├── raw  # as it is fetched
│   ├── imgs
│   │   └── <all patients>.png
│   └── train.csv   the labels
└── <csv files>.csv
```
Then run it.
|-- models/
|   `-- net.pt
+-- README.md
"""
    assert list(drawn_paths(text)) == [
        "input/raw",
        "input/raw/imgs",
        "input/raw/imgs/<all patients>.png",
        "input/raw/train.csv",
        "input/<csv files>.csv",
        "models",
        "models/net.pt",
        "README.md",
    ]


def test_what_draws_no_tree_gives_none() -> None:
    assert not list(drawn_paths("| a | b |\n|---|---|\n| 1 | 2 |\n- one\n  - two\n"))
