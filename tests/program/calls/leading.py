"""Small trees of modules that call, hand on, import and replace one another, for tests of what leads where."""

from __future__ import annotations

from hypothesis import strategies as st

MODULES = ("a", "b", "test_c")
PLACES = tuple((module, name) for module in MODULES for name in ("f", "g", "test_h"))

statements = st.sampled_from(
    [
        *(f"{module}.{name}()" for module, name in PLACES),
        *(f"run({module}.{name})" for module, name in PLACES),
        *(f"import {module}" for module in MODULES),
        *(f"{module}.Held()" for module in MODULES),
        *(f"mock.patch('{module}.{name}')" for module, name in PLACES),
        "web.app.route('/')(a.f)",
        "web.app.run()",
        "import serving",
    ]
)
bodies = st.lists(statements, max_size=3)


def module(functions: list[list[str]], loose: list[str], guarded: list[str]) -> str:
    """The source of a module: three functions, a class that hands one on, and what runs when it is imported or started."""
    lines = [
        *(f"import {name}" for name in MODULES),
        "import flask",
        "from unittest import mock",
        "app = flask.Flask('x')",
    ]
    for name, body in zip(("f", "g", "test_h"), functions, strict=True):
        lines += [f"def {name}():", *(f"    {line}" for line in body), "    pass"]
    lines += ["class Held:", "    run(f)", "    def __init__(self):", "        g()"]
    lines += [*loose, "if __name__ == '__main__':", *(f"    {line}" for line in guarded), "    pass"]
    return "\n".join(lines) + "\n"


WEB = "import flask\napp = flask.Flask('x')\n"
SERVING = "import web, b\nweb.app.add_url_rule('/', view_func=b.g)\ndef serve():\n    web.app.run()\nserve()\n"

modules = st.builds(module, st.lists(bodies, min_size=3, max_size=3), bodies, bodies)


def tree(sources: tuple[str, ...]) -> dict[str, str]:
    """Those modules, one that makes an application, and one that serves it."""
    files = {f"{name}.py": source for name, source in zip(MODULES, sources, strict=True)}
    return files | {"web.py": WEB, "serving.py": SERVING}
