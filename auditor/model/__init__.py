"""Frozen records and enumerations: what flows between the rooms."""
