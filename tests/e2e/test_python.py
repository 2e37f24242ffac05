"""`from orchestrator import subtitle`, with real models."""

from __future__ import annotations

import json
import shutil
import signal
import threading

import pytest

from orchestrator import SubtitleError, subtitle
from tests.e2e.golden.record import SAME_EVERYWHERE


@pytest.fixture
def at_home(apart, monkeypatch):
    """The environment of a program with the results of the shared runs."""
    for name, value in {**SAME_EVERYWHERE, "ORCHESTRATOR_HOME": str(apart.home)}.items():
        monkeypatch.setenv(name, value)
    return apart


def test_the_result_has_what_the_files_have(at_home, film, made, tmp_path, capfd):
    seen = []
    result = subtitle(
        film, threads=1, output_dir=tmp_path, output_format=["srt", "json"], on_event=seen.append
    )
    assert (result.outcome, result.language, result.degraded) == ("done", "en", ())
    assert {one.format: one.path for one in result.files} == {
        "srt": tmp_path / "demo.en.srt",
        "json": tmp_path / "demo.json",
        "film": tmp_path / "demo.subtitled.mkv",
    }
    assert all(one.size == one.path.stat().st_size for one in result.files)
    shown = (made.whole / "demo.en.srt").read_text().split("\n\n")
    assert len(result.cues) == len([one for one in shown if one.strip()])
    written = json.loads((made.whole / "demo.json").read_text())["word_segments"]
    assert [one.text for one in result.words] == [one["word"] for one in written]
    assert [one.start for one in result.words] == pytest.approx([one["start"] for one in written], abs=2e-3)
    assert {one.name for one in result.speakers if one.known} == {"Diane", "Sheila"}
    assert {one.speaker for one in result.cues} <= {one.name for one in result.speakers}
    assert all(one.seconds > 1 for one in result.speakers)
    assert seen[0].name == "run_started"
    assert seen[-1].name == "run_ended"
    assert any("cues" in note for note in result.notes)
    assert result.chapters == ()
    assert all(0 <= one.start <= one.end and one.verdict for one in result.doubts)
    assert capfd.readouterr() == ("", "")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_calls_in_two_threads_at_once_do_not_mix(at_home, film, tmp_path):
    found = {}

    def call(name, **options):
        found[name] = subtitle(film, threads=1, output_dir=tmp_path / name, output_format="srt", **options)

    threads = [
        threading.Thread(target=call, args=("whole",)),
        threading.Thread(target=call, args=("clip",), kwargs={"clip": "8-22"}),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found["whole"].cues[-1].end > 25
    assert found["clip"].cues[-1].end < 15


def test_a_stage_that_fails_raises_with_what_was_made(at_home, film, tmp_path):
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(b"no film at all" * 100)
    with pytest.raises(SubtitleError, match=r"^demux: .*not a film that ffmpeg can read") as raised:
        subtitle(broken, output_dir=tmp_path)
    assert raised.value.category == "input"
    assert raised.value.result.outcome == "failed"
    assert raised.value.result.cues == ()


def test_a_run_that_is_stopped_leaves_no_process_and_the_next_one_goes_on(at_home, film, tmp_path):
    copy = shutil.copy(film, tmp_path)
    cancel = threading.Event()

    def stop(event):
        if event.name == "step_running" and event.stage == "subtitles":
            cancel.set()

    with pytest.raises(SubtitleError) as raised:
        subtitle(copy, threads=1, max_line_width=30, on_event=stop, cancel=cancel)
    assert raised.value.category == "cancelled"
    assert raised.value.result.outcome == "interrupted"
    assert at_home.alive() == []

    def fail(event):
        if event.name == "step_running" and event.stage == "subtitles":
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        subtitle(copy, threads=1, max_line_width=29, on_event=fail)
    assert at_home.alive() == []
    assert subtitle(copy, threads=1, max_line_width=30).outcome == "done"
