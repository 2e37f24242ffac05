"""Plain lines without a terminal, and events as JSON lines."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.execution.broadcast import Broadcast
from orchestrator.run_state import events, states
from orchestrator.run_state.reducer import reduce
from orchestrator.run_state.states import FilmState, StepState
from orchestrator.views.jsonlines import JsonLines
from orchestrator.views.plain import Plain, planned
from tests.orchestrator import synthetic

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")


def shown(view, events):
    for event, state in synthetic.states(events):
        view(event, state)


def lines(**kind):
    stream = io.StringIO()
    shown(Plain(stream), synthetic.run(**kind))
    return stream.getvalue().splitlines()


def test_every_line_has_the_time_since_the_start_and_no_control_character():
    for line in lines(degraded={"demux": ["short"]}, failing="asr"):
        assert line[0] == "["
        assert line[8] == "]"
        assert line.isprintable()


def test_start_progress_and_end_of_a_stage_are_printed():
    printed = [line[10:] for line in lines() if "] demux: " in line]
    assert printed[0] == "demux: starting on cpu in environment media"
    assert printed[1] == "demux: running, loaded in 2.5 s"
    assert printed[-1].startswith("demux: done in 1:00, 122x real time, peak 1.0 GB")
    assert 3 <= len(printed) <= 13


def test_progress_is_printed_at_most_every_ten_percent_or_ten_seconds():
    slow = [line for line in lines(seconds=3600) if "] asr: " in line and "%" in line]
    quick = [line for line in lines(seconds=0.5) if "] asr: " in line and "%" in line]
    assert len(slow) == 10
    assert quick == []


def test_cached_off_and_skipped_stages_take_at_most_one_line():
    printed = lines(cached=("demux",), failing="asr")
    assert "cached: nothing changed" in next(line for line in printed if "demux: " in line)
    assert sum("] alignment: " in line for line in printed) == 1
    assert not any("] translation: " in line for line in printed)


def test_for_a_file_that_is_not_a_film_only_the_first_stage_is_printed():
    assert not any("skipped" in line for line in lines(failing="demux"))
    assert any("mux: skipped" in line for line in lines(failing="asr"))


def test_cached_stages_do_not_count_as_stages_to_run():
    steps = (
        StepState(name="a", planned="run"),
        StepState(name="b", planned="cached"),
        StepState(name="c", status="off"),
    )
    film = FilmState(path=Path("/films/a.mkv"), title="a.mkv", steps=steps)
    assert planned(film) == "1 stage to run, 1 cached, 1 off"


def test_a_failure_is_printed_with_its_hint():
    printed = lines(failing="asr")
    at = next(i for i, line in enumerate(printed) if "asr: FAILED: no audio in it" in line)
    assert printed[at + 1].endswith("  give a film with sound")


def test_retries_fallbacks_degradations_and_files_are_printed():
    printed = "\n".join(lines(fallback="asr", degraded={"demux": ["it ends early"]}))
    assert "asr: retried: the process died of signal 9" in printed
    assert "asr: fell back: batch 16 -> 8" in printed
    assert "demux: degraded: it ends early" in printed
    assert "wrote /films/a.en.srt (81 kB)" in printed
    assert "a.srt was edited since and is kept" in printed


def test_an_interrupt_is_printed():
    assert lines(interrupted_at="asr")[-1].endswith("stopping (SIGINT)")


def test_lines_of_several_films_name_their_film():
    assert any("Film 2.mkv: asr: running" in line for line in lines(films=2))


def test_the_first_line_names_a_film_once():
    for films in (1, 2):
        named = [line for line in lines(films=films) if "stages to run" in line]
        assert len(named) == films
        assert all(line.count(".mkv: ") == 1 for line in named)


def test_what_failed_for_the_same_reason_is_not_explained_again():
    stream, view = io.StringIO(), None
    view = Plain(stream)
    error = states.Failure(category="input", message="a.mp4: not a film", hint="check it", log="demux.log")
    film = FilmState(
        path=Path("a"), title="a", digest="", steps=(StepState(name="demux"), StepState(name="shots"))
    )
    failures = [
        events.StepFailed(time=2.0 + k, film=0, step=name, error=error)
        for k, name in enumerate(("demux", "shots"))
    ]
    shown(view, [events.RunStarted(time=1.0, films=(film,)), *failures])
    printed = [line[10:] for line in stream.getvalue().splitlines()]
    assert printed[-3:] == [
        "demux: FAILED: a.mp4: not a film",
        "  check it",
        "shots: FAILED, for the same reason as demux",
    ]


def test_json_lines_are_the_events_in_order():
    stream = io.StringIO()
    events = list(synthetic.run(failing="asr"))
    shown(JsonLines(stream), events)
    bodies = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(bodies) == len(events)
    assert [body["event"] for body in bodies[:3]] == ["run_started", "step_starting", "step_running"]
    assert bodies[-1]["event"] == "run_ended"
    failed = next(body for body in bodies if body["event"] == "step_failed")
    assert failed["error"]["category"] == "input"
    assert (failed["film"], failed["step"]) == (0, "asr")


def test_no_secret_gets_into_json_lines():
    stream = io.StringIO()
    shown(JsonLines(stream), synthetic.run(failing="asr"))
    assert synthetic.TOKEN not in stream.getvalue()


class Counted(io.TextIOWrapper):
    """A text file that counts its writes."""

    writes = 0

    def write(self, text):
        self.writes += 1
        return super().write(text)


@needs_full
def test_a_full_disk_ends_the_event_log_but_not_the_run():
    stream = Counted(open("/dev/full", "wb"))  # noqa: PTH123, SIM115
    record, others = JsonLines(stream, owned=True), []
    broadcast = Broadcast([record, lambda event, _: others.append(event)])
    events = list(synthetic.run())
    for event in events:
        broadcast.emit(event)
    record.close()
    assert others == events
    assert {step.status for film in broadcast.state.films for step in film.steps} == {"done", "off"}
    assert stream.writes == 1
    assert stream.closed


@needs_full
def test_a_write_error_on_stdout_is_raised():
    with open("/dev/full", "w") as stream, pytest.raises(OSError, match="No space"):  # noqa: PTH123
        shown(JsonLines(stream), synthetic.run())
    with contextlib.suppress(OSError):
        stream.close()


def test_each_json_line_is_flushed_at_once():
    class Stream(io.StringIO):
        flushed = 0

        def flush(self):
            self.flushed = self.getvalue().count("\n")

    stream = Stream()
    view = JsonLines(stream)
    for number, (event, state) in enumerate(synthetic.states(synthetic.run()), 1):
        view(event, state)
        assert stream.flushed == number


@pytest.mark.parametrize(
    "module",
    [
        "views.plain", "views.live", "views.jsonlines", "views.summary", "run_state.run_folders",
        "run_state.run_json",
        "commands.runs",
    ],
)  # fmt: skip
def test_views_without_a_terminal_do_not_import_rich(module):
    script = f"import sys, orchestrator.{module}\nassert not {{'rich', 'pyarrow'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_verbose_lines_give_the_reason_for_each_stage_and_what_stages_log():
    steps = (
        states.StepState(
            name="asr",
            planned="run",
            reason="first time",
            device="cpu",
            device_reason="no GPU",
            notes=("larger models fit",),
        ),
        states.StepState(name="mux", status="off", planned="off", reason="--no-mux"),
    )
    started = events.RunStarted(
        time=0.0, films=(states.FilmState(path=Path("a.mkv"), title="a.mkv", steps=steps),)
    )
    logged = events.StepLog(time=1.0, film=0, step="asr", level="info", message="the language is en")
    for verbose in (False, True):
        stream = io.StringIO()
        view, state = Plain(stream, verbose=verbose), states.RunState()
        for event in (started, logged):
            state = reduce(state, event)
            view(event, state)
        text = stream.getvalue()
        for line in (
            "asr: run (first time)",
            "asr: cpu: no GPU",
            "larger models fit",
            "mux: off (--no-mux)",
            "language is en",
        ):
            assert (line in text) == verbose
