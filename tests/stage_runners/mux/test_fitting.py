"""Which form a track takes in which container, and what a loss is called."""

import pytest

from stage_runners.media.probe import Film, Track
from stage_runners.mux.fitting import Fit, fit
from stage_runners.mux.losses import compared
from stage_runners.mux.read_back import Chapter
from stage_runners.text import bcp47

FILM = Film(format="mpegts", start=0.0, seconds=1.0, tracks=())


def track(kind, coding, **more):
    return Track(index=0, number=0, type=kind, codec=coding, coding=coding, **{"at": 0, **more})


def fitted(kind, coding, container, *writes, **more):
    """The fit, where ffmpeg can write the track in the forms `writes`; and the forms that were tried."""
    asked = []

    def tried(track, form):
        asked.append(form)
        return form in writes

    return fit(track(kind, coding, **more), FILM, container, tried), asked


@pytest.mark.parametrize(
    ("kind", "coding", "container"),
    [
        ("video", "h264", "mkv"),
        ("audio", "aac", "mp4"),
        ("subtitle", "subrip", "mkv"),
        ("audio", "pcm_s16le", "mkv"),
    ],
)
def test_usual_tracks_are_copied_without_a_trial(kind, coding, container):
    assert fitted(kind, coding, container) == (Fit("copy"), [])


@pytest.mark.parametrize(
    ("coding", "container", "deep", "forms"),
    [
        ("pcm_bluray", "mkv", True, ["copy", "pcm_s24le", "flac"]),
        ("pcm_dvd", "mkv", False, ["copy", "pcm_s16le", "flac"]),
        ("pcm_f32be", "mkv", True, ["copy", "pcm_f32le", "flac"]),
        ("pcm_f64be", "mkv", True, ["copy", "pcm_f64le", "flac"]),
        ("pcm_s32be", "mkv", True, ["copy", "pcm_s32le", "flac"]),
        ("nellymoser", "mkv", True, ["copy", "flac", "pcm_s24le"]),
        ("truehd", "mp4", True, ["copy", "flac", "alac"]),
    ],
)
def test_sound_that_cannot_be_copied_is_tried_without_loss(coding, container, deep, forms):
    assert fitted("audio", coding, container, forms[-1], deep=deep) == (Fit(forms[-1]), forms)
    lost, _ = fitted("audio", coding, container, deep=deep)
    assert lost.why.startswith(f"{'Matroska' if container == 'mkv' else 'MP4'} does not support {coding}")


@pytest.mark.parametrize(
    ("kind", "coding", "container", "form"),
    [
        ("subtitle", "mov_text", "mkv", "srt"), ("subtitle", "ass", "mp4", "mov_text"),
        ("subtitle", "eia_608", "mkv", "srt"), ("subtitle", "subrip", "mp4", "mov_text"),
    ],
)  # fmt: skip
def test_text_takes_the_form_of_the_container(kind, coding, container, form):
    found, _ = fitted(kind, coding, container, form)
    assert found == Fit(form)


def test_teletext_is_never_written_as_text():
    found, asked = fitted("subtitle", "dvb_teletext", "mkv", "srt")
    assert (found.form, found.why, asked) == ("copy", "Matroska does not support dvb_teletext", ["copy"])


def test_a_track_that_ffmpeg_does_not_list_is_left_out_but_a_cover_is_attached():
    assert "does not read it" in fitted("audio", "aac", "mkv", at=None)[0].why
    assert fitted("video", "webp", "mkv", at=None, picture=True)[0] == Fit()


def test_chapters_that_are_missing_are_told_from_those_before_the_film():
    old = [
        Chapter(-60.0, -30.0, "Before"), Chapter(-20.0, 6.0, "Across"), Chapter(6.0, 9.0, "In"),
        Chapter(75.0, 80.0, ""),
    ]  # fmt: skip
    new = [Chapter(0.0, 6.0, "Across"), Chapter(7.0, 9.0, "In")]
    assert compared(old, new) == (["'Before'"], ["'In'", "without a name, at 1:15"])


@pytest.mark.parametrize(
    ("tag", "usual"), [("PT-br", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), ("EN", "en")]
)
def test_language_tags_are_written_in_the_usual_case(tag, usual):
    assert bcp47.canonical(tag) == usual
    assert bcp47.is_tag(tag)
