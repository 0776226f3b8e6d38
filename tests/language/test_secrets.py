"""Credentials are found by their form and never kept; what only stands for one is left alone."""

from __future__ import annotations

import base64
import json

import pytest

from auditor.language import secrets
from auditor.language.secrets import without_secrets

DRAWN = "Q7m2X9k4W8r3T6z5B1n0"
"""Twenty characters that could have been drawn at random; whole credentials are put together here, so that none stands in a file."""
HEX = "9f27c4d1e85b60a3f7c2"
BODY = "\n".join([(DRAWN * 4)[:64]] * 4)


def jwt(claims: dict[str, object]) -> str:
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), DRAWN * 2]
    )


def kinds(text: str) -> list[str]:
    return [secret.kind for secret in without_secrets(text.encode())[1]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("key = 'AKIA" + "Q7M2X9K4W8R3T6Z5" + "'", "an AWS access key id"),
        ("gh" + "p_" + DRAWN * 2, "a GitHub token"),
        ("GITHUB_PAT=" + "3f9a1c7e5b" * 4, "a GitHub token"),
        ("hf" + "_" + (DRAWN * 2)[:36], "a Hugging Face token"),
        ("HF_TOKEN=hf" + "_" + (DRAWN * 2)[:36], "a Hugging Face token"),
        ("sk-" + DRAWN + "T3Blbk" + "FJ" + DRAWN, "an OpenAI key"),
        ("https://hooks.slack.com/services/T" + DRAWN[:9] + "/B" + DRAWN[:9] + "/" + DRAWN, "a Slack webhook"),
        ("DefaultEndpointsProtocol=https;AccountKey=" + (DRAWN * 5)[:86] + "==;", "an Azure storage key"),
        ("https://x.blob.core.windows.net/a?sv=2019&sr=b&sig=" + DRAWN * 2 + "&sp=r", "a shared access signature"),
        ("-----BEGIN RSA PRIVATE KEY-----\n" + BODY + "\n-----END RSA PRIVATE KEY-----", "a private key"),
        ('{"private_key": "-----BEGIN PRIVATE KEY-----\\n' + (DRAWN * 6) + '\\n-----END PRIVATE KEY-----"}', "a private key"),
        ("Bearer " + jwt({"sub": "service", "scope": "everything that there is to read"}), "a signed token"),
        ('{"username": "somebody", "key": "' + (HEX * 2)[:32] + '"}', "a Kaggle key"),
        ("os.environ['KAGGLE_KEY'] = '" + (HEX * 2)[:32] + "'", "a Kaggle key"),
        ("WANDB_API_KEY=" + HEX * 2, "a generated secret"),
        ("os.environ['MLFLOW_TRACKING_PASSWORD'] = '" + HEX * 2 + "'", "a generated secret"),
        ('"client_secret": "' + DRAWN + DRAWN + '"', "a generated secret"),
        ("  db_password: " + DRAWN + "  # of the store", "a generated secret"),
        ("api_key: " + DRAWN, "a generated secret"),
    ],
)  # fmt: skip
def test_found_and_taken_out(text: str, kind: str) -> None:
    told = f"first line\n{text}\nlast line\n"
    left, secrets = without_secrets(told.encode())
    assert [(secret.kind, secret.line) for secret in secrets] == [(kind, 2)]
    assert DRAWN.encode() not in left
    assert HEX.encode() not in left
    assert left.count(b"\n") == told.count("\n")
    assert left.endswith(b"last line\n")


@pytest.mark.parametrize(
    "text",
    [
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "aws_access_key_id = AKIAXXXXXXXXXXXXXXXX",
        "token: ghp_" + "x" * 36,
        "name='sk-learn-random-forest-regression-model'",
        'id="sk-toggleable__content-label-arrow"',
        "api_key = os.environ['OPENAI_API_KEY_OF_THE_TEAM_2024']",
        "password: ${DB_PASSWORD_FROM_THE_VAULT_1_2_3}",
        "api_key: your-api-key-1-2-3-from-the-console",
        "token = tokenizer_for_bert_base_uncased_v1_2_3",
        "tokenizer: " + DRAWN,
        "secret: " + base64.b64encode(b"my secret of today 1 2 3").decode(),
        "checksum/token-secret: " + HEX,
        "config-digest.api-key: " + HEX,
        "token: 123e4567-e89b-12d3-a456-426614174000",
        "next_page_token_prefix = 'RefreshTokenHandlerV2Default1'",
        "Bearer " + jwt({"sub": "user", "exp": 1_700_000_000, "scope": "everything that there is to read"}),
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    ],
)
def test_what_stands_for_one_is_left(text: str) -> None:
    assert without_secrets(text.encode()) == (text.encode(), ())


def test_a_signature_that_ends_says_so() -> None:
    (secret,) = without_secrets(b"https://x/a?sv=2019&sr=b&sig=" + (DRAWN * 2).encode() + b"&se=2024-01-01&sp=r")[1]
    assert secret.brief


@pytest.mark.parametrize(
    ("comment", "disowned"),
    [
        ("# this is secret data -- do not use in production", True),
        ("    # FAKE CREDENTIAL FOR DEMONSTRATION PURPOSES", True),
        ("// only for local development use", True),
        ("# Self-signed certificate", True),
        ("# of the production account", False),
        ("# in case of trouble, ask the owner of the key", False),
        ("note: never for production", False),
    ],
)
def test_a_comment_before_it_disowns_a_secret(comment: str, disowned: bool) -> None:
    (secret,) = without_secrets(f"{comment}\nname: a\ndb_password: {DRAWN}\n".encode())[1]
    assert secret.disowned is disowned


def test_a_comment_after_it_or_far_before_it_does_not() -> None:
    says, line = "# fake key\n", f"db_password: {DRAWN}\n"
    for text in (line + says, says + "a: 1\n" * 1000 + line):
        assert [secret.disowned for secret in without_secrets(text.encode())[1]] == [False]


@pytest.mark.parametrize(
    ("beside", "local"),
    [
        ("url='http://localhost:8080'", True),
        ("url='postgresql://me@127.0.0.1/db'", True),
        ("url='https://labels.acme.io'", False),
        ("url='http://localhost.acme.io'", False),
        ("url='http://localhost', other='https://labels.acme.io'", False),
        ("port=8080", False),
    ],
)
def test_an_address_beside_it_tells_whose_machine_it_is_for(beside: str, local: bool) -> None:
    (secret,) = without_secrets(f"client({beside}, api_key='{DRAWN}{DRAWN}')\n".encode())[1]
    assert secret.local is local


def test_an_address_far_from_it_tells_nothing() -> None:
    far = "url = 'http://localhost'\n" + "a = 1\n" * 100 + f"api_key = '{DRAWN}{DRAWN}'\n"
    assert [secret.local for secret in without_secrets(far.encode())[1]] == [False]


@pytest.mark.parametrize(
    ("other", "local"),
    [
        ("## https://docs.acme.io/settings\n", True),
        ("  // see https://docs.acme.io/settings\n", True),
        ("docs = 'https://docs.acme.io/settings'\n", False),
        ("# " + "see " * 40 + "https://docs.acme.io/" + "a" * 200 + "\n", True),
        ("b = 'https://docs.acme.io/'; " + "a = 1; " * 60, True),
        ("b = 'https://docs.acme.io/" + "a" * 220 + "'  ", False),
    ],
)
def test_an_address_in_a_comment_points_to_documentation(other: str, local: bool) -> None:
    text = f"{other}cookie_secret = '{DRAWN}{DRAWN}'\nurl = 'http://localhost'\n"
    assert [secret.local for secret in without_secrets(text.encode())[1]] == [local]


def test_binary_content_is_not_searched() -> None:
    data = b"\0\1" + b"AKIA" + b"Q7M2X9K4W8R3T6Z5"
    assert without_secrets(data) == (data, ())


def test_lines_are_those_of_the_file_after_a_key_of_several_lines() -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + BODY + "\n-----END PRIVATE KEY-----\n"
    assert kinds(key + "x\n" + key) == ["a private key"] * 2
    left, secrets = without_secrets((key + "x\n" + key).encode())
    assert [secret.line for secret in secrets] == [1, 8]
    assert left.count(b"\n") == 2 * key.count("\n") + 1


def test_what_looks_like_a_key_inside_a_picture_is_none() -> None:
    key = "AKIA" + "Q7M2X9K4W8R3T6Z5"
    picture = '"image/png": "' + "iVBORw0KGgo" * 200 + f"/{key}/" + "iVBORw0KGgo" * 200 + '",\n'
    inline = '"<img src=data:image/png;base64,' + "iVBORw0KGgo" * 200 + f"/{key}/" + 'iVBORw0KGgo">"\n'
    assert kinds(picture + inline) == []


def test_keys_around_pictures_are_found_at_their_lines() -> None:
    key = "AKIA" + "Q7M2X9K4W8R3T6Z5"
    picture = '"image/png": "' + "iVBORw0KGgo" * 200 + '",\n'
    text = f"first {key}\n{picture}between {key}\n{picture}{picture}last {key}\n"
    left, secrets = without_secrets(text.encode())
    assert [secret.line for secret in secrets] == [1, 3, 6]
    assert left.decode() == text.replace(key, "***")


def test_every_mark_of_a_format_is_searched_for() -> None:
    for form in secrets._FORMATS:
        searches = [search for search, forms in secrets._ANCHORED if form in forms]
        for mark in form.marks:
            assert any(search.search(b"x = '" + mark + b"'") for search in searches), mark
