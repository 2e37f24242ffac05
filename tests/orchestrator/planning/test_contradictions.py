"""Options that contradict each other, or could have no effect, are refused before the film is read."""

# ruff: noqa: F811  (the fixture `place` is an argument)

from __future__ import annotations

from types import SimpleNamespace

import pytest

from orchestrator.errors import USAGE, FatalError
from orchestrator.film_files.headers import Headers
from orchestrator.planning import film_facts, named_speakers, off_stages, request, stage_settings, validation
from tests.orchestrator.places import place  # noqa: F401


def checked(place, *words, until=()):
    """The notices about the options; `FatalError` as a plan would raise it."""
    asked = place.settings(*words)
    stages, _ = request.stages_for(asked)
    off = off_stages.reasons(stages, stage_settings.off(asked), until)
    return [*asked.notices, *validation.check_settings(asked, stages, off)]


def refused(place, *words, until=()):
    with pytest.raises(FatalError) as caught:
        checked(place, *words, until=until)
    assert caught.value.status == USAGE
    return f"{caught.value.message} ({caught.value.hint})"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--num-speakers 2 --max-speakers 1", "--num-speakers 2 is more than --max-speakers 1"),
        ("--num-speakers 2 --min-speakers 3", "--min-speakers 3 is more than --num-speakers 2"),
        ("--no-diarize --num-speakers 3", "because diarization is off (--no-diarize)"),
        ("--no-diarize --max-speakers 3", "--max-speakers 3 has no effect"),
        ("--no-diarize --diarize-model embedded", "--diarize-model embedded has no effect"),
        ("--no-diarize --speaker-labels all", "--speaker-labels all has no effect, because of --no-diarize"),
        ("--no-diarize --speakers SPEAKER_00=A", "because diarization is off (--no-diarize)"),
        ("--no-diarize --name-confidence 0.5", "because diarization is off (--no-diarize)"),
        ("--no-diarize --output-format srt,rttm", "--output-format srt,rttm has no effect"),
        ("--no-diarize --device diarization=cpu", "--device diarization=cpu has no effect"),
        ("--no-names --cast c.csv", "--cast c.csv has no effect, because tmdb is off (--no-names)"),
        ("--no-names --tmdb movie/603", "--tmdb movie/603 has no effect"),
        ("--no-names --voice-threshold 0.5", "because naming is off (--no-names)"),
        ("--offline --tmdb movie/603", "--tmdb movie/603 has no effect, because of --offline"),
        ("--no-known-voices --series X", "--series X has no effect, because of --no-known-voices"),
        ("--no-known-voices --voice-threshold 0.5", "--voice-threshold 0.5 has no effect"),
        ("--no-mux --subtitle-format ass", "ass has no effect, because mux is off (--no-mux)"),
        ("--no-mux --container mp4", "--container mp4 has no effect"),
        ("--no-mux --replace-existing", "--replace-existing has no effect"),
        ("--audience children --max-cps 20", "--audience children has no effect, because of --max-cps 20"),
        ("--language en --target-language en", "en is the language spoken (--language en)"),
        (
            "--language en --target-language de,en --translation-model nllb-200-3.3B",
            "en is the language spoken"),
        ("--translation-model nllb-200-3.3B", "has no effect without --target-language (add it, such as "),
        ("--translation-endpoint http://h:1/v1", "has no effect without --target-language"),
    ],
)  # fmt: skip
def test_a_contradiction_on_the_command_line_is_a_sentence(place, words, sentence):
    assert sentence in refused(place, *words.split())


@pytest.mark.parametrize(
    "words",
    [
        "--num-speakers 2 --min-speakers 2 --max-speakers 2",
        "--no-diarize --speaker-labels none",
        "--no-names --speakers SPEAKER_00=A",
        "--no-diarize --output-format all",
        "--no-mux --no-replace-existing --container mkv",
        "--no-diarize --no-names --no-mux --no-shots --no-sounds",
        "--burn-in spoken --no-mux --container mp4",
    ],
)
def test_options_that_agree_are_accepted(place, words):
    assert checked(place, *words.split()) == []


def test_until_refuses_what_asks_for_a_later_stage_and_notes_the_rest(place):
    assert "--burn-in spoken has no effect, because burn is off" in refused(
        place, "--burn-in", "spoken", until=("asr",)
    )
    assert "--mux has no effect" in refused(place, "--mux", until=("asr",))
    assert checked(place, "--num-speakers", "3", until=("asr",)) == [
        "--num-speakers 3 has no effect, because diarization is off (--until asr)"
    ]
    place.config('profile = "bbc"\nnum_speakers = 2')
    assert checked(place, until=("asr",)) == []


def test_the_command_line_overrides_what_a_file_says_and_a_notice_tells_it(place):
    place.config('num_speakers = 2\nmax_speakers = 3\ntranslation_model = "nllb-200-3.3B"')
    assert checked(place) == []
    assert checked(place, "--no-diarize") == [
        f"{option} (config.toml) has no effect, because diarization is off (--no-diarize)"
        for option in ("num_speakers = 2", "max_speakers = 3")
    ]
    (note,) = checked(place, "--num-speakers", "5")
    assert note == "max_speakers = 3 (config.toml) is ignored, because --num-speakers 5 contradicts it"
    assert place.settings("--num-speakers", "5").value("max_speakers") is None


def test_a_secret_in_an_address_is_not_repeated(place):
    assert "s3cret" not in refused(place, "--translation-endpoint", "https://me:s3cretS3cret@host/v1")


@pytest.mark.parametrize(
    ("facts", "words", "sentence"),
    [
        ({"seconds": 30.0}, ["--clip", "10:00-11:00"], "which is 0:30 long"),
        ({"seconds": None}, ["--clip", "10:00-11:00"], ""),
        ({}, ["--clip", "10:00-11:00"], ""),
        ({"seconds": 30.0}, ["--clip", "0:10-11:00"], ""),
        ({"audio": ("audio track 0 (eng)",)}, ["--audio-track", "1"], "no such track"),
        ({"audio": ("audio track 0 (eng)",)}, ["--audio-track", "0"], ""),
    ],
)
def test_only_what_the_headers_state_refuses_a_clip_or_a_track(place, monkeypatch, facts, words, sentence):
    monkeypatch.setattr(film_facts, "_read", lambda _: Headers(**facts))
    asked = place.settings(*words)
    if not sentence:
        return film_facts.check(place.film, asked)
    with pytest.raises(FatalError, match=sentence):
        film_facts.check(place.film, asked)
    return None


def test_a_speaker_that_cannot_exist_is_refused(place):
    plan = SimpleNamespace(film=place.film, step=lambda _: SimpleNamespace(verdict="run", key=None))
    for words, sentence in (
        (["--speakers", "SPEAKER_99=Bob", "--max-speakers", "3"], "allows SPEAKER_00 to SPEAKER_02"),
        (["--speakers", "SPEAKER_100=Bob", "--num-speakers", "2"], "allows SPEAKER_00 to SPEAKER_01"),
        (["--speakers", "SPEAKER 3=Bob", "--num-speakers", "2"], "allows SPEAKER_00 to SPEAKER_01"),
        (["--speakers", "speaker_1=Bob"], "not the label of a speaker"),
        (["--speakers", "Bob=Bob"], "not the label of a speaker"),
        (["--speakers", "Bob"], "expected LABEL=NAME"),
    ):
        with pytest.raises(FatalError, match=sentence):
            named_speakers.check(plan, place.settings(*words), None)
    named_speakers.check(plan, place.settings("--speakers", "SPEAKER_99=Bob"), None)


def test_a_speaker_may_be_named_as_the_subtitles_call_it(place):
    plan = SimpleNamespace(film=place.film, step=lambda _: SimpleNamespace(verdict="run", key=None))
    words = ("--speakers", "SPEAKER 2=Bob, speaker_00=Ann", "--num-speakers", "2")
    named_speakers.check(plan, place.settings(*words), None)
