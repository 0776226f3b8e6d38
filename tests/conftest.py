"""For all tests: laws are tried on the same examples everywhere, and no test is timed."""

from hypothesis import settings

settings.register_profile("laws", derandomize=True, deadline=None)
settings.load_profile("laws")
