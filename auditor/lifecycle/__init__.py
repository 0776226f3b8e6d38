"""Findings over time: known again in another audit, held against a base, gated, signed off."""
