"""The dashboard: never wider than the terminal, and of constant height."""

from __future__ import annotations

import dataclasses
import io
import os
import pty

import pytest
from rich.cells import cell_len
from rich.console import Console

from orchestrator.run_state.states import RunState
from orchestrator.views import dashboard, live
from orchestrator.views.glyphs import ASCII, UNICODE
from tests.orchestrator import synthetic

RUNS = {
    "a first run": {},
    "a cached run": {"cached": ("demux", "silero_vad", "pyannote_vad")},
    "a degraded run": {"degraded": {"demux": ["the film ends early " * 9]}},
    "a failed run": {"failing": "asr"},
    "a run that falls back": {"fallback": "asr"},
    "an interrupted run": {"interrupted_at": "asr"},
}


def picture(state, now, width, height=None, glyphs=UNICODE):
    console = Console(
        width=width, height=height or 100, file=io.StringIO(), color_system=None, force_terminal=True
    )
    console.print(dashboard.render(state, now, width, height, glyphs=glyphs))
    return console.file.getvalue().removesuffix("\n").split("\n")


WIDTHS = (40, 60, 80, 120, 200)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", RUNS)
def test_no_line_is_wider_than_the_terminal_and_the_height_is_constant(kind, width):
    """Most events are progress alike: each width draws other ones, and together they draw nearly all."""
    heights = set()
    for event, state in list(synthetic.states(synthetic.run(**RUNS[kind])))[WIDTHS.index(width) :: 7]:
        lines = picture(state, event.time, width)
        assert max(map(cell_len, lines)) <= width - 1
        heights.add(len(lines))
    assert len(heights) == 1


@pytest.mark.parametrize("height", [8, 12, 16, 20, 24])
@pytest.mark.parametrize("films", [1, 2, 30])
def test_the_dashboard_fits_a_short_terminal_at_a_constant_height(height, films):
    heights = set()
    for event, state in list(synthetic.states(synthetic.run(films=films, failing="asr")))[:: 12 * films]:
        heights.add(len(picture(state, event.time, 80, height)))
    assert len(heights) == 1
    assert heights.pop() < height


@pytest.mark.parametrize("width", [80, 200])
def test_columns_do_not_move_during_a_run(width):
    headers = {
        next(line for line in picture(state, event.time, width) if line.startswith("   stage"))
        for event, state in synthetic.states(synthetic.run(failing="alignment", cached=("demux",)))
    }
    assert len(headers) == 1


def row(lines, stage):
    return next(line for line in lines if line[3:].startswith(f"{stage} "))


def midway(stage, **kind):
    for event, state in synthetic.states(synthetic.run(**kind)):
        if (
            getattr(event, "step", "") == stage
            and state.films[0].step(stage).done > synthetic.FILM_SECONDS / 2
        ):
            return event, state
    raise AssertionError


def test_a_running_stage_shows_device_speed_and_remaining_time():
    event, state = midway("asr")
    line = row(picture(state, event.time, 80), "asr")
    assert line.split()[2:4] == ["whisperx", "cpu"]
    assert "60%" in line
    assert line.endswith(" left")
    assert "x " in line.split("%")[1]


def test_the_last_log_line_has_a_column_or_a_line_below_the_table():
    event, state = midway("asr")
    wide, narrow = picture(state, event.time, 200), picture(state, event.time, 80)
    assert "window 5 of 10" in row(wide, "asr")
    assert "window 5 of 10" not in row(narrow, "asr")
    assert any(line.strip().startswith("asr: ") and "window 5 of 10" in line for line in narrow[-3:])


def test_every_stage_is_listed_from_the_start_even_if_it_is_off():
    _, state = next(synthetic.states(synthetic.run()))
    lines = picture(state, synthetic.START, 80)
    assert "off: --target-language turns it on" in row(lines, "translation")
    assert "waits for silero_vad" in row(lines, "pyannote_vad")


def test_a_cached_stage_shows_the_reason():
    state = synthetic.last(synthetic.run(cached=("demux",)))
    assert "cached: nothing changed" in row(picture(state, synthetic.START, 80), "demux")


def test_an_error_and_its_hint_stand_below_the_table():
    state = synthetic.last(synthetic.run(failing="asr"))
    lines = picture(state, synthetic.START, 80)
    assert "no audio in it" in lines[-3]
    assert lines[-2].strip() == "give a film with sound"
    assert "skipped: asr failed" in row(lines, "alignment")


def test_a_rejected_device_is_reported_below_the_table():
    started = next(iter(synthetic.run()))
    steps = tuple(
        dataclasses.replace(step, fallbacks=("mps is not used: its turns differ",))
        if step.name == "diarization"
        else step
        for step in started.films[0].steps
    )
    state = RunState(films=(dataclasses.replace(started.films[0], steps=steps),), started=synthetic.START)
    assert any(
        "diarization: mps is not used: its turns differ" in line
        for line in picture(state, synthetic.START, 80)
    )


def test_a_degraded_stage_is_reported_below_the_table():
    state = synthetic.last(synthetic.run(degraded={"demux": ["the film ends 12 s early"]}))
    assert "demux degraded: the film ends 12 s early" in picture(state, synthetic.START, 80)[-3]


def test_each_film_of_a_batch_has_a_line_and_the_current_one_its_stages():
    event, state = midway("asr", films=3)
    lines = picture(state, event.time, 80, 50)
    assert sum(1 for line in lines if line[3:].startswith("Film ")) == 3
    assert any("asr 60%" in line for line in lines)


def test_the_line_of_a_failed_film_shows_the_reason():
    state = synthetic.last(synthetic.run(films=12, failing="asr"))
    line = next(line for line in picture(state, synthetic.START, 120, 40) if "Film 3.mkv" in line)
    assert "asr failed: no audio in it" in line


def test_wide_characters_in_a_title_take_two_cells():
    _, state = next(synthetic.states(synthetic.run()))
    title = "パーテル・パンチャリ 道の歌" * 5
    film = synthetic.film(title)
    lines = picture(RunState(films=(film,), started=state.started), state.started, 60)
    assert all(cell_len(line) <= 59 for line in lines)
    assert lines[0].endswith("elapsed 0:00")


def test_a_terminal_without_unicode_gets_ascii_only():
    state = RunState(films=(synthetic.film("Pather Pañchali 道の歌" * 9),), started=0.0)
    for event, running in (midway("asr"), midway("asr", films=2), (None, state)):
        drawn = picture(running, event.time if event else 0.0, 80, glyphs=ASCII)
        assert all(line.isascii() and len(line) < 80 for line in drawn)


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_move_its_cursor_gets_no_dashboard(term):
    controller, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stream:
        assert not live.fits(stream, {"TERM": term})
    os.close(controller)


def test_a_stream_that_is_not_a_terminal_gets_no_dashboard():
    assert not live.fits(io.StringIO(), {"TERM": "xterm"})


def test_the_dashboard_shows_the_time_that_the_whole_run_still_needs():
    event, state = midway("asr")
    paces = {(step.name, step.device, ""): 0.01 for step in state.films[0].steps}
    film = dataclasses.replace(state.films[0], seconds=synthetic.FILM_SECONDS)
    console = Console(width=100, file=io.StringIO())
    console.print(dashboard.render(dataclasses.replace(state, films=(film,)), event.time, 100, paces=paces))
    title = console.file.getvalue().splitlines()[0]
    assert "elapsed" in title
    assert title.rstrip().endswith(" left")
