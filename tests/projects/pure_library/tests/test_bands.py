"""Bands on synthetic data."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

from bandshift import BandClassifier, band_report, equal_mass_edges, equal_width_edges


@pytest.fixture
def data():
    return make_classification(n_samples=400, random_state=3)


def test_probabilities_are_rates_of_bands(data):
    X, y = data
    model = BandClassifier(LogisticRegression(), bands=5).fit(X, y)
    rates = model.predict_proba(X)[:, 1]
    assert set(np.round(rates, 9)) <= set(np.round(model.rates_, 9))
    assert ((rates >= 0) & (rates <= 1)).all()


def test_three_classes_are_refused():
    with pytest.raises(ValueError, match="two classes"):
        BandClassifier(LogisticRegression()).fit(np.zeros((6, 1)), [0, 1, 2, 0, 1, 2])


def test_edges():
    assert equal_width_edges(2).tolist() == [0, 0.5, 1]
    assert equal_mass_edges([0.1, 0.2, 0.3, 0.9], 2)[1] == pytest.approx(0.25)
    with pytest.raises(ValueError, match="no scores"):
        equal_mass_edges([], 2)


def test_report_counts_every_score():
    rows = band_report([0.1, 0.6, 1.0], [0, 1, 1], [0, 0.5, 1])
    assert [row.count for row in rows] == [1, 2]
    assert rows[1].rate == 1
