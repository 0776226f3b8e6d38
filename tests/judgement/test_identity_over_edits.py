"""Findings keep their identity over edits that change nothing: lines put in, code put in another form, files renamed."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.engine import judge, registry
from auditor.judgement.fingerprints import fingerprinted
from auditor.lifecycle.matching import match
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = [registry().rules[id_] for id_ in ("LKG001", "REP001", "COD002", "COD004", "DAT005", "REP002")]
TRAIN = """import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

frame = pd.read_csv("/home/ines/data/customers.csv")
if frame["age"].iloc[0] == np.nan:
    print("no age")
scaled = StandardScaler().fit_transform(frame[["age", "usage"]])
a, b, c, d = train_test_split(scaled, frame["churn"])
model = LogisticRegression().fit(a, c)
print(model.score(b, d))


def load(paths):
    rows = []
    for path in paths:
        try:
            rows.append(pd.read_csv(path))
        except Exception:
            continue
    return rows


def fit(net, batches, optimiser):
    for inputs, targets in batches:
        loss = torch.nn.functional.mse_loss(net(inputs), targets)
        loss.backward()
        optimiser.step()
"""
FILES = {"train.py": TRAIN, "lib/again.py": TRAIN.replace("ines", "jorge"), "requirements.txt": "pandas\nnumpy\n"}
EDITS = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def told(files: Mapping[str, str]) -> tuple[Finding, ...]:
    return fingerprinted(judge(graphs(dict(files), archetypes="P").components, RULES).findings)


BEFORE = told(FILES)


def marks(findings: tuple[Finding, ...]) -> list[str]:
    return sorted(finding.fingerprint for finding in findings)


def starts(text: str) -> list[int]:
    """The lines before which a line may be put in: those where a statement begins."""
    return sorted({node.lineno - 1 for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)})


def breaks(text: str) -> list[tuple[int, int]]:
    """Where a line may be broken: behind commas and opening brackets inside brackets."""
    found, depth = [], 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        if token.type == tokenize.OP and token.string in "([{," and depth > 0:
            found.append(token.end)
    return found


def with_lines(text: str, at: Mapping[int, str]) -> str:
    lines = text.splitlines()
    for number in sorted(at, reverse=True):
        indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
        lines.insert(number, f"{indent}{at[number]}" if at[number] else "")
    return "\n".join(lines) + "\n"


def broken(text: str, at: list[tuple[int, int]]) -> str:
    lines = text.splitlines()
    for row, column in sorted(at, reverse=True):
        line = lines[row - 1]
        lines[row - 1 : row] = [line[:column], "            " + line[column:].lstrip()]
    return "\n".join(lines) + "\n"


def test_there_is_something_to_keep() -> None:
    assert len({finding.rule for finding in BEFORE}) >= 6
    assert len(set(marks(BEFORE))) == len(BEFORE)


@EDITS
@given(
    st.dictionaries(st.sampled_from(starts(TRAIN)), st.sampled_from(["", "# why", "# TODO: look again"]), max_size=12)
)
def test_lines_that_are_put_in(at: dict[int, str]) -> None:
    after = told({**FILES, "train.py": with_lines(TRAIN, at)})
    assert marks(after) == marks(BEFORE)


@EDITS
@given(st.lists(st.sampled_from(breaks(TRAIN)), max_size=20, unique=True), st.booleans())
def test_another_form_of_the_same_code(at: list[tuple[int, int]], plain: bool) -> None:
    text = broken(TRAIN, at)
    after = told({**FILES, "train.py": ast.unparse(ast.parse(text)) + "\n" if plain else text})
    assert marks(after) == marks(BEFORE)


@EDITS
@given(
    st.sampled_from(["fitting.py", "src/train.py", "a/b/c.py"]),
    st.dictionaries(st.sampled_from(starts(TRAIN)), st.just("# moved"), max_size=5),
)
def test_a_file_that_is_renamed(name: str, at: dict[int, str]) -> None:
    files = {path: text for path, text in FILES.items() if path != "train.py"}
    matched = match(BEFORE, told({**files, name: with_lines(TRAIN, at)}), {"train.py": name})
    assert not matched.gone
    assert not matched.come
