"""Runs a program over rows and says what the definitions find in it."""

from __future__ import annotations

from auditor.knowledge import load
from auditor.program import resolve
from auditor.program.rows import shuffling, verdicts
from auditor.program.rows.trace import Trace
from auditor.readers import candidates, read_file

HEAD = """\
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
df = pd.read_csv('data.csv')
X, y = df.drop(columns=['y']), df['y']
"""
SPLIT = "X_tr, X_te, y_tr, y_te = train_test_split(X, y)\n"
JUDGE = "model = LogisticRegression().fit(X_tr, y_tr)\nprint(model.score(X_te, y_te))\n"


def run(files: dict[str, str] | str, path: str = "train.py") -> Trace:
    """The trace of one program of a tree."""
    tree = {path: files} if isinstance(files, str) else files
    facts = {name: read_file(candidates(name), text.encode()) for name, text in tree.items()}
    trace = resolve(facts, frozenset(tree), load()).rows.of(path)
    assert trace is not None
    return trace


def found(files: dict[str, str] | str, path: str = "train.py") -> set[str]:
    """Which kinds of leakage the program shows."""
    trace = run(files, path)
    said = {
        "preprocessing": bool(verdicts.preprocessing(trace)),
        "overlap": any(o.resampled is None for o in verdicts.overlaps(trace)),
        "resampled": any(o.resampled is not None for o in verdicts.overlaps(trace)),
        "reuse": bool(verdicts.repeated(trace, lambda _: frozenset())),
        "on training rows": bool(verdicts.on_training_rows(trace)),
        "unheld": bool(verdicts.unheld(trace)),
        "time": bool(shuffling.shuffled_in_time(trace)),
    }
    return {name for name, holds in said.items() if holds}
