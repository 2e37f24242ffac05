"""No secret in anything that is written."""

from __future__ import annotations

import pytest

from orchestrator.util.redact import masked

TOKEN = "hf_" + "a1B2" * 6


@pytest.mark.parametrize(
    "value",
    [
        ["run", "movie.mkv", "--hf-token", "opensesame"],
        ["run", "--hf_token=opensesame"],
        {"options": {"hf_token": "opensesame"}},
        {"tmdb-api-key": "opensesame", "nested": [{"PASSWORD": "opensesame"}]},
        "cannot open https://me:opensesame@example.org/model",
        ["--index-url", "https://opensesame@example.org/simple"],
        "cannot open https://:opensesame@example.org/simple",
        {"AWS_SECRET_ACCESS_KEY": "opensesame", "GITHUB_PAT": "opensesame"},
        "sent Authorization: Bearer opensesame",
        "config has token='opensesame'",
    ],
)
def test_named_secrets_and_url_credentials_are_masked(value):
    assert "opensesame" not in str(masked(value, {}))
    assert "***" in str(masked(value, {}))


def test_text_that_looks_like_a_token_is_masked_anywhere():
    assert masked({"failed": [{"message": f"401 for {TOKEN}."}]}, {}) == {
        "failed": [{"message": "401 for ***."}]
    }


def test_the_value_of_a_secret_environment_variable_is_masked_anywhere():
    environ = {"TMDB_API_KEY": "0123456789abcdef", "HOME": "/home/somebody"}
    assert masked("GET /3/movie?id=5&k=0123456789abcdef in /home/somebody", environ) == (
        "GET /3/movie?id=5&k=*** in /home/somebody"
    )
    assert masked("it said opensesame", {"HF_TOKEN": "opensesame\n"}) == "it said ***"


@pytest.mark.parametrize(
    "harmless",
    [
        {"tokens": 812, "token": None, "author": "me"},
        ["--max-line-width", "36", "--language", "en"],
        "decoded 448 tokens: done",
        "max_new_tokens=448",
        "see https://example.org/models/me@v2",
        {"path": "/films", "primary_key": "id"},
    ],
)
def test_harmless_text_that_resembles_a_secret_is_not_masked(harmless):
    assert masked(harmless, {}) == harmless
