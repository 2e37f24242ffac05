"""The options of requests, the token, and the settings' way to the service."""

from __future__ import annotations

import pytest

from orchestrator.errors import FatalError
from orchestrator.serve import request_options, token
from orchestrator.serve.settings import Settings, from_json, to_json


def test_a_request_may_set_what_a_strangers_job_file_may():
    asked = {"language": "hi", "target-language": "en", "diarize": False, "device": {"asr": "cpu"}}
    assert request_options.checked(asked) == {
        "language": "hi", "target_language": "en", "diarize": False, "device": {"asr": "cpu"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code"),
    [("english", "en"), ("English,en", "en,en"), ("pt-BR", "pt-BR"), ("zh_Hans", "zh_Hans"), ("eng", "en")],
)
def test_languages_may_have_their_names(given, code):
    assert request_options.with_code(given) == code


def test_what_cannot_work_is_refused_before_a_film_is_queued_with_it():
    with pytest.raises(FatalError, match="translation into de: the embedded model") as found:
        request_options.checked({"target_language": "german"})
    assert found.value.hint.startswith("start the service with --translation-model nllb")
    with pytest.raises(FatalError, match="spoken language: klingon is not a language"):
        request_options.checked({"language": "klingon"})
    with pytest.raises(FatalError, match="target language: elvish is not a language"):
        request_options.checked({"target_language": "en,elvish"})
    assert request_options.checked({"language": "Czech", "target_language": ["English"]}) == {
        "language": "cs", "target_language": "en",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model", "/models/mine"),
        ("translation_endpoint", "http://10.0.0.1/"),
        ("output_dir", "/etc"),
        ("cast", "/etc/passwd"),
        ("profile", "/etc/passwd"),
        ("trust_model_code", True),
        ("offline", False),
        ("cache_limit", "1 MB"),
        ("device", {"asr": "cuda"}),
        ("language", 3),
        ("no_such_option", 1),
    ],
)
def test_a_request_may_not_load_send_or_write_elsewhere(key, value):
    with pytest.raises(FatalError, match=key):
        request_options.checked({key: value})


def test_a_request_may_repeat_what_the_service_was_started_with():
    assert request_options.checked({"model": "large-v3"}, {"model": "large-v3"}) == {"model": "large-v3"}


def test_the_token_is_made_once_and_is_private(tmp_path):
    first, new = token.of(tmp_path)
    assert new
    assert len(first) > 40
    assert token.of(tmp_path) == (first, False)
    assert token.path_of(tmp_path).stat().st_mode & 0o777 == 0o600
    assert token.of(tmp_path, new=True)[0] != first


@pytest.mark.parametrize(
    ("content", "mode"), [("short", 0o600), ("x" * 40, 0o644), ("two words " * 5, 0o600)]
)
def test_a_token_that_could_be_guessed_or_read_is_refused(tmp_path, content, mode):
    path = token.path_of(tmp_path)
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(FatalError, match="token"):
        token.of(tmp_path)


def test_the_settings_reach_the_service_as_they_are():
    one = Settings(maps=(("/data", "/mnt", ""),), folders=("/films",), options={"language": "en"}, port=1)
    assert from_json(to_json(one)) == one
    assert one.loopback
    assert not Settings(host="0.0.0.0").loopback  # noqa: S104
