"""The stage existing_subtitles, in its environment: subtitles that fit help, others change nothing."""

from __future__ import annotations

import random

import numpy as np
import pytest

from ipc.artifacts import read, write, write_audio
from orchestrator.stages.catalog import STAGES
from tests.stage_runners.rows import said, segment
from tests.stage_runners.spec import run_stage

pytestmark = pytest.mark.env("nlp")
TALE = [
    "The harbour was quiet when Kirsten came.",
    "Nobody expected visitors before the spring.",
    "A woman with a yellow umbrella stepped ashore.",
    "She asked the keeper where the lighthouse was.",
    "Perhaps Kirstin knows it, he answered slowly.",
    "By evening the wind turned into a storm.",
    "They waited for the next ferry together.",
    "It never came, and nobody wondered about it.",
    "So Kirsten walked home along the beach.",
    "The sea was calm again in the morning.",
    "We heard the story many years later.",
    "Most of it was true, as far as we know.",
]
SPANISH = [
    "El puerto estaba tranquilo cuando Kirsten vino.",
    "Nadie esperaba visitas antes de la primavera.",
    "Una mujer con un paraguas amarillo desembarcó.",
    "Preguntó al guarda dónde estaba el faro.",
    "Quizá lo sepa Kirsten, contestó despacio.",
    "Al anochecer el viento se volvió tormenta.",
    "Esperaron juntos el siguiente barco.",
    "Nunca llegó, y a nadie le extrañó.",
    "Así que Kirsten se fue a casa por la playa.",
    "El mar volvió a estar en calma por la mañana.",
    "Oímos la historia muchos años después.",
    "Casi todo era verdad, que sepamos.",
]
GAPS = (0.9, 1.7, 2.6, 1.1, 3.3, 1.4, 2.1, 0.8, 2.9, 1.9, 1.2, 2.3)


@pytest.fixture
def film(tmp_path):
    """A function: subtitle lines, with what is wrong about them, to what the stage makes of a film.

    In the film people speak TALE; `ferry` and once `Kirsten` were recognised as `fairy` and `Kirstin`.
    """
    segments, words, clock = [], [], 2.0
    for number, (line, gap) in enumerate(zip(TALE, GAPS, strict=True)):
        own = said(line.replace("ferry", "fairy"), clock, 0.3, segment=number)
        for word in own:
            bare = word["text"].strip(".,")
            word["probability"] = 0.4 if bare in {"fairy", "Kirstin"} else 0.95
        segments.append(segment(number, own[0]["start"], own[-1]["end"], text=line.replace("ferry", "fairy")))
        words += own
        clock = own[-1]["end"] + gap
    rng = np.random.default_rng(5)
    sound = np.zeros(int((clock + 2) * 16000), np.int16)
    for one in segments:
        first, last = int(one["start"] * 16000), int(one["end"] * 16000)
        sound[first:last] = rng.normal(0, 3000, last - first)
    inputs = {name: tmp_path / f"{name}.parquet" for name in ("segments", "words", "speech")}
    inputs["audio"] = tmp_path / "audio.arrow"
    write_audio(inputs["audio"], sound, 16000)
    write(inputs["segments"], "segments", columns(segments))
    write(inputs["words"], "words", columns(words))
    regions = [{"start": s["start"], "end": s["end"], "confidence": 0.9} for s in segments]
    write(inputs["speech"], "regions", columns(regions))
    count = 0

    def run(lines, name="film.en.srt", language="en", by=0.0, spans=None, **params):
        nonlocal count
        count += 1
        folder = tmp_path / str(count)
        folder.mkdir()
        spans = spans or [(one["start"] - 0.05 + by, one["end"] + 0.1 + by) for one in segments]
        path = folder / name
        path.write_text(srt(zip(spans, lines, strict=False)), encoding="utf-8")
        given = {"files": [str(path)], "names": [name], "languages": [language], **params}
        done, out = run_stage("existing_subtitles", inputs, folder, params=given, env="nlp")
        assert done.returncode == 0, done.stdout + done.stderr
        kinds = {output.name: output.kind for output in STAGES["existing_subtitles"].outputs}
        return {output: read(out / f"{output}.parquet", kind).rows() for output, kind in kinds.items()}

    return run


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


def clock(seconds):
    ms = round(seconds * 1000)
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


def srt(cues):
    return "\n".join(f"{k}\n{clock(a)} --> {clock(b)}\n{line}\n" for k, ((a, b), line) in enumerate(cues, 1))


def pairs(made):
    return [(row["before"], row["after"]) for row in made["corrections"] if row["applied"]]


def test_its_own_subtitles_correct_unsure_words(film):
    right = [line.replace("Kirstin", "Kirsten") for line in TALE]
    made = film(right)
    assert pairs(made) == [("Kirstin", "Kirsten"), ("fairy", "ferry")]
    assert made["segments"][6]["text"] == "They waited for the next ferry together."
    assert made["corrections"][1]["evidence"][0] == "in film.en.srt"
    assert len(made["lines"]) == 12
    late = film(right, by=3.2)
    assert pairs(late) == pairs(made)
    assert late["lines"][0]["start"] == pytest.approx(made["lines"][0]["start"], abs=0.15)


def test_a_correction_that_was_undone_is_listed_and_not_made(film):
    made = film(TALE, undone=["fairy>ferry"])
    assert [(row["before"], row["applied"]) for row in made["corrections"]] == [("fairy", False)]
    assert "fairy" in made["segments"][6]["text"]


def test_subtitles_in_another_language_tell_names(film):
    made = film(SPANISH, name="film.es.srt", language="es")
    assert pairs(made) == [("Kirstin", "Kirsten")]
    assert {row["language"] for row in made["lines"]} == {"es"}


def test_a_translation_with_the_times_of_another_file_has_its_place_in_the_film(film, tmp_path):
    (tmp_path / "a").mkdir()
    first = tmp_path / "a" / "film.fr.srt"
    made = film(SPANISH, name="film.es.srt", language="es", by=3.2)
    assert {row["source"] for row in made["lines"]} == {"film.es.srt"}
    first.write_text((tmp_path / "1" / "film.es.srt").read_text(encoding="utf-8"), encoding="utf-8")
    files = [str(tmp_path / "1" / "film.es.srt"), str(first)]
    both = film(SPANISH, by=3.2, files=files, names=["film.es.srt", "film.fr.srt"], languages=["es", "fr"])
    starts = {name: [row["start"] for row in both["lines"] if row["source"] == name] for name in (
        "film.es.srt", "film.fr.srt",
    )}  # fmt: skip
    assert starts["film.es.srt"] == starts["film.fr.srt"] == [row["start"] for row in made["lines"]]


def test_names_before_lines_are_speakers_if_they_come_again(film):
    lines = [f"{('ANNA', 'BEN')[k % 2]}: {line}" for k, line in enumerate(TALE)]
    lines[3] = "THE KEEPER: What?"
    lines[4] = "[door slams] Perhaps Kirstin knows it."
    made = film(lines)
    assert [row["speaker"] for row in made["lines"]][:6] == ["Anna", "Ben", "Anna", "", "", "Ben"]


def test_speakers_are_those_of_one_file_in_the_letters_of_the_film(film, tmp_path):
    names = {"en": ("ANNA", "BEN"), "ru": ("\u0410\u041d\u041d\u0410", "\u0411\u0415\u041d")}
    made = {}
    for language, (one, other) in names.items():
        lines = [f"{(one, other)[k % 2]}: {line}" for k, line in enumerate(TALE)]
        made[language] = film(lines, name=f"film.{language}.srt", language=language)
    assert {row["speaker"] for row in made["en"]["lines"]} == {"Anna", "Ben"}
    assert {row["speaker"] for row in made["ru"]["lines"]} == {""}
    files = [str(tmp_path / str(k) / f"film.{language}.srt") for k, language in enumerate(names, 1)]
    both = film(TALE, files=files, names=["film.en.srt", "film.ru.srt"], languages=["en", "ru"])
    assert {row["speaker"] for row in both["lines"] if row["source"] == "film.en.srt"} == {"Anna", "Ben"}
    assert {row["speaker"] for row in both["lines"] if row["source"] == "film.ru.srt"} == {""}


@pytest.mark.parametrize("kind", ["another film's", "another's words in this film's times", "damaged"])
def test_wrong_subtitles_change_nothing(film, kind):
    rng = random.Random(8)
    other = [" ".join(rng.sample(" ".join(TALE[::-1]).lower().split(), 7)) for _ in TALE]
    if kind == "another film's":
        spans, at = [], 1.0
        for _ in range(12):
            at += rng.uniform(1, 9)
            spans.append((at, at + rng.uniform(0.7, 4)))
            at = spans[-1][1]
        made = film(TALE[::-1], spans=spans)
    elif kind == "damaged":
        made = film(["\n\n00:00:xx --> 00:00:09,000\n" + line for line in other], spans=[(5.0, 4.0)] * 12)
    else:
        made = film(other)
    assert pairs(made) == []
    assert [row["text"] for row in made["words"]] == " ".join(TALE).replace("ferry", "fairy").split()


@pytest.mark.parametrize("language", ["cs", "de"])
def test_names_with_endings_and_nouns_with_capitals_tell_nothing_of_another_language(film, language):
    made = film(SPANISH, name=f"film.{language}.srt", language=language)
    assert pairs(made) == []
