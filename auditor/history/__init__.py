"""Debt over time: which commits are looked at, what is stored of them, and what became of each finding."""
