"""What a README says of a course, and what then is not claimed."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import audit
from auditor.graph.parts.teaching import adopted, coursework
from tests.pages import graphs

SERVICE = (
    "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('model.pkl')\n\n\n"
    "@app.post('/score')\ndef score(values: list[float]):\n    return {'score': float(model.predict([values])[0])}\n"
)
DEPLOYED = {
    "service.py": SERVICE,
    "Dockerfile": "FROM python:3.12\nCOPY . .\nCMD uvicorn service:app\n",
    ".github/workflows/deploy.yml": "on:\n  push:\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - uses: actions/checkout@v4\n      - run: docker build -t a/b . && docker push a/b\n      - run: kubectl set image deployment/score score=a/b\n",
}


@pytest.mark.parametrize(
    "text",
    [
        "The final project for the machine learning course",
        "In this project, you will apply the skills you have acquired",
        "University qualification work",
        "Built for my cloud computing class",
        "Assignment 2: churn",
        "My master's thesis",
        "the week 2 work of intensive training",
        "Built for CS 4278: Principles of Cloud Computing",
        "The week 2 group work assignment",
        "Notebooks developed for ECE-GY 6143 Intro to Machine Learning",
        "This forecast placed fifth in the autumn competition",
        "We are learning about pipelines",
        "A portfolio project on churn",
        "An example for educational purposes",
        "The purpose of this project was to gain a deeper understanding of operations",
        "This is part of the 'Pimp My Portfolio' course",
        "Este proyecto es parte de un Trabajo de Fin de Grado",
        "Desarrollado para un TFG",
        "This is for academic and educational purposes",
        "Проект в рамках курса",
        f"{'What it does, in many words. ' * 400}\nDeveloped as part of the university's curriculum",
        "Dies ist meine Masterarbeit",
        "Projet de fin d’études",
        "Проект выполнен как курсовая работа",
        "这是我的毕业设计",
        "Đồ án môn học",
        "A repository demonstrating various approaches and patterns for productionising models",
        "Pipelines, shown on a rental prediction toy example, in one place: a service built with a small toy example",
        "Produtização do modelo (teste técnico)",
        "My take-home assignment",
        "The hiring challenge of a bank",
    ],
)
def test_the_work_of_a_course_is_known_by_its_words(text: str) -> None:
    assert coursework(f"# Churn\n{text}.\n")


@pytest.mark.parametrize(
    "text",
    [
        "Of course the model is retrained.",
        "The purpose of this project is to forecast what each shop sells.",
        "Prices are part of the course of a day.",
        "In the course of the year prices change.",
        "The class of the customer is predicted.",
        "Assign orders to projects; the final step of the project is billing.",
        "A masterpiece of a project.",
        "Made for over 1200 shops",
        "A machine learning project with a service",
        "A deep-learning project: the project demonstrates an end-to-end pipeline",
        "The place of the shop and the competition around it",
        "The project demonstrates steady growth; toy examples are sold in the shop",
        "The greatest technical challenge was the interview of customers",
    ],
)
def test_other_uses_of_the_words_say_nothing(text: str) -> None:
    assert coursework(f"# Churn\n{text}\n") == ""


def outcomes(folder: Path, readme: str, **other: str) -> dict[str, str]:
    for path, text in {**DEPLOYED, "README.md": readme, **other}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    found = audit(str(folder), use_cache=False)
    return {verdict.rule: verdict.outcome.value for verdict in found.verdicts}


def test_nobody_claims_that_a_course_must_watch_its_service(tmp_path: Path) -> None:
    assert outcomes(tmp_path / "a", "# Score\nScores customers.\n")["MON001"] == "finding"
    assert outcomes(tmp_path / "b", "# Score\nMy final project for the course.\n")["MON001"] == "not-evidenced"


def test_a_service_may_say_itself_that_it_is_the_work_of_a_course(tmp_path: Path) -> None:
    plain = SERVICE.replace("FastAPI()", "FastAPI(description='Scores customers of shops.')")
    said = SERVICE.replace("FastAPI()", "FastAPI(description='Part of the course “My first service”.')")
    assert outcomes(tmp_path / "a", "# Score\n", **{"service.py": plain})["MON001"] == "finding"
    assert outcomes(tmp_path / "b", "# Score\n", **{"service.py": said})["MON001"] == "not-evidenced"


@pytest.mark.parametrize(("readme", "told"), [("# Churn\n\nOur course project.\n", True), ("# Churn\n", False)])
def test_the_signals_of_a_component_say_why_nothing_weighs_much(tmp_path: Path, readme: str, *, told: bool) -> None:
    (tmp_path / "train.py").write_text("x = 1\n")
    (tmp_path / "README.md").write_text(readme)
    (component,) = audit(str(tmp_path), use_cache=False, jobs=1).components
    assert ("it says “course project”, so that nothing weighs more than medium" in component.signals) is told


EXAMINED = {
    "NOTES.md": "# Notes\nQuestions for the viva voce.\n",
    "DEFENCE.md": "# For the thesis defence\n",
    "train.py": '"""Matches the lab assignment."""\n',
    "clean.py": '"""B.Tech project of two."""\n',
}
UNEXAMINED = {
    "NOTES.md": "# Notes\nThe lab sends its assignments; a viva la vida of data; capstone of the wall.\n",
    "docs/NOTES.md": "# Notes\nQuestions for the viva voce.\n",
    "train.py": '"""Predicts the coursework of pupils."""\nprint("lab assignment")\n',
}


@pytest.mark.parametrize("path", EXAMINED)
def test_any_document_at_the_root_and_what_programs_say_of_themselves_count(path: str) -> None:
    (one,) = graphs({**DEPLOYED, path: EXAMINED[path]}, archetypes="PS").components
    assert one.coursework


@pytest.mark.parametrize("path", UNEXAMINED)
def test_other_words_and_other_places_do_not_count(path: str) -> None:
    (one,) = graphs({**DEPLOYED, path: UNEXAMINED[path]}, archetypes="PS").components
    assert one.coursework == ""


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("Adapt the code base to your desire.", True),
        ("It is up to you to adapt the package code to the solution you target.", True),
        ("Click the button “Use this template”.", True),
        ("This repository is a small project template.", True),
        ("Made from a project template. It adapts the price to your shop.", False),
        ("Adapt the config to your machine.", False),
        ("Use this repository to score customers.", False),
    ],
)
def test_a_template_is_operated_by_those_who_adopt_it(tmp_path: Path, text: str, *, template: bool) -> None:
    assert bool(adopted(f"# Churn\n{text}\n")) is template
    assert (outcomes(tmp_path, f"# Score\n{text}\n")["MON001"] == "not-evidenced") is template
