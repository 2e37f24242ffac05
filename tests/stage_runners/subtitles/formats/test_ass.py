"""Speakers' colours are legible and distinct for all kinds of vision; any name makes a valid file."""

from __future__ import annotations

import itertools

import numpy as np
import pysubs2
import pytest

from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.formats import ass
from stage_runners.subtitles.formats.ass import COLOURS, styles_of
from tests.stage_runners import films
from tests.stage_runners.subtitles.documents import NAMES, ONE, TWO, document

VISIONS = {
    "normal": np.eye(3),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""Machado, Oliveira, Fernandes 2009, at full severity; on linear RGB."""
XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


def linear(colour):
    value = np.array(colour) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(light):
    value = np.array(XYZ) @ np.clip(light, 0, 1) / np.array([0.95047, 1, 1.08883])
    x, y, z = np.where(value > 0.008856, np.cbrt(value), 7.787 * value + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(colours):
    """The least distance in CIELAB of any two, for any vision."""
    return min(
        float(np.linalg.norm(lab(np.array(m) @ linear(a)) - lab(np.array(m) @ linear(b))))
        for m in VISIONS.values()
        for a, b in itertools.combinations(colours, 2)
    )


def test_colours_have_contrast_and_stay_apart_for_every_kind_of_colour_vision():
    contrasts = [(float(np.array(XYZ)[1] @ linear(colour)) + 0.05) / 0.05 for colour in COLOURS]
    assert min(contrasts) >= 7
    assert apart(COLOURS) > 19
    assert apart(COLOURS[:4]) > 31


def cue(start, end, *lines):
    return Cue(start, end, tuple(lines), (0,), ())


def test_every_speaker_name_becomes_a_valid_style():
    names = {"A": "Smith, John", "B": "Default", "C": "{\\b1}", "D": "smith john", "E": ","}
    styles = styles_of(names.values())
    assert len({style.casefold() for style in styles.values()}) == len(names)
    lines = [Line("Hello, you.", label) for label in names]
    text = ass.write(document(*(cue(k, k + 900, line) for k, line in enumerate(lines)), names=names))
    subs = pysubs2.SSAFile.from_string(text)
    assert [event.plaintext for event in subs.events] == ["Hello, you."] * 5
    assert [event.style for event in subs.events] == list(styles.values())
    assert all(event.style in subs.styles for event in subs.events)


@pytest.mark.env("media")
def test_each_speaker_is_drawn_in_their_colour_and_simultaneous_cues_do_not_overlap(tmp_path):
    """Drawn by libass, as most players do: a dialogue, and two cues at the same time."""
    names = {"A": "Ann", "B": "Bob"}
    both = cue(0, 1000, Line("MMMM", "A", dash="- "), Line("WWWW", "B", dash="- "))
    apart = [cue(1000, 2000, Line("MMMM", "A")), cue(1000, 2000, Line("WWWW", "B"))]
    (tmp_path / "x.ass").write_text(ass.write(document(both, *apart, names=names)), encoding="utf-8")
    films.make(
        "-f", "lavfi", "-i", "color=black:s=640x360:r=2:d=2", "-vf",
        f"format=rgb24,ass={tmp_path / 'x.ass'},format=rgb24",
        "-f", "rawvideo", tmp_path / "rgb",
    )  # fmt: skip
    frames = np.fromfile(tmp_path / "rgb", np.uint8).reshape(4, 360, 640, 3).astype(int)
    for frame in (frames[0], frames[2]):
        rows = {
            name: np.flatnonzero((np.abs(frame - COLOURS[k]).sum(axis=2) < 100).sum(axis=1) > 3)
            for k, name in enumerate(names)
        }
        assert len(rows["A"]) > 5
        assert len(rows["B"]) > 5
        assert not set(rows["A"]) & set(rows["B"])


def test_each_speaker_has_a_style_and_no_millisecond_is_lost():
    subs = pysubs2.SSAFile.from_string(ass.write(document(ONE, TWO, names=NAMES)))
    assert set(subs.styles) == {"Default", "Speaker 1", "Speaker 2"}
    assert subs.styles["Speaker 1"].primarycolor == pysubs2.Color(255, 255, 255)
    assert subs.styles["Speaker 1"].primarycolor != subs.styles["Speaker 2"].primarycolor
    assert [(e.name, e.style, e.start, e.end, e.plaintext) for e in subs] == [
        ("Speaker 1", "Speaker 1", 1000, 3000, "Hello,\nis it you?"),
        ("Speaker 2; Speaker 1", "Speaker 2", 3_723_040, 3_725_000, "- Yes.\n- Oh."),
    ]


def test_text_cannot_become_markup():
    text = ass.write(document(cue(0, 900, Line(r"a {\b1} \N b", None)))).splitlines()[-1]
    assert text.endswith("a \\{\\\u2060b1\\} \\\u2060N b")


def test_without_cues_the_file_has_no_events():
    assert not pysubs2.SSAFile.from_string(ass.write(document())).events
