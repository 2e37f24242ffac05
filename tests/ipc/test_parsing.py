"""JSON and TOML from strangers: whatever is wrong with it is a `ValueError`."""

from __future__ import annotations

import pytest

from ipc.parsing import json_of, toml_of


def test_valid_text_is_parsed():
    assert json_of(b'{"a": [1]}') == json_of('{"a": [1]}') == toml_of("a = [1]")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a":' * 100_000, "9" * 5000, b"\xff\xfe"])
def test_damaged_and_deeply_nested_json_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        json_of(text)


@pytest.mark.parametrize("text", ["a", f"a = {'[' * 100_000}", f"a = {'9' * 5000}"])
def test_damaged_and_deeply_nested_toml_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        toml_of(text)
