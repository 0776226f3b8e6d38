"""Bounds on what is kept of one Python text: the target is hostile, and the cache is not its archive."""

from __future__ import annotations

MAX_BYTES = 5_000_000
"""Bytes of a .py file that are read at all."""

MAX_NOTEBOOK_BYTES = 100_000_000
"""Bytes of a notebook that are read at all: outputs make them large, and outputs are skipped."""

MAX_TEXT = 8_000
"""Characters kept of a string constant."""

MAX_ITEMS = 500
"""Entries kept of a list, tuple, set or dict display; one `Opaque("truncated")` stands for the rest."""

MAX_DEPTH = 100
"""Levels of nested expressions; what lies deeper is `Opaque("deep")`."""

MAX_NEST = 110
"""Levels of nested statements in one scope; longer `elif` chains go on as siblings."""

MAX_DOC = 400
"""Characters kept of a docstring."""

MAX_COMMENT = 300
"""Characters kept of a comment."""

MAX_COMMENTS = 5_000
"""Comments kept of a file."""

MAX_ESCAPE = 20_000
"""Characters kept of a notebook's shell command or magic body."""

MAX_CELLS = 5_000
"""Code cells read of a notebook."""

MAX_EXPRESSION = 20_000
"""Characters of an expression that `read_expression` accepts."""
