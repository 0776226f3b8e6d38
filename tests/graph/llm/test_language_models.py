"""Language models: names that move, limits, prompts, uses of answers, what looks after them; each beside its look-alike."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from auditor.graph.llm.pins import moves
from tests.pages import graphs

ASK = "from openai import OpenAI\nclient = OpenAI({client})\nanswer = client.chat.completions.create(model='gpt-4o-2024-08-06', messages=[]{more})\n"


def ask(files: dict[str, str]) -> ArtefactGraph:
    return graphs(files, archetypes="AS").components[0]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-4", True),
        ("gpt-4o", True),
        ("gpt-4o-mini", True),
        ("openai/gpt-4.1", True),
        ("openai:gpt-5.1", True),
        ("o3-mini", True),
        ("chatgpt-4o-latest", True),
        ("claude-3-5-sonnet-latest", True),
        ("gemini-1.5-pro", True),
        ("mistral-large-latest", True),
        ("gpt-4o-2024-08-06", False),
        ("gpt-4-0613", False),
        ("gpt-3.5-turbo-0125", False),
        ("claude-3-5-sonnet-20241022", False),
        ("anthropic.claude-3-haiku-20240307-v1:0", False),
        ("claude-3-5-sonnet@20240620", False),
        ("gemini-1.5-pro-002", False),
        ("gemini-2.5-pro", False),
        ("mistral-large-2407", False),
        ("command-r-08-2024", False),
        ("meta-llama/Llama-3-8B", False),
        ("llama3:latest", False),
        ("my-deployment", False),
        ("text-embedding-3-small", False),
        ("gpt-4o-my-finetune", False),
    ],
)
def test_names_that_move(model: str, expected: bool) -> None:
    assert moves(model) is expected


@pytest.mark.parametrize(
    ("client", "more", "limited"),
    [
        ("", "", False),
        ("timeout=10", "", True),
        ("", ", max_tokens=10", True),
        ("", ", timeout=None", False),
        ("", ", **options", None),
        ("**options", "", None),
    ],
)
def test_limits(client: str, more: str, limited: bool | None) -> None:
    asked = [each for each in ask({"app.py": ASK.format(client=client, more=more)}).asks if each.answers]
    assert [each.limited for each in asked] == [limited]


def test_embeddings_and_tests_ask_for_no_text() -> None:
    text = "from openai import OpenAI\nOpenAI().embeddings.create(model='text-embedding-3-small', input='a')\n"
    assert not [
        each for each in ask({"app.py": text, "tests/test_a.py": ASK.format(client="", more="")}).asks if each.answers
    ]


@pytest.mark.parametrize(
    ("use", "kinds"),
    [
        ("exec(answer.choices[0].message.content)", ["run"]),
        ("import subprocess\nsubprocess.run(answer.choices[0].message.content, shell=True)", ["run"]),
        ("import json\njson.loads(answer.choices[0].message.content)", ["parse"]),
        (
            "import json\ntry:\n    json.loads(answer.choices[0].message.content)\nexcept ValueError:\n    raise SystemExit(1)",
            [],
        ),
        ("import json\nfound = json.loads(answer.choices[0].message.content)\nassert 'a' in found", []),
        ("print(answer.choices[0].message.content)", []),
        ("exec(open('x.py').read())", []),
        ("cursor.execute(answer.choices[0].message.content)", ["query"]),
        ("cursor.execute('select 1', [answer])", []),
    ],
)
def test_uses_of_answers(use: str, kinds: list[str]) -> None:
    found = ask({"app.py": ASK.format(client="", more="") + use + "\n"}).outputs()
    assert [each.kind for each in found.bare] == kinds


LONG = "You answer questions about the products of a shop, in short sentences and without promises. " * 3


def test_prompts_and_their_files() -> None:
    message = f"OPEN = [{{'role': 'system', 'content': {LONG!r}}}]\n"
    found = ask(
        {"a.py": ASK.format(client="", more="") + message, "prompts/b.py": ASK.format(client="", more="") + message}
    ).prompts()
    assert (found.files, found.managed) == (["a.py"], 1)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, (0, 0)),
        ({"evals/golden.jsonl": "{}\n"}, (1, 0)),
        ({"check.py": "from ragas import evaluate\nevaluate([])\n"}, (1, 0)),
        ({"tests/test_app.py": "import app\n\n\ndef test_a():\n    assert app.answer\n"}, (0, 1)),
    ],
)
def test_evaluation_of_answers(files: dict[str, str], found: tuple[int, int]) -> None:
    watched = ask({"app.py": ASK.format(client="", more=""), **files}).answer_evaluation()
    assert (len(watched.evidence), len(watched.hints)) == found


@pytest.mark.parametrize(
    ("files", "traced"),
    [
        ({}, False),
        ({"trace.py": "from langfuse import Langfuse\n"}, True),
        ({"settings.py": "NAMES = ['LANGSMITH_TRACING']\n"}, True),
        ({"langfuse.py": "x = 1\n", "b.py": "import langfuse\n"}, False),
    ],
)
def test_traces_of_calls(files: dict[str, str], traced: bool) -> None:
    assert bool(ask({"app.py": ASK.format(client="", more=""), **files}).call_traces().evidence) is traced
