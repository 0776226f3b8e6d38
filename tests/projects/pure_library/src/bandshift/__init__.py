"""Calibrated banding of scores for scikit-learn."""

from bandshift.bands import BandClassifier
from bandshift.edges import equal_mass_edges, equal_width_edges
from bandshift.report import band_report

__all__ = ["BandClassifier", "band_report", "equal_mass_edges", "equal_width_edges"]
