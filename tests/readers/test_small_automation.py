"""crontab, Procfile, pre-commit, dependency bots, CODEOWNERS."""

from __future__ import annotations

import pytest

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_crontab() -> None:
    facts = read(
        "docker/crontab",
        "# m h\nSHELL=/bin/bash\n0 3 * * 1-5 cd /app && python train.py >> x.log 2>&1\n@daily root python r.py --d \\%Y%in\n"
        "*/5 0 1,15 jan-mar MON ./x.sh\n",
    )
    assert [(t.kind, t.schedule, t.line, t.steps) for t in facts.triggers] == [
        ("schedule", "0 3 * * 1-5", 3, ("line 3",)),
        ("schedule", "@daily", 4, ("line 4",)),
        ("schedule", "*/5 0 1,15 jan-mar MON", 5, ("line 5",)),
    ]
    assert [words(step.commands) for step in facts.steps] == [["python train.py"], ["python r.py --d %Y"], ["./x.sh"]]
    assert facts.steps[0].commands[0].cwd == "/app"
    assert read("notes.cron", "this is how we run things\nevery day\n").kind == "other"


def test_procfile() -> None:
    facts = read("Procfile", "web: gunicorn app:app -b 0.0.0.0:$PORT\n# no\nworker: python work.py\n")
    assert [(step.name, step.line, words(step.commands)) for step in facts.steps] == [
        ("web", 1, ["gunicorn app:app -b 0.0.0.0:{PORT}"]),
        ("worker", 3, ["python work.py"]),
    ]


def test_pre_commit() -> None:
    facts = read(
        ".pre-commit-config.yaml",
        "default_language_version: {python: python3.11}\nrepos:\n  - repo: https://h/ruff\n    rev: v1\n    hooks: [{id: ruff}]\n"
        "  - repo: local\n    hooks:\n      - {id: mine, entry: python check.py, args: [--all], language: system, files: x}\n"
        "      - {id: words, entry: 'TODO', language: pygrep}\n",
    )
    assert facts.attrs == (
        ("tool", "pre-commit"), ("python", "3.11"), ("hook", "https://h/ruff@v1#ruff"), ("hook", "local#mine"), ("hook", "local#words"),
    )  # fmt: skip
    assert [(step.name, step.line, words(step.commands), step.condition) for step in facts.steps] == [
        ("mine", 8, ["python check.py --all"], "x"),
        ("words", 9, [], ""),
    ]
    assert [(t.kind, t.attrs) for t in facts.triggers] == [("event", (("event", "commit"),))]


def test_dependency_bots() -> None:
    facts = read(
        ".github/dependabot.yml",
        "version: 2\nupdates:\n  - package-ecosystem: pip\n    directories: [/a, /b]\n    schedule: {interval: weekly}\n",
    )
    assert (facts.kind, facts.attrs) == ("dependency-bot", (("tool", "dependabot"), ("update", "pip /a /b weekly")))
    renovate = read("renovate.json5", '{"extends": ["a:b"], // why\n "schedule": ["at night"], "enabled": false}')
    assert renovate.attrs == (("tool", "renovate"), ("preset", "a:b"), ("schedule", "at night"), ("disabled", "true"))


def test_codeowners() -> None:
    facts = read(
        "CODEOWNERS",
        "* @all # everyone\n\n/docs/ @a b@c.d\nsome\\ file\n[ML][2] @ml\n/models/\n/data/ @data\n^[Other]\nx @o\n",
    )
    assert [(p.pattern, p.line, p.attrs) for p in facts.patterns] == [
        ("*", 1, ("@all",)),
        ("/docs/", 3, ("@a", "b@c.d")),
        ("some file", 4, ()),
        ("/models/", 6, ("@ml", "section=ML")),
        ("/data/", 7, ("@data", "section=ML")),
        ("x", 9, ("@o", "section=Other")),
    ]


@pytest.mark.parametrize("path", ["Procfile", ".pre-commit-config.yaml", "renovate.json", "dependabot.yml", "crontab"])
def test_what_is_something_else_is_not_taken(path: str) -> None:
    assert read(path, "{").steps == ()
