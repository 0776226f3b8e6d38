"""Churn prediction for Halden Mobile."""

__version__ = "1.7.0"
