"""Rows of data through a program: sets, statistics and what is judged on them."""
