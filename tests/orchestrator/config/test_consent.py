"""What a stranger's job file may not do without the user's consent, and what consent covers."""

# ruff: noqa: F811  (the fixture `place` is an argument)

from __future__ import annotations

import os

import pytest

from ipc.declaration import Cli
from ipc.reach import NEEDS_CONSENT
from orchestrator.config import consent, files, job_files
from orchestrator.config.options import OPTIONS
from orchestrator.config.run_options import option as run_option
from orchestrator.errors import USAGE, FatalError, FilmError
from orchestrator.paths import home
from orchestrator.util.notices import say
from tests.orchestrator.places import place  # noqa: F401

REFUSED = {
    'model = "./voices"': "model",
    'model = "somebody/large"': "model",
    'diarize-model = "/nowhere/voices"': "diarize-model",
    'align_model = "~/aligner"': "align_model",
    'target_language = "de"\ntranslation_model = "somebody/nllb"': "translation_model",
    'target_language = "de"\ntranslation_endpoint = "http://evil.example/v1"': "translation_endpoint",
    'profile = "style.toml"': "profile",
    'cast = "../cast.csv"': "cast",
    'cast = "/etc/passwd"': "cast",
    'output_dir = "../elsewhere"': "output_dir",
    'output-dir = "/home/somebody/.config/autostart"': "output-dir",
    'series = "The Wire"': "series",
    'speakers = "SPEAKER_00=Simran"': "speakers",
    '[device]\nasr = "cuda"': "device.asr",
    'device = ["asr=cuda", "cpu"]': "device.asr",
}
"""Job files, and the key that is refused by name."""


def refusal(place, *words):
    with pytest.raises(FilmError) as caught:
        place.settings(*words)
    assert caught.value.status == USAGE
    assert "orchestrator allow" in caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("text", REFUSED)
def test_what_could_reach_out_of_the_folder_needs_consent(place, text):
    place.job.write_text(text)
    message = refusal(place)
    assert f"{place.job}: not allowed" in message
    assert f"{REFUSED[text]} = " in message
    place.allowed(text)
    place.settings()


def test_what_cannot_needs_none(place, tmp_path):
    (tmp_path / "cast.csv").write_text("Simran")
    (tmp_path / "again.csv").symlink_to("cast.csv")
    for cast in ("cast.csv", "./cast.csv", "again.csv", str(tmp_path / "cast.csv")):
        place.job.write_text(
            f'language = "hi"\nbeam_size = 3\nmodel = "auto"\ndiarize_model = ""\nclip = "1-2"\n'
            f'profile = "netflix"\noffline = true\nnames = false\noutput_dir = "subs"\ncast = "{cast}"\n'
            f'target_language = "en"\ndevice = "auto"'
        )
        assert place.settings().value("language") == "hi"


@pytest.mark.parametrize(
    "text",
    [
        'model = "base"', 'model = "Systran/faster-whisper-tiny.en"', 'diarize_model = "campplus"',
        'align_model = "pocketsphinx"', 'device = "cpu"', '[device]\nasr = "cpu"\nshots = "cpu"',
    ],
)  # fmt: skip
def test_a_model_that_is_installed_and_the_cpu_need_none(place, text):
    place.job.write_text(text)
    place.settings()


@pytest.mark.parametrize("text", ['model = "./base"', 'model = "base@main"', 'align_model = "base"'])
def test_the_name_of_an_installed_model_elsewhere_is_another_model(place, text):
    place.job.write_text(text)
    refusal(place)


def test_a_terminal_shows_each_option_that_needs_consent_on_its_own_line(place, capsys):
    place.job.write_text('model = "small"\n[device]\nasr = "cuda"\nalignment = "cpu"')
    with pytest.raises(FilmError) as caught:
        place.settings()
    say(caught.value)
    assert capsys.readouterr().err.splitlines()[:3] == [
        f"orchestrator: {place.job}: not allowed, and it sets what needs your consent:",
        '  model = "small" (it can load a model from any folder, or download one)',
        '  device.asr = "cuda" (it can choose the hardware, and with it the code, that a stage runs on)',
    ]


def test_an_option_that_declares_nothing_needs_consent():
    assert Cli().reach is NEEDS_CONSENT
    assert run_option(None, help="new").metadata["cli"].reach is NEEDS_CONSENT
    assert NEEDS_CONSENT.can
    assert not NEEDS_CONSENT.harmless("auto")


def test_the_options_that_can_reach_out_of_the_folder_are_these():
    """A list to look at: whoever takes an option off it says that a stranger may set it."""
    assert {option.key for option in OPTIONS if option.cli.reach.can} == {
        "model", "align_model", "diarize_model", "translation_model", "translation_endpoint",
        "translation_context", "glossary", "proofread", "translation_review", "target_language", "cast",
        "text", "names", "speakers", "series", "known_voices", "profile", "output_dir", "offline",
        "allow_smaller_model", "trust_model_code", "cache_limit",
    }  # fmt: skip


def test_a_number_that_needs_no_consent_has_a_most():
    """Or a stranger's job file could take all memory, or give a library a number that it cannot hold."""
    harmless = [option for option in OPTIONS if not option.cli.reach.can and option.type in {int, float}]
    assert len(harmless) >= 14
    assert [option.key for option in harmless if option.cli.most is None] == []


@pytest.mark.parametrize("line", ["beam_size = 101", f"batch_size = {10**40}", "max_line_count = 1e9"])
def test_a_job_file_cannot_ask_for_more_than_any_film_needs(place, line):
    place.job.write_text(line)
    with pytest.raises(FatalError, match=r"must be at most|not a whole number"):
        place.settings()


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("offline = true", "offline = false"),
        ("offline = true", "no_offline = true"),
        ("names = false", "no-names = false"),
        ("known_voices = false", "known_voices = true"),
    ],
)
def test_a_job_file_cannot_undo_the_users_own_caution(place, mine, theirs):
    place.job.write_text(theirs)
    place.settings()  # it says what holds anyway
    place.config(mine)
    assert theirs.partition(" = ")[0] in refusal(place)


def test_text_goes_to_the_users_own_server_only_if_the_user_asks_for_a_translation(place):
    place.job.write_text('target_language = "de"')
    place.settings()
    place.environment(ORCHESTRATOR_TRANSLATION_ENDPOINT="http://localhost:1/v1")
    assert "target_language" in refusal(place)


def test_a_value_that_is_the_users_own_needs_no_consent(place, tmp_path):
    place.job.write_text('model = "small"\n[device]\nasr = "cuda"')
    place.config('model = "small"\ndevice = "cuda"')
    assert place.settings().value("model") == "small"


def test_a_refusal_shows_no_secret_no_escapes_and_no_more_than_a_line(place):
    place.job.write_text(
        'translation_endpoint = "http://me:pass-word-1@evil.example/v1"\nmodel = "a\\u001b[2Jb"\n'
        f'diarize_model = "{"x" * 5000}"'
    )
    message = refusal(place)
    assert "pass-word-1" not in message
    assert "\x1b" not in message
    assert len(message) < 600


def test_a_changed_file_needs_consent_again_and_says_that_it_changed(place):
    place.allowed('model = "small"')
    place.settings()
    place.job.write_text('model = "small"\n# harmless')
    assert "changed since you allowed it" in refusal(place)


def test_consent_does_not_follow_a_copy(place, tmp_path):
    place.allowed('model = "small"')
    other = tmp_path / "other"
    other.mkdir()
    (other / "movie.mp4").write_text("another film")
    (other / place.job.name).write_bytes(place.job.read_bytes())
    with pytest.raises(FilmError, match="not allowed"):
        place.settings(film=other / "movie.mp4")


def test_what_is_hashed_is_what_is_parsed(place, monkeypatch):
    """An attacker who exchanges the file between two readings would need a second reading."""
    place.allowed('model = "small"')
    reads = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *a, **k: (reads.append(str(path)), real(path, *a, **k))[1])
    place.settings()
    assert reads.count(str(place.job)) == 1


@pytest.mark.parametrize("option", ["cast", "output_dir"])
def test_a_link_out_of_the_folder_is_where_it_leads(place, tmp_path, option):
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "cast.csv").write_text("Simran")
    (tmp_path / "here").symlink_to(outside)
    place.job.write_text(f'{option} = "here/cast.csv"')
    assert option in refusal(place)


def test_a_link_that_leads_elsewhere_since_the_consent_needs_it_again(place, tmp_path):
    outside = tmp_path.parent / f"{tmp_path.name}-places"
    for name in ("good", "bad"):
        (outside / name).mkdir(parents=True)
    (tmp_path / "subs").symlink_to(outside / "good")
    place.allowed('output_dir = "subs"')
    place.settings()
    (tmp_path / "subs").unlink()
    (tmp_path / "subs").symlink_to(outside / "bad")
    assert "what output_dir leads to changed since you allowed it" in refusal(place)


@pytest.mark.parametrize("hidden", ["", "."])
def test_a_model_whose_files_change_after_the_consent_needs_it_again(place, tmp_path, hidden):
    folder = tmp_path / "voices"
    folder.mkdir()
    (folder / "config.yaml").write_text("good")
    place.allowed('diarize_model = "./voices"')
    place.settings()
    (folder / f"{hidden}pytorch_model.bin").write_text("a pickle")
    assert "what diarize_model leads to changed" in refusal(place)


def test_a_link_to_a_job_file_that_is_allowed_gives_its_paths_no_other_meaning(place, tmp_path):
    """A stranger's folder links to the user's own file, and has a `voices` of its own."""
    place.allowed('diarize_model = "./voices"')
    other = tmp_path.parent / f"{tmp_path.name}-stranger"
    other.mkdir()
    (other / "film.mkv").write_text("another film")
    (other / "film.mkv.orchestrator.toml").symlink_to(place.job)
    with pytest.raises(FilmError, match="a link to"):
        place.settings(film=other / "film.mkv")
    job = job_files.read(other / "film.mkv.orchestrator.toml")
    assert job.layer.values["diarize_model"].value == str(tmp_path / "voices")


def test_a_whole_disk_as_a_model_is_refused_before_it_is_read(place, monkeypatch):
    monkeypatch.setattr(consent, "file_digest", lambda _: pytest.fail("reads the disk"))
    place.job.write_text('model = "/"')
    refusal(place)
    with pytest.raises(FilmError, match="more than 1000 files"):
        consent.allow(job_files.read(place.job), place.film)


def test_the_consents_are_the_users_alone(place):
    place.allowed('model = "small"')
    (file,) = (home() / "consent").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_a_damaged_consent_is_none(place):
    place.allowed('model = "small"')
    for file in (home() / "consent").iterdir():
        file.write_text("{}")
    assert "not allowed" in refusal(place)


def test_without_its_job_file_a_film_runs(place):
    place.job.write_text('model = "base"')
    from orchestrator.config.merge import settings
    from orchestrator.config.values import Layer

    assert settings(Layer(), place.film, {}, job_file=False).value("model") is None


# --- job files that are no files, or no text of a job file


def wrong(place):
    return place.refused()[0]


def test_a_pipe_a_device_and_a_huge_file_are_refused_at_once(place):
    os.mkfifo(place.job)
    assert "not a file" in wrong(place)
    place.job.unlink()
    place.job.symlink_to("/dev/zero")
    assert "not a file" in wrong(place)
    place.job.unlink()
    with place.job.open("wb") as stream:
        stream.truncate(1 << 40)
    assert "larger than 256 kB" in wrong(place)


def test_a_circle_of_links_is_refused(place):
    place.job.symlink_to(place.job.name)
    assert "cannot be read" in wrong(place)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        ('cast = "a\\u0000b"', "null character"),
        ('cast = "~nobody-of-this-name/cast.csv"', "there is no user"),
        ("no_job_file = true", "applies to one run only"),
        ("beam_size = " + "9" * 5000, "not valid TOML"),
        ("max_cps = inf", "not a finite number"),
    ],
)
def test_a_text_that_would_be_a_bug_is_an_error_that_names_the_file(place, text, why):
    place.job.write_text(text)
    assert why in wrong(place)
    assert str(place.job) in wrong(place)


def test_a_cast_that_is_a_circle_of_links_needs_consent(place, tmp_path):
    (tmp_path / "cast.csv").symlink_to("cast.csv")
    place.job.write_text('cast = "cast.csv"')
    place.settings()  # it leads nowhere: that it does not exist is said when it is read


def test_the_same_key_twice_is_refused_whatever_it_is_called(place):
    place.job.write_text('diarize-model = "embedded"\ndiarize_model = "./voices"')
    assert "set twice" in wrong(place)
    assert files.JOB in wrong(place)
