"""Answers about single files that hold from one audit to the next, as long as nothing changed that they were found by."""
