"""Images that lack what they start imports."""

from __future__ import annotations

import pytest

from tests.pages import graphs

LIST = "fastapi==0.110.0\npandas==2.2.1\nscikit-learn==1.4.2\n"
APP = "import shop.rows\nfrom fastapi import FastAPI\napp = FastAPI()\n"
TREE = {
    "requirements.txt": LIST,
    "web.txt": "",
    "slim/requirements-web.txt": "fastapi==0.110.0\n",
    "app.py": APP,
    "shop/__init__.py": "",
}
ROWS = "import pandas\n"
START = 'CMD ["uvicorn", "app:app"]\n'


def image(*install: str, base: str = "python:3.12.1-slim", start: str = START) -> str:
    return "\n".join((f"FROM {base}", "WORKDIR /app", "COPY . .", *install, start))


def bare(dockerfile: str, rows: str = ROWS, app: str = APP) -> list[str]:
    """The imports that images lack."""
    (graph,) = graphs({**TREE, "app.py": app, "shop/rows.py": rows, "Dockerfile": dockerfile}).components
    return [root for each in graph.bare_images() for root, _, _ in each.lacking]


@pytest.mark.parametrize(
    "dockerfile",
    [
        pytest.param(image("RUN pip install --no-cache-dir fastapi uvicorn"), id="by name"),
        pytest.param(image("RUN pip install -r slim/requirements-web.txt uvicorn"), id="another list"),
        pytest.param(image("RUN apt-get update && apt-get install -y curl && python -m pip install fastapi uvicorn"), id="among others"),
        pytest.param(image("RUN pip install --timeout 100 fastapi uvicorn"), id="an option with a value"),
    ],
)  # fmt: skip
def test_images_that_cannot_start(dockerfile: str) -> None:
    assert bare(dockerfile) == ["pandas"]


@pytest.mark.parametrize(
    "dockerfile",
    [
        pytest.param(image("RUN pip install -r requirements.txt uvicorn"), id="all of the list"),
        pytest.param(image("RUN pip install fastapi uvicorn pandas"), id="by name"),
        pytest.param(image("RUN pip install fastapi uvicorn seaborn"), id="brought along"),
        pytest.param(image("RUN pip install fastapi uvicorn", "RUN poetry install"), id="another tool"),
        pytest.param(image("RUN pip install fastapi uvicorn ."), id="a folder"),
        pytest.param(image("RUN pip install fastapi uvicorn git+https://x.org/y"), id="from elsewhere"),
        pytest.param(image("RUN pip install -r missing.txt fastapi"), id="a list that is not here"),
        pytest.param(image("RUN bash setup.sh", "RUN pip install fastapi"), id="a script"),
        pytest.param(image("RUN apt-get install -y python3-pandas", "RUN pip install fastapi"), id="of the system"),
        pytest.param(image("RUN pip install fastapi", base="jupyter/scipy-notebook:x"), id="an image that has it"),
        pytest.param(image("RUN pip install fastapi") + "FROM python:3.12\nCOPY --from=0 /a /b\n" + START, id="in two stages"),
        pytest.param(image("RUN pip install fastapi", start="CMD python other.py"), id="another program"),
        pytest.param(image("RUN pip install fastapi", start='CMD pip install pandas && python app.py'), id="installed at the start"),
        pytest.param(image(), id="nothing installed here"),
    ],
)  # fmt: skip
def test_images_that_may_start(dockerfile: str) -> None:
    assert not bare(dockerfile)


def test_what_is_not_imported_at_the_start_is_not_lacking() -> None:
    install = image("RUN pip install fastapi uvicorn")
    assert not bare(install, "def rows():\n    import pandas\n")
    assert not bare(install, "try:\n    import pandas\nexcept ImportError:\n    pandas = None\n")
    assert not bare(install, app="from fastapi import FastAPI\napp = FastAPI()\ndef f():\n    import shop.rows\n")
    assert not bare(
        install, app="from fastapi import FastAPI\ntry:\n    import shop.rows\nexcept ImportError:\n    pass\n"
    )
    assert not bare(install, "import xgboost\n")  # no list has it: told as such


def launchers(dockerfile: str, app: str = "from fastapi import FastAPI\napp = FastAPI()\n") -> list[str]:
    """The commands that images start their programs by and lack."""
    tree = {"requirements.txt": "fastapi==0.110.0\n", "app.py": app, "Dockerfile": dockerfile}
    (graph,) = graphs(tree).components
    return [each.launcher for each in graph.bare_images() if each.launcher]


@pytest.mark.parametrize(
    ("dockerfile", "told"),
    [
        pytest.param(image("RUN pip install -r requirements.txt"), ["uvicorn"], id="not in the list"),
        pytest.param(image("RUN pip install -r requirements.txt", start='CMD ["gunicorn", "app:app"]\n'), ["gunicorn"], id="gunicorn"),
        pytest.param(image("RUN pip install -r requirements.txt uvicorn[standard]"), [], id="by name"),
        pytest.param(image("RUN pip install fastapi[standard]"), [], id="by an extra"),
        pytest.param(image("RUN pip install fastapi mlflow"), [], id="brought along"),
        pytest.param(image("RUN pip install fastapi our-server"), [], id="by a package that nobody knows"),
        pytest.param(image("RUN pip install fastapi", start="CMD python app.py"), [], id="no launcher"),
        pytest.param(image("RUN pip install fastapi", base="tiangolo/uvicorn-gunicorn-fastapi:python3.11"), [], id="in the image"),
    ],
)  # fmt: skip
def test_the_command_that_starts_an_image_is_installed_in_it(dockerfile: str, told: list[str]) -> None:
    assert launchers(dockerfile) == told


def test_a_launcher_that_is_imported_and_that_no_list_has_is_told_as_an_import() -> None:
    app = "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\n"
    assert launchers(image("RUN pip install -r requirements.txt"), app) == []
