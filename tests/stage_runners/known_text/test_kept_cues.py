"""--keep-cues in its stage: which words of the film are in which cue of the file."""

from __future__ import annotations

import pytest

from tests.stage_runners.known_text.test_stage import TALE, align, doubts
from tests.stage_runners.rows import said

pytestmark = pytest.mark.env("nlp")
assert align  # a fixture


def srt(*texts):
    return "".join(
        f"{k}\n00:00:{k:02},000 --> 00:00:{k:02},900\n{text}\n\n" for k, text in enumerate(texts, 1)
    )


def kept(made):
    return [(row["cue"], row["text"], " ".join(row["words"])) for row in made["cues"]]


def test_cues_keep_their_lines_codes_and_words(align):
    texts = [
        "<i>The harbour was quiet</i>\nwhen the old ferry", "came in.", *TALE[1:4],
        "- He pointed north\n- and went back to his nets.", "[thunder]", TALE[5],
    ]  # fmt: skip
    made = align(TALE, srt(*texts), name="text.srt", keep_cues=True)
    assert kept(made) == [
        (1, "The harbour was quiet\nwhen the old ferry", "The harbour was quiet when the old ferry"),
        (2, "came in.", "came in."),
        *((k + 2, line, line) for k, line in enumerate(TALE[1:4], 1)),
        (6, texts[5], "He pointed north and went back to his nets."),
        (8, TALE[5], TALE[5]),
    ]
    assert made["cues"][0]["codes"] == ["0 \\i1", "21 \\i0"]
    assert all(row["complete"] for row in made["cues"])
    assert "cues = {'kept': 7, 'silent': 0, 'of': 8}" in made["said"]
    assert [word for row in made["cues"] for word in row["words"]] == [row["text"] for row in made["words"]]


def test_cues_in_which_nobody_speaks_move_with_those_beside_them_if_the_times_fit(align):
    starts = [10.0 + 5.0 * k for k in range(len(TALE))]
    lines = [(start, start + 2, line) for start, line in zip(starts, TALE, strict=True)]
    sounds = [(13.5, 14.5, "[thunder]"), (18.2, 19.2, "♪ La la ♪"), (300.0, 301.0, "[far away]")]
    heard = [said(line, start - 8.0, 0.2, segment=k) for k, (start, _, line) in enumerate(lines)]
    text = "".join(
        f"{k}\n00:0{int(a) // 60}:{a % 60:06.3f} --> 00:0{int(b) // 60}:{b % 60:06.3f}\n{line}\n\n"
        for k, (a, b, line) in enumerate([*lines, *sounds], 1)
    )
    made = align(heard, text, name="text.srt", keep_cues=True)
    silent = [(row["text"], row["start"], row["end"]) for row in made["cues"] if not row["words"]]
    assert silent == [
        ("[thunder]", pytest.approx(5.5, abs=0.01), pytest.approx(6.5, abs=0.01)),
        ("♪ La la ♪", pytest.approx(10.2, abs=0.01), pytest.approx(11.2, abs=0.01)),
    ]
    cut = align(heard, text, name="text.srt", keep_cues=True, clip="0:00-0:08")
    assert [row["text"] for row in cut["cues"] if not row["words"]] == ["[thunder]"]


def test_signs_of_ass_are_not_missed_if_nobody_says_them(align):
    ass = "[Events]\n" + "".join(
        f"Dialogue: 0,0:00:{k:02}.00,0:00:{k:02}.90,D,,0,0,0,,{text}\n"
        for k, text in enumerate([*TALE[:3], "{\\pos(1,2)}POLICE STATION OF THE HARBOUR", *TALE[3:]], 1)
    )
    assert not align(TALE, ass, name="text.ass", keep_cues=True)["doubts"]


def test_a_sign_that_shares_a_word_with_the_speech_stays_at_its_own_time(align):
    ass = "[Events]\n" + "".join(
        f"Dialogue: 0,0:00:{start:05.2f},0:00:{start + 1:05.2f},D,,0,0,0,,{text}\n"
        for start, text in [(1, TALE[0]), (7, TALE[1]), (11.8, "{\\pos(1,2)}A SIGN"), (12, TALE[2])]
    )
    heard = [
        said(line, start, 0.3, segment=k) for k, (start, line) in enumerate([(1, TALE[0]), (7, TALE[1])])
    ]
    heard.append(said(TALE[2], 12.0, 0.3, segment=2))
    made = align(heard, ass, name="text.ass", keep_cues=True)
    assert [(row["cue"], len(row["words"])) for row in made["cues"]] == [(1, 10), (2, 7), (4, 8), (3, 0)]
    assert made["cues"][3]["start"] == pytest.approx(11.8, abs=0.4)


def test_without_the_option_there_are_no_cues(align):
    assert not align(TALE, srt(*TALE), name="text.srt")["cues"]


def test_a_cue_that_is_partly_spoken_stays_whole_and_one_that_is_mostly_not_is_laid_out(align):
    text = srt(
        *TALE[:2],
        "A woman with a yellow umbrella stepped ashore. Her captain followed with three dogs.",
        "She asked the keeper where the lighthouse was. Nobody in the whole village of seven houses wanted "
        "to tell her anything at all about it that day.",
        *TALE[4:],
    )
    made = align(TALE, text, name="text.srt", keep_cues=True)
    cues = {row["cue"]: row for row in made["cues"]}
    assert set(cues) == {1, 2, 3, None, 5, 6}
    assert not cues[3]["complete"]
    assert " ".join(cues[3]["words"]) == TALE[2]
    assert " ".join(cues[None]["words"]) == TALE[3]
    # What is shown is listed as kept, what is not shown as left out.
    rows = {row["text"][:11]: row["segment"] for row in made["doubts"] if row["verdict"] == "unspoken"}
    assert rows["Her captain"] is not None
    assert rows["Nobody in t"] is None


def test_other_speech_stays_between_cues_and_not_inside_one(align):
    heard = [*TALE[:2], "Completely different people were talking here.", *TALE[2:]]
    between = align(heard, srt(*TALE), name="text.srt", keep_cues=True)
    assert [row["cue"] for row in between["cues"]] == [1, 2, None, 3, 4, 5, 6]
    inside = align(heard, srt(TALE[0], "\n".join(TALE[1:3]), *TALE[3:]), name="text.srt", keep_cues=True)
    assert [row["cue"] for row in inside["cues"]] == [1, 2, 3, 4, 5]
    assert doubts(inside, "extra") == ["Completely different people were talking here."]


def test_a_text_without_cues_is_refused(align):
    done = align(TALE, "\n".join(TALE), keep_cues=True)
    assert "it has no cues that --keep-cues could keep" in done.stdout + done.stderr
