"""A name that makes guessit count through a huge range is given up."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from stage_runners.tmdb import time_limit
from tests.stage_runners.spec import ROOT, python_of


def swallowing():
    while True:
        try:
            sum(range(1000))
        except Exception:  # noqa: S112
            continue


def test_python_code_is_interrupted_even_if_it_catches_every_exception():
    with pytest.raises(time_limit.TimeIsUpError), time_limit.computing(0.05):
        swallowing()


def test_after_the_block_nothing_is_interrupted_any_more():
    with time_limit.computing(0.02):
        pass
    until = time.process_time() + 0.06
    while time.process_time() < until:
        sum(range(1000))


CODE = """
from stage_runners.tmdb import file_name
file_name.of_name("A.River.2011.1080p.mkv")
file_name.PATIENCE_S = 0.2
for name in ("Session_S1-S120000.mkv", "Show 1x02-1x30250.mkv"):
    try:
        print(file_name.of_name(name))
    except file_name.UnreadableNameError:
        print("given up")
print(file_name.of_name("Show.S01E02.mkv").series)
"""


@pytest.mark.env("nlp")
def test_a_range_of_episodes_that_no_series_has_is_given_up_and_the_next_name_is_read():
    done = subprocess.run(
        [python_of("nlp"), "-P", "-c", CODE],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["given up", "given up", "Show"], done.stderr
