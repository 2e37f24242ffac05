"""Cues that a text keeps: their lines are those of the file, and their times those of their words."""

from __future__ import annotations

from stage_runners.subtitles.cues import Profile
from stage_runners.subtitles.kept_cues import Silent, marked, whole
from stage_runners.subtitles.runner import cues_of
from tests.stage_runners.rows import PARAMS, said, segment

FIRST, SECOND, OTHER = "Oh, hello there, I did not know.", "Neither did I.", "Somebody else was here."


def row(cue, text, words, codes=(), *, complete=True):
    return {
        "cue": cue, "text": text, "words": words.split(), "codes": list(codes), "complete": complete,
        "start": None, "end": None,
    }  # fmt: skip


def spoken(*lines):
    """Segments and words of (text, speaker), one line after another."""
    segments, words, clock = [], [], 1.0
    for k, (text, speaker) in enumerate(lines):
        own = [{**word, "speaker": speaker} for word in said(text, clock, 0.3, segment=k)]
        segments.append(segment(k, own[0]["start"], own[-1]["end"], text, speaker=speaker))
        words += own
        clock = own[-1]["end"] + 0.5
    return segments, words


def shown(segments, words, rows, names=None, **params):
    words, kept = marked(words, rows)
    return cues_of(segments, words, "en", PARAMS | params, names or {}, kept=kept)


def test_lines_are_those_of_the_file_and_times_those_of_the_words():
    segments, words = spoken((FIRST, "A"), (SECOND, "A"))
    rows = [
        row(1, "Oh,\nhello [waves] there", "Oh, hello there,", ["0 \\i1", "3 \\i0"]),
        row(2, "I did not know. Neither did I.", f"I did not know. {SECOND}", complete=False),
    ]
    one, two = shown(segments, words, rows, {"A": "Ann"}, speaker_labels="all")
    assert [line.shown() for line in one.lines] == ["Oh,", "hello [waves] there"]
    assert one.lines[0].codes[0].code == "\\i1"
    assert one.start == 1000
    assert 0 <= two.start - words[3]["start"] * 1000 <= 100
    assert two.end >= words[-1]["end"] * 1000
    assert two.text() == "I did not know. Neither did I."
    assert (one.flags, two.flags) == (("too_fast",), ("perhaps_unspoken",))


def test_a_dialogue_has_its_speakers_and_other_words_are_laid_out_between():
    segments, words = spoken((FIRST, "A"), (SECOND, "B"), (OTHER, "A"), (FIRST, "B"))
    rows = [
        row(1, "- Oh, hello there, I did not know.\n- Neither did I.", f"{FIRST} {SECOND}"),
        row(None, "", OTHER),
        row(2, "Much too long for one line of any subtitle whatsoever", FIRST),
    ]
    cues = shown(segments, words, rows, {"A": "Ann", "B": "Bob"})
    assert [(line.speaker, line.dash) for line in cues[0].lines] == [("A", "- "), ("B", "- ")]
    assert "".join(cue.text().replace("\n", " ") for cue in cues[1:-1]) == OTHER
    assert "[ANN]" in cues[1].text(labels=True)
    assert cues[-1].text(labels=True) == rows[2]["text"]
    assert "line_too_long" in cues[-1].flags or "wide" in " ".join(cues[-1].flags)


def test_cues_in_which_nobody_speaks_are_shown_where_there_is_room():
    segments, words = spoken((FIRST, "A"), (SECOND, "A"))
    cues = shown(segments, words, [row(1, "One", FIRST), row(2, "Two", SECOND)])
    limits = Profile()
    sounds = [(0.0, 0.1, "[before]"), (1.5, 2.5, "[under]"), (4.9, 9.0, "[after]")]
    silent = Silent([row(3, text, "") | {"start": a, "end": b} for a, b, text in sounds], limits)
    result = silent.added(cues)
    assert [cue.text() for cue in result] == ["[before]", "One", "Two", "[after]"]
    assert (result[0].start, result[0].end) == (0, limits.min_ms)
    assert result[3].start == cues[1].end + limits.gap_ms
    assert silent.without_room(result) == 1


def test_a_silent_cue_that_stays_too_long_is_flagged():
    limits = Profile()
    rows = [
        row(k, "[song]", "") | {"start": a, "end": b} for k, (a, b) in enumerate([(0.0, 3.0), (10.0, 40.0)])
    ]
    short, long = Silent(rows, limits).added([])
    assert (long.end - long.start, long.flags) == (30_000, ("sound", "too_long"))
    assert short.flags == ("sound",)


def test_words_that_were_corrected_since_stay_in_their_cue():
    segments, words = spoken((FIRST, "A"), (SECOND, "A"))
    rows = [row(1, "One", FIRST), row(2, "Two", SECOND)]
    words[2]["text"] = "Zera,"
    assert [cue.text() for cue in shown(segments, words, rows)] == ["One", "Two"]


def test_a_cue_of_which_an_edit_took_words_is_laid_out_anew():
    segments, words = spoken((FIRST, "A"), (SECOND, "A"))
    placed, kept = marked(words, [row(1, "One", FIRST), row(2, "Two", SECOND)])
    assert {word["cue"] for word in whole(placed[2:], kept)} == {None, 2}
    cues = cues_of(segments, placed[2:], "en", PARAMS, {}, kept=kept)
    assert [cue.text() for cue in cues] == ["there, I did not know.", "Two"]
