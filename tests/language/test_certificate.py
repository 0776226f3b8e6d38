"""For whom a certificate is: its common name, and the hosts and addresses beside it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.certificate import is_for_this_machine

HERE = (
    "MIIBrDCCAVKgAwIBAgIUOjy9uE10TW5bJXJmKUDeS2yY0HowCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTI2MTEyNzIwND"
    "gxM1oXDTI2MTIyNzIwNDgxM1owFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6xcMtJrTuz5jri87lv3r"
    "7ZW5/NyZJ9f3jX4+OJTRoDrof+k3rCRVfFb/zg6X4cy2byG+NgOnDc9xWZqq0bYyBaOBgTB/MB0GA1UdDgQWBBTPdCMA3jN+oic8gD9REmSzx1"
    "L0jjAfBgNVHSMEGDAWgBTPdCMA3jN+oic8gD9REmSzx1L0jjAPBgNVHRMBAf8EBTADAQH/MCwGA1UdEQQlMCOCCWxvY2FsaG9zdIcEfwAAAYcQ"
    "AAAAAAAAAAAAAAAAAAAAATAKBggqhkjOPQQDAgNIADBFAiAkhY0vfcVhRnNopsqtBww+tffsZ2lT4uIDx48Jh5IDoQIhAJYJdH/qNe8BLqiM6Q"
    "sQMs/8IEhLbSW/HsnlURK0V41v"
)
"""Common name localhost; localhost, 127.0.0.1 and ::1 beside it."""
SHOP = (
    "MIIBmzCCAUGgAwIBAgIUMdjfg0m20JeMvTa+0mYhe7Asx2EwCgYIKoZIzj0EAwIwDzENMAsGA1UECgwEQWNtZTAeFw0yNjExMjcyMDQ4MTNaFw"
    "0yNjEyMjcyMDQ4MTNaMA8xDTALBgNVBAoMBEFjbWUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARYpG3hCEXTMble60S3rWxMgEnNJBrE1Zp0"
    "dmEgb1yOq7ONYXhmUJXslBx8OuqhNYlweUlzhBQOHOSKDRMRcZRZo3sweTAdBgNVHQ4EFgQU8EjvegdciJLtjPpHBRefEEV6HDIwHwYDVR0jBB"
    "gwFoAU8EjvegdciJLtjPpHBRefEEV6HDIwDwYDVR0TAQH/BAUwAwEB/zAmBgNVHREEHzAdghBzaG9wLmV4YW1wbGUub3Jngglsb2NhbGhvc3Qw"
    "CgYIKoZIzj0EAwIDSAAwRQIgReMYuGYKsescXJQBSHH7IxGmM+bvb1S53gJRKe3B0doCIQCcgXgm+mF2Dv+VGzj0pHbeySiArRSBhkA2KR061z"
    "M7UQ=="
)
"""No common name; a shop of example.org and localhost beside it."""


def pem(body: str) -> bytes:
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n".encode()


@pytest.mark.parametrize(
    ("text", "here"),
    [
        (pem(HERE), True),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n" + pem(HERE), True),
        (pem(SHOP), False),
        (pem(HERE) + pem(SHOP), False),
        (pem(base64.b64encode(b"0\x82\x01").decode()), None),
        (b"no certificate", None),
    ],
)
def test_a_certificate_says_for_whom_it_is(text: bytes, here: bool | None) -> None:
    assert is_for_this_machine(text) is here


def test_an_address_elsewhere_is_another_machine() -> None:
    moved = base64.b64decode(HERE).replace(bytes([127, 0, 0, 1]), bytes([10, 0, 0, 1]))
    assert is_for_this_machine(pem(base64.b64encode(moved).decode())) is False


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=500))
def test_broken_certificates_are_read_as_far_as_they_go(noise: bytes, at: int) -> None:
    whole = base64.b64decode(HERE)
    told = is_for_this_machine(pem(base64.b64encode(whole[:at] + noise).decode()))
    assert told in (True, False, None)
