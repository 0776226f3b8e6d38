"""The engine that dialects share: the code that builds a pipeline, run symbolically over the resolved program."""

from auditor.dialects.symbolic.machine import Machine
from auditor.dialects.symbolic.meaning import Meaning

__all__ = ["Machine", "Meaning"]
