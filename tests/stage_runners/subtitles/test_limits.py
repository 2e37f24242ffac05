"""The limits of a run, from its parameters."""

from __future__ import annotations

import pytest

from ipc.errors import StageError
from stage_runners.subtitles.limits import profile
from tests.stage_runners.rows import PARAMS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_line_width", 3),
        ("max_line_count", 0),
        ("max_cps", -1),
        ("max_duration", 0.1),
        ("min_gap", -0.1),
        ("speaker_labels", "some"),
        ("min_duration", float("nan")),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(StageError, match="--" + name.replace("_", "-")) as caught:
        profile({**PARAMS, name: value}, "en")
    assert caught.value.category == "config"


def test_a_profile_can_omit_the_dash_only_if_speakers_have_labels():
    assert profile({**PARAMS, "dash": ""}, "en").dash == ""
    assert profile({**PARAMS, "dash": "", "speaker_labels": "none"}, "en").dash == "- "
