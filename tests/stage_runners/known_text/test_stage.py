"""The stage known_text, in its environment: what it makes of small texts and of what was recognised."""

from __future__ import annotations

import random

import pytest

from ipc.artifacts import read, write
from orchestrator.stages.catalog import STAGES
from tests.stage_runners.rows import said, segment
from tests.stage_runners.spec import run_stage

pytestmark = pytest.mark.env("nlp")

TALE = [
    "The harbour was quiet when the old ferry came in.",
    "Nobody had expected visitors before the spring.",
    "A woman with a yellow umbrella stepped ashore.",
    "She asked the keeper where the lighthouse was.",
    "He pointed north and went back to his nets.",
    "By evening the wind had turned into a storm.",
]


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


@pytest.fixture
def align(tmp_path):
    """A function: recognised lines and a text to the stage's tables."""
    count = 0

    def run(lines, text, name="text.txt", language="en", gap=1.5, each=0.3, doubts=(), **params):
        nonlocal count
        count += 1
        folder = tmp_path / str(count)
        folder.mkdir()
        segments, words, clock = [], [], 1.0
        for number, line in enumerate(lines):
            own = said(line, clock, each, segment=number) if isinstance(line, str) else line
            for word in own:
                word["segment"] = number
            segments.append(segment(number, own[0]["start"], own[-1]["end"], language=language))
            words += own
            clock = own[-1]["end"] + gap
        paths = {name: folder / f"{name}.parquet" for name in ("segments", "words", "doubts", "speech")}
        write(paths["segments"], "segments", columns(segments))
        write(paths["words"], "words", columns(words))
        empty = {"start": [], "end": [], "segment": [], "verdict": [], "text": [], "reasons": [], "score": []}
        write(paths["doubts"], "doubts", columns(list(doubts)) or empty)
        regions = [{"start": s["start"], "end": s["end"], "confidence": 0.9} for s in segments]
        write(paths["speech"], "regions", columns([*regions, *params.pop("speech", ())]))
        there = folder / name
        there.write_text(text, encoding="utf-8")
        done, out = run_stage("known_text", paths, folder, params={"text": str(there), **params}, env="nlp")
        if done.returncode:
            return done
        kinds = {output.name: output.kind for output in STAGES["known_text"].outputs}
        found = {output: read(out / f"{output}.parquet", kind) for output, kind in kinds.items()}
        return {"said": done.stdout + done.stderr, **{name: table.rows() for name, table in found.items()}}

    return run


def texts(made):
    return [row["text"] for row in made["segments"]]


def doubts(made, verdict):
    return [row["text"] for row in made["doubts"] if row["verdict"] == verdict]


def starts(made):
    return {word["text"].strip(".,").lower(): word["start"] for word in made["words"]}


def test_the_texts_words_take_the_times_of_the_recognised_ones(align):
    heard = [line.lower().replace(".", "").replace("ferry", "fairy") for line in TALE]
    made = align(heard, "\n".join(TALE))
    assert texts(made) == TALE
    words = made["words"]
    assert words[0]["start"] == 1.0
    assert words[7]["text"] == "ferry"
    assert words[7]["start"] == pytest.approx(1.0 + 7 * 0.35, abs=0.11)
    assert {w["method"] for w in words} <= {"attention", "placed"}
    assert not made["doubts"]
    assert [row["verdict"] for row in made["lines"]] == ["spoken"] * 6


def test_a_line_that_is_not_spoken_is_left_out_and_listed(align):
    text = [*TALE[:3], "The captain never said a word about the missing treasure.", *TALE[3:]]
    made = align(TALE, "\n".join(text))
    assert texts(made) == TALE
    assert doubts(made, "unspoken") == ["The captain never said a word about the missing treasure."]
    assert [row["verdict"] for row in made["lines"]][3] == "unspoken"


def test_speech_that_is_not_in_the_text_is_kept_and_listed_or_dropped_on_request(align):
    text = "\n".join([*TALE[:2], *TALE[3:]])
    made = align(TALE, text)
    assert texts(made) == TALE
    extra = [row for row in made["doubts"] if row["verdict"] == "extra"]
    assert [(row["text"], row["segment"]) for row in extra] == [(TALE[2], 2)]
    made = align(TALE, text, extra_speech=False)
    assert texts(made) == [*TALE[:2], *TALE[3:]]
    assert [row["segment"] for row in made["doubts"]] == [None]


def test_words_inside_a_line_follow_the_text_and_are_reported(align):
    text = "\n".join(TALE).replace("yellow umbrella", "umbrella").replace("his nets", "his old wet nets")
    made = align(TALE, text)
    assert texts(made) == text.split("\n")
    assert doubts(made, "extra") == ["yellow"]
    perhaps = [row for row in made["doubts"] if row["verdict"] == "unspoken"]
    assert [row["text"] for row in perhaps] == ["old wet"]
    assert perhaps[0]["segment"] == 4


@pytest.mark.parametrize(
    "order", [[1, 0, 3, 2, 5, 4], [3, 4, 5, 0, 1, 2], [5, 4, 3, 2, 1, 0]], ids=["pairs", "scenes", "reversed"]
)
def test_lines_in_another_order_are_put_in_the_films(align, order):
    made = align(TALE, "\n".join(TALE[k] for k in order))
    assert texts(made) == TALE
    assert not made["doubts"]


def test_a_line_that_recurs_is_found_at_each_place(align):
    film = [TALE[0], TALE[1], TALE[2], TALE[1], TALE[3], TALE[1]]
    made = align(film, "\n".join([TALE[1], TALE[0], TALE[2], TALE[1], TALE[3], TALE[1]]))
    assert texts(made) == film


def test_the_text_of_another_film_is_refused(align):
    other = [
        "Quarterly revenue exceeded every forecast we published.",
        "Shareholders will receive the dividend in October.",
        "Our competitors have closed three factories already.",
    ]
    done = align(TALE, "\n".join(other))
    assert done.returncode
    assert "text.txt is not of this film" in done.stdout + done.stderr


def test_numbers_match_however_they_are_written(align):
    heard = ["We counted twenty two boats in nineteen eighty four", "and forty-one of them sank"]
    made = align(heard, "We counted 22 boats in 1984\nand 41 of them sank.\n")
    words = starts(made)
    assert words["22"] == pytest.approx(1.7, abs=0.01)
    assert words["1984"] == pytest.approx(1.0 + 6 * 0.35, abs=0.01)
    assert not made["doubts"]


def test_a_script_without_spaces_is_matched_by_characters(align):
    text = ["今日はとてもいい天気ですね。", "明日は東京へ電車で行きます。"]
    heard = []
    for number, line in enumerate(text):
        own = said(" ".join(line.replace("。", "").replace("天", "転")), 1.0 + 10 * number, 0.2, 0.0)
        heard.append([{**word, "space": False} for word in own])
    made = align(heard, "\n".join(text), language="ja")
    assert texts(made) == text
    last = [word for word in made["words"] if word["text"] == "す。"]
    assert last[0]["start"] == pytest.approx(11.0 + 12 * 0.2, abs=0.01)
    assert not any(word["space"] for word in made["words"][1:13])


def test_hindi_that_was_recognised_in_urdus_letters_is_matched_by_its_consonants(align):
    text = "मेरे प्यारे देशवासियों आज फिर मुझे आपसे मिलने का सौभाग्य मिला हैं"
    made = align(["میرے پیارے دیشواسیوں آج پھر مجھے آپ سے ملنے کا سوبھاگیہ ملا ہیں"], text, language="hi")
    assert texts(made) == [text]
    found = [word for word in made["words"] if word["method"] == "attention"]
    assert len(found) >= 8
    assert made["words"][3]["start"] == pytest.approx(1.0 + 3 * 0.35, abs=0.01)


def test_songs_that_nobody_sings_are_not_missed_and_names_are_kept_with_the_lines(align):
    cues = "".join(
        f"{k}\n00:00:{k:02},000 --> 00:00:{k:02},900\n{line}\n\n"
        for k, line in enumerate([f"ANNA: {TALE[0]}", "♪ Tralala and hey ♪", *TALE[1:]], 1)
    )
    made = align(TALE, cues, name="text.srt")
    assert texts(made) == TALE
    assert not made["doubts"]
    assert made["lines"][0]["speaker"] == "ANNA"
    assert made["lines"][0]["start"] == 1.0


def test_speech_without_text_stays_missed_speech_unless_the_text_has_it(align):
    silence = {
        "start": 30.0, "end": 34.0, "segment": None, "verdict": "empty", "text": "",
        "reasons": ["x"], "score": 0.8,
    }  # fmt: skip
    made = align(TALE, "\n".join(TALE), doubts=[silence])
    assert [row["verdict"] for row in made["doubts"]] == ["empty"]


def test_half_a_film_in_another_order_with_misheard_words_is_found(align):
    rng = random.Random(4)
    letters = "abcdefghijklmnopqrstuvwxyz"
    lexicon = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(3000)]
    film = [" ".join(rng.choices(lexicon, k=9)) for _ in range(300)]
    misheard = [
        " ".join(word if rng.random() < 0.85 else rng.choice(lexicon) for word in line.split())
        for line in film
    ]
    made = align(misheard, "\n".join([*film[150:], *film[:150]]), gap=0.2)
    assert len(made["words"]) >= 0.98 * 2_700
    assert [row["start"] for row in made["segments"]] == sorted(row["start"] for row in made["segments"])
    assert texts(made)[0] == film[0]
    assert sum(ours in film for ours in texts(made)) >= 0.97 * len(film)


OTHER = "Please bring the ladder before the paint dries out."


def test_a_line_in_whose_place_others_were_heard_is_unspoken_and_the_speech_is_kept(align):
    for k in range(len(TALE)):
        made = align(TALE, "\n".join([*TALE[:k], OTHER, *TALE[k + 1 :]]))
        assert texts(made) == TALE
        assert doubts(made, "unspoken") == [OTHER]
        assert [(r["text"], r["segment"]) for r in made["doubts"] if r["verdict"] == "extra"] == [
            (TALE[k], k)
        ]


def test_where_recognition_is_poor_an_unlike_line_keeps_its_place(align):
    rng = random.Random(7)

    def misheard(line):
        return "".join(rng.choice("aeiourstln") if c.isalpha() and rng.random() < 0.3 else c for c in line)

    heard = [misheard(line.lower()) for line in TALE]
    heard[2] = "the women which are yelling from Bella stopped in the shower"
    assert texts(align(heard, "\n".join(TALE))) == TALE


def test_speech_that_the_recogniser_is_unsure_of_does_not_displace_a_line(align):
    heard = [said(line, 1.0 + 6 * k, 0.3, segment=k) for k, line in enumerate(TALE)]
    heard[2] = said("Are women with the fellow Brenda step around", 13.0, 0.3)
    for row in heard[2]:
        row["probability"] = 0.3
    assert texts(align(heard, "\n".join(TALE))) == TALE


def test_other_words_in_a_spoken_line_are_listed_and_its_cue_is_flagged(align):
    text = TALE.copy()
    text[1] = "Nobody had expected a hundred bicycles on Monday."
    made = align(TALE, "\n".join(text))
    assert texts(made) == text
    rows = [row for row in made["doubts"] if row["verdict"] == "unspoken"]
    assert [(row["text"], row["segment"]) for row in rows] == [("a hundred bicycles on Monday.", 1)]
    assert "other words were recognised" in rows[0]["reasons"][0]
    assert doubts(made, "extra") == ["visitors before the spring."]


def test_lines_of_the_rest_of_the_film_are_counted_apart_in_a_clip(align):
    text = [
        "It was a long way down to the village.",
        *TALE[:3],
        OTHER,
        *TALE[3:],
        "The end of it all came soon.",
    ]
    made = align(TALE, "\n".join(text), clip="0:00-0:30")
    assert texts(made) == TALE
    assert "outside_clip = {'words': 16, 'lines': 2}" in made["said"]
