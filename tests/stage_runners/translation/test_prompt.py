"""Answers of a model give the lines in every form; none takes long to read, or ends the stage."""

from __future__ import annotations

import time

import pytest

from stage_runners.translation import prompt

LONG = 400_000
"""Characters; a search of quadratic time would take minutes."""


@pytest.mark.parametrize(
    "answer",
    [
        '{"lines": [{"n": 1, "text": "one"}, {"n": "2", "text": " two "}]}',
        '{"1": "one", "2": "two"}',
        '["one", "two"]',
        'Sure:\n```json\n["one", "two"]\n```\nAnything else?',
        '<think>1. no</think>```\n{"1": "one", "2": "two"}```',
        "1. one\n2) two",
        "  [1]: one  \n\n 2:\n   two\n",
    ],
)
def test_the_lines_are_found_in_every_form(answer):
    assert prompt.parsed(answer, 2) == ["one", "two"]


@pytest.mark.parametrize(
    "answer",
    [
        "x" + "\n" * LONG + "x",
        "1. a" + " " * LONG + "b",
        "```json" + " " * LONG + "x",
        "```" * LONG,
        "<think>" * LONG,
        "1" * LONG,
        "{" * LONG,
        "[" * LONG + "]" * LONG,
    ],
    ids=lambda answer: answer[:8],
)
def test_no_answer_takes_long_to_read(answer):
    before = time.process_time()
    prompt.parsed(answer, 2)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    "answer",
    [
        '{"lines": [{"n": "%s", "text": "x"}]}' % ("9" * 5000),
        '{"%s": "x"}' % ("9" * 5000),
        "9" * 5000 + ". x",
        '{"lines": [{"n": %s, "text": "x"}]}' % ("[" * 500 + "]" * 500),
        '{"1": "%s"}' % ("x" * (prompt._LONGEST + 1)),
    ],
    ids=lambda answer: answer[:20],
)
def test_what_is_no_number_or_no_line_is_missing(answer):
    assert prompt.parsed(answer, 1) == [None]


def test_half_a_character_is_not_passed_on():
    assert prompt.parsed(r'["\ud83d half"]', 1) == ["? half"]
