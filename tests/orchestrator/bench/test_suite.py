"""The order of the runs, programs that fail, interrupts, GPUs and the estimate, with stand-ins."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from orchestrator.bench import agreement, estimate, films, program, rivals, suite
from orchestrator.bench.measure import Gauge, Use
from orchestrator.bench.program import Program
from orchestrator.bench.results import CPU, FilmUsed, StageUse
from orchestrator.bench.subject import Bench, Facts
from orchestrator.environments import registry
from orchestrator.errors import FatalError
from tests.orchestrator.bench.made import report, run


class Toy:
    about = "nothing"

    def __init__(self, name, made, *, missing="", error="", stop_at=0):
        self.name, self._made, self._missing, self._error, self._stop_at = name, made, missing, error, stop_at

    def missing(self, facts):
        self.facts = facts
        return self._missing

    def version(self):
        return "1"

    def run(self, film, bench):
        self._made.append((film.stem, self.name))
        if len(self._made) == self._stop_at:
            raise KeyboardInterrupt
        return run(4.0, film=film.stem, subject=self.name, error=self._error, language="en")


FILMS = tuple(
    suite.Film(Path(f"{name}.mkv"), FilmUsed(name=name, seconds=seconds))
    for name, seconds in (("30s", 30.0), ("5m", 300.0))
)


def measured(tmp_path, *subjects, cpu_too=False, repeat=2, options=()):
    told = []
    bench = Bench(folder=tmp_path, gauge=Gauge(), options=options)
    begin = report(repeat=repeat)
    return suite.measure(begin, FILMS, subjects, bench, cpu_too=cpu_too, tell=told.append), told


def test_the_film_of_a_user_is_linked_and_no_file_of_its_name_is_replaced(tmp_path):
    film = tmp_path / "movie.mkv"
    film.write_bytes(b"a film")
    for _ in range(2):  # a second benchmark in the film's own folder
        link, used = films.own(film, tmp_path)
        assert (link.read_bytes(), film.is_symlink(), used.composed) == (b"a film", False, False)
    link.unlink()
    link.write_bytes(b"another file")
    with pytest.raises(FatalError, match="in the way"):
        films.own(film, tmp_path)
    assert link.read_bytes() == b"another file"


def test_programs_alternate_after_a_warm_up_that_is_not_kept(tmp_path):
    made = []
    found, told = measured(tmp_path, Toy("orchestrator", made), Toy("whisperx", made))
    both = ["orchestrator", "whisperx"]
    assert made == [
        *(("30s", name) for name in both),
        *(("30s", name) for name in both * 2),
        *(("5m", name) for name in both * 2),
    ]
    assert len(found.runs) == 8
    assert all(one.load is not None for one in found.runs)
    assert "left" in told[2]
    assert "left" not in told[-1]


def test_a_program_that_cannot_run_or_fails_in_its_warm_up_is_left_out_with_the_reason(tmp_path):
    made = []
    subjects = (
        Toy("orchestrator", made),
        Toy("whisperx", made, missing="no model"),
        Toy("pyannote", made, error="Killed"),
    )
    found, _ = measured(tmp_path, *subjects, options=("--threads", "2"))
    assert [one.missing for one in found.subjects] == ["", "no model", "Killed"]
    assert {one.subject for one in found.runs} == {"orchestrator"}
    facts = subjects[1].facts
    assert (facts.model, facts.language, facts.threads) == ("base", "en", 2)


def test_an_interrupt_keeps_what_was_measured(tmp_path):
    made = []
    found, _ = measured(tmp_path, Toy("orchestrator", made, stop_at=4))
    assert found.interrupted
    assert len(found.runs) == 2


def test_a_program_that_used_a_gpu_is_measured_on_the_cpu_too_and_their_results_are_compared(
    tmp_path, monkeypatch
):
    """The devices, homes and stores are stand-ins; order, options and comparison are the real ones."""
    commands = []

    def fake(_self, film, bench):
        on_cpu = "--device" in _self._options
        commands.append(_self.name)
        device = "cpu" if on_cpu else "cuda"
        stages = (StageUse(stage="asr", device=device, seconds=1.0, model="base"),)
        return run(2.0, film=film.stem, subject=_self.name, stages=stages)

    turns = {"home": [(0.0, 9.0)], "cpu": [(0.0, 10.0)]}

    def outputs(home, _key):
        return {"turns": ("turns", home)}

    class Read:
        def __init__(self, place):
            self._place = place

        def rows(self):
            which = "cpu" if CPU in self._place.parts else "home"
            return [{"start": a, "end": b, "speaker": "A"} for a, b in turns[which]]

    def last(home):
        device = "cpu" if CPU in home.parts else "cuda"
        stage = {"stage": "diarization", "status": "done", "device": device, "key": "k"}
        return {"films": [{"stages": [stage, {**stage, "stage": "shots", "device": "cpu"}]}]}

    monkeypatch.setattr(Program, "run", fake)
    monkeypatch.setattr(agreement, "_outputs", outputs)
    monkeypatch.setattr(agreement, "last_run", last)
    monkeypatch.setattr("ipc.artifacts.read", lambda path, _kind: Read(path))
    found, _ = measured(tmp_path, Program(), cpu_too=True, repeat=1)
    assert commands[:4] == ["orchestrator", CPU] * 2
    assert [(one.film, one.stage, one.device, one.agrees) for one in found.agreements] == [
        ("30s", "diarization", "cuda", False), ("5m", "diarization", "cuda", False),
    ]  # fmt: skip
    assert "10.0% of the time differs" in found.agreements[0].reason
    commands.clear()
    found, _ = measured(tmp_path, Program(), cpu_too=False, repeat=1)
    assert CPU not in commands


def test_our_program_runs_without_the_users_options_results_and_files(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "users"))
    monkeypatch.setenv("ORCHESTRATOR_MODEL", "large-v3")
    monkeypatch.setenv("WHISPER_MODEL", "medium")
    seen = {}

    class Fake:
        def run(self, command, environment, log, folder):
            seen.update(command=command, environment=environment)
            place = Path(environment["ORCHESTRATOR_HOME"])
            assert not (place / "store").exists()
            (place / "store").mkdir()
            (place / "runs" / "1").mkdir(parents=True)
            (place / "runs" / "1" / "run.json").write_text(RUN_JSON)
            return Use(status=0, wall_s=2.0, cpu_s=3.0)

    bench = Bench(folder=tmp_path / "bench", gauge=Fake(), options=("--model", "tiny.en"))
    for _ in range(2):  # the second run finds no results of the first
        found = Program(options=("--device", "cpu")).run(tmp_path / "movie.mp4", bench)
    words = seen["command"]
    assert words[words.index("--model") + 1] == "tiny.en"
    assert {"--no-job-file", "--device"} <= set(words)
    assert not {"ORCHESTRATOR_MODEL", "WHISPER_MODEL"} & set(seen["environment"])
    place = Path(seen["environment"]["ORCHESTRATOR_HOME"])
    assert (place / "models").resolve() == tmp_path / "users" / "models"
    assert (found.film_seconds, found.language) == (62.0, "en")
    (stage,) = found.stages
    assert (stage.stage, stage.seconds, stage.cpu_s, stage.peak_memory) == ("asr", 1.5, 2.5, 7)


RUN_JSON = """{"films": [{"seconds": 62.0, "language": "en", "stages": [
    {"stage": "asr", "status": "done", "seconds": 1.5, "device": "cpu", "model": "tiny.en", "peak_memory": 7,
     "metrics": {"cpu_seconds": 2.5}}, {"stage": "burn", "status": "off", "seconds": null}]}]}"""


def test_a_failed_run_tells_its_stage_or_the_last_lines_of_its_log(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "users"))

    class Fake:
        def run(self, command, environment, log, folder):
            log.write_text("a\norchestrator: no space\n")
            return Use(status=7, wall_s=2.0, cpu_s=3.0)

    found = Program().run(tmp_path / "movie.mp4", Bench(folder=tmp_path / "bench", gauge=Fake()))
    assert found.error == "no space"
    assert program._why({"failed": [{"stage": "asr", "message": "no memory"}]}) == "asr: no memory"


def test_rivals_say_why_they_cannot_run(monkeypatch, tmp_path):
    monkeypatch.setattr(registry, "health", lambda _env: "it is not installed")
    assert "it is not installed" in rivals.WhisperX().missing(Facts(model="base"))
    assert "it is not installed" in rivals.Pyannote().missing(Facts())
    monkeypatch.setattr(registry, "health", lambda _env: None)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert "community-1 is not on this disk" in rivals.Pyannote().missing(Facts())
    assert "no Whisper model" in rivals.WhisperX().missing(Facts())
    assert not rivals.aligner_on_disk("en")
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    (tmp_path / "hub" / "checkpoints" / rivals._TORCH_ALIGNERS["en"]).touch()
    assert rivals.aligner_on_disk("en")
    assert rivals.installed("whisperx", "whisperx").startswith("whisperx 3.")


@pytest.mark.parametrize("name", ["whisperx", "pyannote"])
def test_every_variant_of_a_rival_has_a_name_of_its_own(name):
    names = [one.name for one in rivals.all_of(name)]
    assert names
    assert len(set(names)) == len(names)
    assert not rivals.all_of("nobody")


def test_the_estimate_follows_what_was_measured():
    assert estimate.of([30.0, 300.0], 2, 3) > estimate.of([30.0], 1, 1) > 30
    begin = report(run(10.0), run(10.0), repeat=2)
    films = (*begin.films, FilmUsed(name="5m", seconds=300.0))
    assert estimate.left(dataclasses.replace(begin, films=films), ["orchestrator"]) == "; about 3:20 left"
    assert estimate.left(begin, ["orchestrator"]) == ""
