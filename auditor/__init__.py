"""Audits machine-learning repositories for technical debt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model.audit import Audit
    from auditor.run import audit

__version__ = "0.1.0"
__all__ = ["Audit", "audit"]

# In a checkout the content folders lie beside the package: let auditor.rules mean ../rules there.
_root = Path(__file__).resolve().parent.parent
if (_root / "pyproject.toml").is_file() and (_root / "rules" / "__init__.py").is_file():
    __path__.append(str(_root))


def __getattr__(name: str) -> object:
    """The public names, imported when first asked for, so that `import auditor` stays instant."""
    if name == "audit":
        from auditor.run import audit

        return audit
    if name == "Audit":
        from auditor.model.audit import Audit

        return Audit
    raise AttributeError(f"module 'auditor' has no attribute {name!r}")
