"""The value of each option: the places that set it and their rank, and errors in a file."""

# ruff: noqa: F811  (the fixture `place` is an argument)

from __future__ import annotations

import json
import os

import pytest

from orchestrator import cli
from orchestrator.config import files
from orchestrator.config.options import OPTIONS
from orchestrator.errors import OK, USAGE, FatalError
from orchestrator.planning import stage_settings
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.places import place  # noqa: F401

TOKEN = "hf_" + "NeverShownToAnybody1"


def test_a_place_overrides_the_ones_below_it_and_records_what_it_shadows(place):
    place.config('model = "from-config"\nbeam_size = 1\nmax_cps = 12\nlanguage = "fr"')
    place.environment(
        ORCHESTRATOR_MODEL="from-ours", WHISPER_MODEL="from-carried", ORCHESTRATOR_BEAM_SIZE="2"
    )
    place.environment(ORCHESTRATOR_MAX_CPS="13")
    place.allowed('model = "from-job"\nmax-cps = 14')
    asked = place.settings("--model", "from-line")
    assert (asked.value("model"), asked.sources()["model"]) == ("from-line", "--model")
    assert [(value.value, value.source) for value in asked.shadowed["model"]] == [
        ("from-job", "movie.mp4.orchestrator.toml"),
        ("from-ours", "environment ORCHESTRATOR_MODEL"),
        ("from-carried", "environment WHISPER_MODEL"),
        ("from-config", "config.toml"),
    ]
    assert (asked.value("max_cps"), asked.sources()["max_cps"]) == (14.0, "movie.mp4.orchestrator.toml")
    assert (asked.value("beam_size"), asked.sources()["beam_size"]) == (
        2,
        "environment ORCHESTRATOR_BEAM_SIZE",
    )
    assert (asked.value("language"), asked.sources()["language"]) == ("fr", "config.toml")
    assert asked.value("chunk_size") is None
    assert "chunk_size" not in asked.sources()


TEXTS = {bool: "true", int: "18", float: "12.5"}
SPECIAL = {"language": "en", "clip": "1:00-2:00", "audio_channel": "left", "cache_limit": "50 GB"}


NEEDED = {
    "text": ("--text", "script.txt"),
    "chapters": ("--chapters",),
    "target_language": ("--target-language", "de"),
    "translation_endpoint": ("--target-language", "de", "--translation-endpoint", "http://localhost/v1"),
}
"""What makes an option on the command line have an effect, by the option that it needs."""


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_can_be_set_in_every_place(option, place, tmp_path):
    text = (
        option.cli.choices[0]
        if option.cli.choices
        else str(option.cli.most)
        if option.cli.most
        else TEXTS.get(option.type, SPECIAL.get(option.key, "srt"))
    )
    written = text if option.type in (bool, int, float) else json.dumps(text)
    seen = []
    for say, words in (
        (lambda: place.config(f"{option.name} = {written}"), ()),
        (lambda: place.environment(**{f"ORCHESTRATOR_{option.key.upper()}": text}), ()),
        (lambda: place.job.write_text(f"{option.key} = {written}"), ()),
        (lambda: None, (f"--{option.name}",) if option.type is bool else (f"--{option.name}", text)),
    ):
        say()
        needed = [word for one in option.cli.needs if words for word in NEEDED.get(one.partition("|")[0], ())]
        asked = place.settings(*words, *needed)
        seen.append(asked.sources()[option.key])
        assert asked.value(option.key) is not None
    assert seen == [
        "config.toml",
        f"environment ORCHESTRATOR_{option.key.upper()}",
        "movie.mp4.orchestrator.toml",
        f"--{option.name}",
    ]


def test_a_switch_can_be_turned_off_and_on_again(place):
    place.config("no_mux = true\ndiarize = false")
    assert stage_settings.off(place.settings()) == {"mux": "config.toml", "diarization": "config.toml"}
    assert set(stage_settings.off(place.settings("--mux"))) == {"diarization"}
    place.environment(ORCHESTRATOR_NO_DIARIZE="0")
    assert set(stage_settings.off(place.settings())) == {"mux"}
    assert stage_settings.off(place.settings("--mux", "--no-diarize")) == {"diarization": "--no-diarize"}


def test_an_empty_value_restores_the_default(place):
    place.config('hotwords = "Simran"\nlanguage = "hi"')
    place.job.write_text('hotwords = ""\nlanguage = "auto"')
    asked = place.settings()
    assert asked.value("hotwords") is None
    assert asked.sources()["hotwords"] == "movie.mp4.orchestrator.toml"
    assert stage_settings.params(asked) == {}


def test_an_empty_variable_sets_nothing(place):
    place.environment(WHISPER_MODEL="", ORCHESTRATOR_LANGUAGE="", WHISPERX_DEVICE="")
    asked = place.settings()
    assert (asked.value("model"), asked.value("language"), asked.devices) == (None, None, {})


def test_the_configuration_file_has_a_default_path_and_a_variable(place, tmp_path, monkeypatch):
    other = tmp_path / "mine.toml"
    other.write_text("beam_size = 3")
    place.environment(ORCHESTRATOR_CONFIG=str(other))
    assert place.settings().sources()["beam_size"] == "mine.toml"
    other.unlink()
    with pytest.raises(FatalError, match="ORCHESTRATOR_CONFIG: there is no file"):
        place.settings()
    monkeypatch.delenv("ORCHESTRATOR_CONFIG")
    monkeypatch.setattr("sys.platform", "darwin")
    mac = tmp_path / "user/Library/Application Support/orchestrator/config.toml"
    mac.parent.mkdir(parents=True)
    mac.write_text("beam_size = 4")
    assert place.settings().value("beam_size") == 4


def test_films_with_the_same_stem_have_different_job_files(place, tmp_path):
    other = tmp_path / "movie.mkv"
    other.write_text("another film")
    place.job.write_text('language = "hi"')
    assert place.settings().value("language") == "hi"
    assert place.settings(film=other).value("language") is None


def test_a_folder_in_a_file_is_relative_to_the_file(place, tmp_path):
    place.allowed('output_dir = "out"\nmodel = "./mine"')
    asked = place.settings()
    assert asked.value("output_dir") == tmp_path / "out"
    assert asked.value("model") == str(tmp_path / "mine")


# --- errors in a file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('modell = "base"', "modell: there is no such option (did you mean model?)"),
        ("batch_size = 0", "batch_size = 0: must be at least 1"),
        ('batch_size = "8"', 'batch_size: not a whole number: "8"'),
        ("batch_size = true", "batch_size: not a whole number: true"),
        ("beam_size = 2.5", "beam_size: not a whole number: 2.5"),
        ("language = 3", "language: not text in quotes: 3"),
        ('language = "Hindi"', 'language = "Hindi": not a language code'),
        ('mux = "yes"', 'mux: not true or false: "yes"'),
        ('container = "avi"', "must be one of mkv, mp4"),
        ('output_format = ["srt", "doc"]', "there is no format 'doc'"),
        ("language = hi", "not valid TOML: "),
        ('device = "asr=gpu"', "there is no device 'gpu'"),
        ("device = 3", "device: neither text nor a table"),
        ('[device]\nars = "cpu"', "there is no stage 'ars' (did you mean asr?)"),
        ('[device]\nasr = "cud"', "did you mean cuda?"),
        ("mux = true\nno_mux = true", "mux is set twice, to different values"),
        ('until = "asr"', "applies to one run only"),
        (f'hf_token = "{TOKEN}"', "hf_token: a token does not belong in a file (set HF_TOKEN"),
        ("min_speakers = 4\nmax_speakers = 2", "min_speakers = 4 is more than"),
    ],
)
def test_an_error_in_a_file_names_file_and_key(place, text, expected):
    place.job.write_text(text)
    message, status = place.refused()
    assert expected in message
    assert str(place.job) in message
    assert status == USAGE
    assert TOKEN not in message


def test_a_file_that_is_not_utf_8_is_an_error(place):
    place.job.write_bytes(b'\xff\xfe\x00language = "hi"')
    assert "not UTF-8" in place.refused()[0]


# --- the effects on planning


def test_threads_limits_every_stage(place):
    assert {
        stage.resources.cores for stage in stage_settings.stages(place.settings("--threads", "1")).values()
    } == {1}
    assert stage_settings.stages(place.settings()) == STAGES
    two = stage_settings.stages(place.settings("--threads", "2"))
    assert two["asr"].resources.cores == 2
    assert two["demux"].resources.cores == 1


def test_sounds_are_detected_if_the_option_or_the_profile_is_set(place):
    def off(*words):
        arguments = place.settings(*words)
        return stage_settings.stages(arguments)["sounds"].off or stage_settings.off(arguments).get(
            "sounds", ""
        )

    assert off() == "--sounds turns it on"
    assert off("--sounds") == ""
    assert off("--profile", "netflix-sdh") == ""
    assert off("--profile", "netflix") == "--sounds turns it on"
    assert "--no-sounds" in off("--profile", "netflix-sdh", "--no-sounds")
    assert "--no-shots" in stage_settings.off(place.settings("--no-shots"))["shots"]


@pytest.mark.env("models")
def test_config_shows_value_place_and_shadowed_values(place, capsys):
    place.config('max_line_width = 36\nlanguage = "fr"')
    place.environment(
        ORCHESTRATOR_LANGUAGE="de", HF_TOKEN=TOKEN, INDICTRANS2_DEVICE="cuda", ORCHESTRATOR_MODLE=TOKEN
    )
    place.job.write_text("beam_size = 3")
    assert cli.main(["config", str(place.film)]) == OK
    output = capsys.readouterr().out
    lines = {line.split()[0]: line for line in output.splitlines() if line}
    assert "36" in lines["max_line_width"]
    assert "config.toml" in lines["max_line_width"]
    assert "environment ORCHESTRATOR_LANGUAGE" in lines["language"]
    assert "not fr (config.toml)" in lines["language"]
    assert "movie.mp4.orchestrator.toml" in lines["beam_size"]
    assert "built-in default" in lines["chunk_size"]
    assert "this machine" in lines["device.asr"]
    assert str(place.user) in output
    assert str(place.job) in output
    assert "Hugging Face token: set (HF_TOKEN)" in output
    assert "device for translation, if --target-language is given: cuda (environment INDIC" in output
    assert "did you mean ORCHESTRATOR_MODEL?" in output
    assert TOKEN not in output


@pytest.mark.env("models")
def test_config_as_json_has_the_same_and_no_token(place, capsys):
    place.environment(HF_TOKEN=TOKEN, ORCHESTRATOR_HOTWORDS=TOKEN)
    assert cli.main(["config", "--json", "--beam_size", "2"]) == OK
    output = capsys.readouterr().out
    body = json.loads(output)
    rows = {row["name"]: row for row in body["options"]}
    assert (rows["beam_size"]["value"], rows["beam_size"]["from"]) == (2, "--beam-size")
    assert rows["device.asr"]["from"] == "this machine"
    assert body["token"] == {"set": True, "from": "HF_TOKEN"}
    assert body["job_file"] is None
    assert TOKEN not in output


def test_config_reports_a_missing_token_and_problems(place, capsys):
    place.environment(HF_HUB_CACHE=str(place.film.parent / "hub"))
    assert cli.main(["config", "--model", "large-v2"]) == OK
    output = capsys.readouterr().out
    assert "Hugging Face token: not set" in output
    assert "large-v2 is not on this disk" in output


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a = " + "[\n" * 60_000, "nested too deeply"),
        (f"[{'a.' * 50_000}b]", "line 1 has 100003 characters"),
        (f"beam_size = {'9' * 5000}", "not valid TOML: Exceeds the limit"),
        ("# " * 200_000, "larger than 256 kB"),
        (f"language = '{'x' * 4000}'", "..."),
    ],
)
def test_a_configuration_that_no_one_wrote_by_hand_is_refused_briefly(tmp_path, content, why):
    (tmp_path / "config.toml").write_text(content)
    with pytest.raises(FatalError) as caught:
        files.read(tmp_path / "config.toml")
    assert why in caught.value.message
    assert len(caught.value.message) < 600


def test_a_configuration_that_is_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(FatalError, match="a pipe, not a file"):
        files.read(tmp_path / "config.toml")
