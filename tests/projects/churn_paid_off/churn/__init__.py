"""Churn prediction for Halden Mobile."""
