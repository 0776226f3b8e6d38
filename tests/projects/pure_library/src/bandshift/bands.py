"""A meta-estimator that replaces scores by the observed rate of their band."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import cross_val_predict
from sklearn.utils.validation import check_is_fitted

from bandshift.edges import band_of, equal_mass_edges, equal_width_edges


class BandClassifier(ClassifierMixin, BaseEstimator):
    """Binary classifier whose probabilities are rates observed in bands of out-of-fold scores.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
    bands : number of bands
    strategy : ``"mass"`` for bands of equal size, ``"width"`` for bands of equal width
    smoothing : pseudo-observations at the overall rate that are added to each band
    cv : folds for the out-of-fold scores
    """

    def __init__(
        self,
        estimator: BaseEstimator,
        bands: int = 10,
        strategy: Literal["mass", "width"] = "mass",
        smoothing: float = 1.0,
        cv: int = 5,
    ) -> None:
        self.estimator = estimator
        self.bands = bands
        self.strategy = strategy
        self.smoothing = smoothing
        self.cv = cv

    def fit(self, X: ArrayLike, y: ArrayLike) -> BandClassifier:
        """Learn bands on out-of-fold scores, then refit the estimator on all rows."""
        labels = np.asarray(y)
        self.classes_ = np.unique(labels)
        if self.classes_.size != 2:
            raise ValueError("BandClassifier is for two classes")
        positive = labels == self.classes_[1]
        scores = cross_val_predict(clone(self.estimator), X, labels, cv=self.cv, method="predict_proba")[:, 1]
        self.edges_ = self._edges(scores)
        self.rates_ = self._rates(band_of(scores, self.edges_), positive)
        self.estimator_ = clone(self.estimator).fit(X, labels)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Rates of the bands into which the scores fall."""
        check_is_fitted(self)
        scores = self.estimator_.predict_proba(X)[:, 1]
        rates = self.rates_[band_of(scores, self.edges_)]
        return np.column_stack([1 - rates, rates])

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """The more frequent class of the band."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _edges(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.strategy == "width":
            return equal_width_edges(self.bands)
        return equal_mass_edges(scores, self.bands)

    def _rates(self, band: NDArray[np.intp], positive: NDArray[np.bool_]) -> NDArray[np.float64]:
        count = np.bincount(band, minlength=len(self.edges_) - 1)
        hits = np.bincount(band, weights=positive, minlength=len(self.edges_) - 1)
        overall = positive.mean()
        return (hits + self.smoothing * overall) / np.maximum(count + self.smoothing, 1e-12)
