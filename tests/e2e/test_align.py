"""`orchestrator align`: the text that the user has gets its times, and its speakers' names."""

from __future__ import annotations

import json

import pysubs2
import pytest

from orchestrator.errors import INPUT, USAGE
from tests.e2e.conftest import CLIP

SCRIPT = """INT. TWO KITCHENS - EVENING

DIANE WARD
Oh, hello. I didn't know you were there.

SHEILA BEAUMONT
Neither did I.

DIANE WARD
Okay, then I thought, you know, I heard a beep.
(beat)
This is Diane in New Jersey.

SHEILA BEAUMONT
My grandmother used to sell flowers at the harbour.

DIANE WARD
Oh, I'm originally from Chicago also. I'm in New Jersey now though.

SHEILA BEAUMONT
And I'm Sheila in Texas, originally from Chicago.
"""


@pytest.fixture(scope="module")
def aligned(program, finished, film, tmp_path_factory):
    """The folder of a run with a screenplay, of which two speeches are in another order than in the film."""
    assert finished
    folder = tmp_path_factory.mktemp("aligned")
    script = folder / "script.txt"
    script.write_text(SCRIPT, encoding="utf-8")
    program("align", film, "--text", script, "-o", folder, *CLIP, "--no-mux", "--output-format", "srt,json")
    assert program.how()["asr"] == "cached"
    assert program.how()["known_text"] == "done"
    return folder


def test_the_texts_words_stand_in_the_subtitles_with_its_names(aligned):
    cues = pysubs2.load(str(aligned / "demo.en.srt"))
    text = " ".join(event.plaintext.replace("\n", " ") for event in cues)
    assert "[DIANE WARD]" in text
    assert "[SHEILA BEAUMONT]" in text
    assert "I heard a beep" in text
    assert text.index("in Texas") < text.index("Chicago also")
    assert "grandmother" not in text
    assert "KITCHENS" not in text


def test_words_are_aligned_and_what_is_not_spoken_is_listed(aligned, program):
    result = json.loads((aligned / "demo.json").read_text())
    beep = next(word for word in result["word_segments"] if word["word"] == "beep.")
    assert beep["start"] == pytest.approx(12.2 - 8, abs=0.25)
    unspoken = [row["text"] for row in result["doubts"] if row["verdict"] == "unspoken"]
    assert "My grandmother used to sell flowers at the harbour." in unspoken
    stages = {stage["stage"]: stage for stage in program.report()["films"][0]["stages"]}
    assert stages["known_text"]["facts"]["form"] == "screenplay"
    assert stages["known_text"]["facts"]["unspoken"] == {"words": 9, "lines": 1}
    assert {row["source"] for row in result["speakers"].values()} == {"text"}


KEPT = [
    "Oh, hello. I didn't know\nyou were <i>there</i>.",
    "Neither did I.\nOkay, then I thought,",
    "[a beep]",
]


def test_kept_cues_are_those_of_the_file_with_other_times(program, finished, film, tmp_path):
    assert finished
    rest = ["you know, I heard a beep.\nThis is Diane in New Jersey.", "And I'm Sheila in Texas,"]
    cues = [f"00:01:0{k},000 --> 00:01:0{k},900\n{text}\n" for k, text in enumerate([*KEPT, *rest])]
    (tmp_path / "script.srt").write_text("\n".join(cues), encoding="utf-8")
    program(
        "align", film, "--text", tmp_path / "script.srt", "--keep-cues", "-o", tmp_path, *CLIP, "--no-mux",
        "--output-format", "srt",
    )  # fmt: skip
    made = pysubs2.load(str(tmp_path / "demo.en.srt"), keep_html_tags=True)
    shown = [event.text.replace("\\N", "\n") for event in made]
    assert [text for text in shown if text in {*KEPT, *rest}] == [*KEPT[:2], *rest]
    assert made[shown.index(rest[0])].start / 1000 == pytest.approx(11.2 - 8, abs=1.0)
    facts = {one["stage"]: one["facts"] for one in program.report()["films"][0]["stages"]}
    cues = facts["known_text"]["cues"]
    assert (cues["kept"], cues["of"]) == (4, 5)


def test_a_text_of_another_film_fails_with_a_sentence_and_writes_no_subtitles(
    program, finished, film, tmp_path
):
    assert finished
    text = tmp_path / "other.txt"
    text.write_text(
        "Quarterly revenue exceeded every forecast.\nShareholders receive dividends in October.\n"
    )
    done = program("run", film, "--text", text, "-o", tmp_path, *CLIP, "--no-mux", status=INPUT)
    assert "other.txt is not of this film" in " ".join(done.stderr.split())
    assert not list(tmp_path.glob("*.srt"))


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        (("align", "film"), USAGE, "align needs a text"),
        (("align", "film", "--text", "none.txt"), INPUT, "none.txt: file not found"),
        (
            ("align", "film", "--text", "words.txt", "--keep-cues"),
            INPUT,
            "no cues that --keep-cues could keep",
        ),
        (("run", "film", "--text", "sounds.srt"), INPUT, "no line that anybody could speak"),
        (("plan", "film", "film", "--text", "sounds.srt"), USAGE, "a text is of one film"),
    ],
)
def test_what_cannot_be_done_is_refused_before_the_film_is_read(program, film, tmp_path, words, status, why):
    (tmp_path / "sounds.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\n[door slams]\n")
    (tmp_path / "words.txt").write_text("Hello there.\n")
    done = program(*(film if word == "film" else word for word in words), status=status, cwd=tmp_path)
    assert why in done.stderr
