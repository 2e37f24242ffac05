"""Voices that are known: added, learnt from a series, handed to films, forgotten."""

from __future__ import annotations

import json
import stat

import pytest

from orchestrator.cli import main
from orchestrator.config.values import Layer
from orchestrator.errors import FatalError
from orchestrator.library import voice_files, voice_learning, voices
from orchestrator.library.voice_files import Clip

FILM, OTHER = "f" * 64, "0" * 64


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def clip(*start, source="clip.wav", model="campplus", seconds=12.0, **facts):
    vector = (*start, *([0.0] * (4 - len(start))))
    return Clip(
        vector=vector, model=model, revision="r1", seconds=seconds, source=source, added="2026-11-21", **facts
    )


def of(film_digest=FILM, series=""):
    """The names that a film may use, with their clips' sources."""
    file = voices.library(film_digest, series)
    return [] if file is None else [(v["name"], v["source"]) for v in json.loads(file.read_text())["voices"]]


def row(speaker, name, source="asked", confidence=1.0):
    return {"speaker": speaker, "name": name, "source": source, "confidence": confidence, "evidence": []}


def learn(*rows, film=FILM, series="The Wire", result="key", heard=None):
    heard = heard or {"SPEAKER_00": clip(1.0), "SPEAKER_01": clip(0.0, 1.0)}
    return [
        (p.name, p.clips[0].speaker)
        for p in voice_learning.learn(film, "e1.mkv", series, result, rows, heard)
    ]


def test_without_saved_voices_there_is_no_library():
    assert voices.library(FILM, "") is None


def test_an_added_voice_applies_to_every_film_or_to_one_series():
    voices.add("Aditi", [clip(1.0)])
    voices.add("Raj", [clip(0.0, 1.0)], "The Wire")
    assert of() == [("Aditi", "clip.wav")]
    assert of(series="the  wire") == [("Aditi", "clip.wav"), ("Raj", "clip.wav")]
    assert of(series="Lost") == [("Aditi", "clip.wav")]


def test_a_person_has_several_clips_but_one_per_recording():
    voices.add("Aditi", [clip(1.0, film="one"), clip(0.0, 1.0, film="two")])
    person = voices.add("aditi", [clip(0.6, 0.8, film="one")])
    assert [c.film for c in person.clips] == ["two", "one"]
    assert len(voice_files.people()) == 1


def test_the_library_key_depends_on_the_voices_for_the_film():
    voices.add("Aditi", [clip(1.0)])
    first = voices.library(FILM, "")
    voices.add("Raj", [clip(0.0, 1.0)], "Lost")
    assert voices.library(FILM, "") == first
    voices.add("Raj", [clip(0.0, 1.0)])
    assert voices.library(FILM, "") != first


def test_voices_named_by_dialogue_apply_to_other_films_of_the_series_only():
    assert learn(row("SPEAKER_00", "Aditi", "dialogue", 0.95)) == [("Aditi", "SPEAKER_00")]
    assert of(FILM, "The Wire") == []
    assert of(OTHER, "The Wire") == [("Aditi", "e1.mkv")]
    assert of(OTHER, "Lost") == []


def test_a_name_from_the_user_wins_over_later_names_from_dialogue():
    learn(row("SPEAKER_00", "Aditi"))
    assert of(FILM, "The Wire") == [("Aditi", "e1.mkv")]
    learn(row("SPEAKER_00", "Sheila", "dialogue", 0.95), result="a later run")
    assert ("Aditi", "e1.mkv") in of(FILM, "The Wire")
    learn(row("SPEAKER_00", "Meera"), result="the user says otherwise")
    assert ("Aditi", "e1.mkv") not in of(FILM, "The Wire")


def test_only_certain_names_are_saved():
    learn(
        row("SPEAKER_00", "Aditi", "dialogue", 0.85),
        row("SPEAKER_01", "Raj", "dialogue", 0.93),
        row("SPEAKER_02", "Priya", "voice", 0.99),
        row("SPEAKER_03", None, "none", 0.0),
        heard={f"SPEAKER_0{n}": clip(1.0) for n in range(4)},
    )
    assert [name for name, _ in of(OTHER, "The Wire")] == ["Raj"]


def test_voices_with_too_little_speech_are_not_saved():
    assert learn(row("SPEAKER_00", "Aditi"), heard={"SPEAKER_00": clip(1.0, seconds=2.0)}) == []


def test_removed_voices_do_not_return_with_the_same_result():
    learn(row("SPEAKER_00", "Aditi"))
    voices.remove("Aditi")
    assert learn(row("SPEAKER_00", "Aditi")) == []
    assert voice_files.people() == []


def test_a_voice_recognised_later_stays_saved():
    learn(row("SPEAKER_00", "Aditi", "dialogue", 0.95))
    assert learn(row("SPEAKER_00", "Aditi", "voice", 0.95), result="later") == []
    assert of(OTHER, "The Wire") == [("Aditi", "e1.mkv")]


def test_voices_named_by_dialogue_are_removed_with_the_name_but_not_those_named_by_the_user():
    learn(row("SPEAKER_00", "Aditi", "dialogue", 0.95), row("SPEAKER_01", "Raj"))
    learn(result="later")
    assert of(OTHER, "The Wire") == [("Raj", "e1.mkv")]


def test_a_new_name_for_a_voice_replaces_the_old_one():
    learn(row("SPEAKER_00", "Aditi"))
    learn(row("SPEAKER_00", "Priya"), result="later")
    assert of(OTHER, "The Wire") == [("Priya", "e1.mkv")]


def test_a_film_without_names_keeps_voices_from_clips_and_other_films():
    voices.add("Aditi", [clip(1.0)], "The Wire")
    learn(row("SPEAKER_00", "Aditi"), film=OTHER)
    learn(film=FILM)
    assert len(of(FILM, "The Wire")) == 2


def test_a_film_added_as_a_clip_keeps_that_clip_when_its_voices_are_saved():
    voices.add("Aditi", [clip(1.0, film=FILM)], "The Wire")
    learn(row("SPEAKER_00", "Aditi"))
    assert [c.learnt for c in voice_files.people()[0].clips] == ["", "asked"]
    assert of(FILM, "The Wire") == [("Aditi", "clip.wav"), ("Aditi", "e1.mkv")]


def test_an_unknown_name_cannot_be_removed():
    with pytest.raises(FatalError, match="no saved voice is called Raj"):
        voices.remove("Raj")


def test_an_unreadable_voice_file_is_skipped_with_a_message(home, capsys):
    voices.add("Aditi", [clip(1.0)])
    (home / "voices" / "broken.json").write_text("{")
    (home / "voices" / "other.json").write_text('{"name": "Raj", "clips": [{"vector": [1, "x"]}]}')
    assert [person.name for person in voice_files.people()] == ["Aditi"]
    cut, wrong = capsys.readouterr().err.splitlines()
    assert f"{home / 'voices' / 'broken.json'}: not a readable voice file: not valid JSON" in cut
    assert cut.endswith("this voice is unknown until you repair the file or move it away")
    assert "Expected `float`, got `str` - at `$.clips[0].vector[1]`" in wrong


def test_a_voice_file_with_unknown_fields_is_read(home):
    voices.add("Aditi", [clip(1.0)])
    (file,) = (home / "voices").glob("*.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), "pronouns": "she/her"}))
    assert [person.name for person in voice_files.people()] == ["Aditi"]


def test_voice_files_are_private_to_their_owner(home):
    voices.add("Aditi", [clip(1.0)])
    assert stat.S_IMODE((home / "voices").stat().st_mode) == 0o700
    assert all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in (home / "voices").glob("*.json"))


def test_voices_can_be_exported_and_imported(home, monkeypatch, tmp_path, capsys):
    voices.add("Aditi", [clip(1.0)])
    assert main(["voices", "export", str(tmp_path / "all.json")]) == 0
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "elsewhere"))
    assert main(["voices", "import", str(tmp_path / "all.json")]) == 0
    assert voice_files.people()[0].clips == (clip(1.0),)
    (tmp_path / "all.json").write_text("[]")
    assert main(["voices", "import", str(tmp_path / "all.json")]) == 2
    assert "not a file of voices" in capsys.readouterr().err


def test_the_list_shows_saved_voices_with_their_sources(capsys):
    assert main(["voices"]) == 0
    assert "no saved voices" in capsys.readouterr().out
    voices.add("Aditi", [clip(1.0)])
    learn(row("SPEAKER_00", "Raj"))
    assert main(["voices", "list"]) == 0
    told = capsys.readouterr().out
    assert "clip.wav (added 2026-11-21)" in told
    assert "e1.mkv (named by you" in told
    assert main(["voices", "list", "--json"]) == 0
    assert "vector" not in capsys.readouterr().out


def test_a_missing_name_on_the_command_line_is_reported(tmp_path, capsys):
    (tmp_path / "clip.wav").write_bytes(b"x")
    assert main(["voices", "add", str(tmp_path / "clip.wav"), str(tmp_path / "clip.wav")]) == 2
    assert "give the name first" in capsys.readouterr().err


def test_a_clip_that_sounds_like_another_speaker_is_reported(monkeypatch, tmp_path, capsys):
    from orchestrator.runs import enrol_voice

    voices.add("Aditi", [clip(1.0)])
    voices.add("Raj", [clip(0.0, 1.0)])
    monkeypatch.setattr(enrol_voice, "enrol", lambda *_, **__: clip(0.0, 1.0, source="new.wav", film="new"))
    assert main(["voices", "add", "Aditi", str(tmp_path / "new.wav")]) == 0
    told = capsys.readouterr()
    assert "Aditi: added 12 s of speech; saved: 24 s in 2 clips" in told.out
    assert "unlike the saved voice of Aditi (similarity 0.00)" in told.err
    assert "sounds like Raj (similarity 1.00)" in told.err


class TestEnrolment:
    """What a clip's voices make of it."""

    def heard(self, monkeypatch, *seconds):
        from orchestrator.runs import enrol_voice

        found = {f"SPEAKER_{n:02}": clip(1.0, seconds=length) for n, length in enumerate(seconds)}
        monkeypatch.setattr(enrol_voice, "_voices", lambda *_: found)
        return enrol_voice

    def test_a_clip_of_one_person_with_enough_speech_can_be_enrolled(self, monkeypatch, tmp_path):
        assert self.heard(monkeypatch, 9.0).enrol(tmp_path, None, Layer()).seconds == 9.0
        assert self.heard(monkeypatch, 1.0, 9.0).enrol(tmp_path, None, Layer()).seconds == 9.0

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [((), "no speech was detected"), ((3.0,), "3.0 s of clear"), ((9.0, 4.0), "2 speakers")],
    )
    def test_clips_with_no_speech_too_little_speech_or_two_speakers_are_refused(
        self, monkeypatch, tmp_path, seconds, said
    ):
        with pytest.raises(FatalError, match=said) as caught:
            self.heard(monkeypatch, *seconds).enrol(tmp_path, None, Layer())
        assert caught.value.status == 4
        assert isinstance(caught.value.hint, str)
        assert caught.value.hint


def test_the_command_has_its_help():
    assert main(["voices", "--help"]) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"vector": [1.0]},
        {"vector": []},
        {"vector": [float("nan")] * 4},
        {"vector": [1.0, 1.0, 0.0, 0.0]},
        {"seconds": "abc"},
        {"seconds": -4},
        {"seconds": float("inf")},
        {"model": None},
        {"model": ""},
        {"source": 1},
    ],
    ids=str,
)
def test_an_invalid_voice_file_is_refused(change, monkeypatch, tmp_path):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    good = {
        "vector": [0.5, 0.5, 0.5, 0.5],
        "model": "m",
        "revision": "r",
        "seconds": 9.0,
        "source": "a.wav",
        "added": "2026-11-21",
        "learnt": "",
        "film": "",
        "speaker": "",
    }
    person = {"name": "Aditi", "series": "", "clips": [good]}
    assert voices.load(json.dumps({"people": [person]}))[0].name == "Aditi"
    clips = [good, {**good, "film": "other", **change}] if "vector" in change else [{**good, **change}]
    with pytest.raises(FatalError, match="not a file of voices"):
        voices.load(json.dumps({"people": [{**person, "clips": clips}]}))
