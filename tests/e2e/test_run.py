"""`orchestrator run`: a film in, a subtitled film with speakers out."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
from collections import Counter

import docx
import duckdb
import opentimelineio
import pytest
import ttconv.srt.writer as srt_writer
from praatio import textgrid
from pympi import Elan
from ttconv.scc import reader as scc
from ttconv.stl import reader as stl

from orchestrator.environments import registry
from tests.e2e.conftest import CLIP, ffmpeg


def words(text):
    return re.findall(r"[a-z']+", text.lower())


def test_every_output_file_is_written_with_the_spoken_words_and_the_speakers(finished, recording):
    assert sorted(path.name for path in finished.iterdir()) == [
        "demo.TextGrid", "demo.eaf", "demo.en.ass", "demo.en.docx", "demo.en.fcpxml",
        "demo.en.karaoke.ass", "demo.en.karaoke.vtt", "demo.en.labels.txt", "demo.en.md",
        "demo.en.podcast.json", "demo.en.scc", "demo.en.srt", "demo.en.stl", "demo.en.transcript.html",
        "demo.en.tsv", "demo.en.ttml", "demo.en.txt", "demo.en.vtt", "demo.json", "demo.report.html",
        "demo.rttm", "demo.subtitled.mkv", "demo.words.parquet",
    ]  # fmt: skip
    said = set(words(" ".join(re.findall(r"\d\.?\d* (.*)", recording.with_suffix(".stm").read_text()))))
    shown = words((finished / "demo.en.srt").read_text())
    assert len(said & set(shown)) / len(said) > 0.6
    speakers = {line.split()[7] for line in (finished / "demo.rttm").read_text().splitlines()}
    assert len(speakers) == 2
    result = json.loads((finished / "demo.json").read_text())
    assert result["language"] == "en"
    assert {word["speaker"] for word in result["word_segments"] if "speaker" in word} == speakers
    assert "[DIANE]" in (finished / "demo.en.srt").read_text()


def read_clip(file):
    """The clip of a timeline, by OpenTimelineIO."""
    (clip,) = opentimelineio.adapters.read_from_file(str(file), adapter_name="fcpx_xml").find_clips()
    return clip


def test_other_programs_read_the_files_and_find_the_words_of_the_transcript(finished):
    """The readers: praatio, pympi, python-docx, duckdb, OpenTimelineIO, ttconv."""
    words = [word["word"] for word in json.loads((finished / "demo.json").read_text())["word_segments"]]
    grid = textgrid.openTextgrid(str(finished / "demo.TextGrid"), includeEmptyIntervals=False)
    tiers = [name for name in grid.tierNames if name.endswith(" - words")]
    in_praat = [one.label for name in tiers for one in grid.getTier(name).entries]
    elan = Elan.Eaf(str(finished / "demo.eaf"))
    in_elan = [text for name in tiers for *_, text in elan.get_annotation_data_for_tier(name)]
    assert sorted(" ".join(in_praat).split()) == sorted(" ".join(in_elan).split()) == sorted(words)
    assert elan.get_linked_files()[0]["RELATIVE_MEDIA_URL"] == "./demo.mkv"
    shown = (finished / "demo.en.srt").read_text().count(" --> ")
    assert len(elan.get_annotation_data_for_tier("cues")) == shown
    assert len((finished / "demo.en.labels.txt").read_text().splitlines()) == shown
    read = " ".join(one.text for one in docx.Document(finished / "demo.en.docx").paragraphs).split()
    assert Counter(words) <= Counter(read)
    assert len(list(read_clip(finished / "demo.en.fcpxml").markers)) == shown
    for name, reader in (("stl", stl.to_model), ("scc", scc.to_model)):
        made = (finished / f"demo.en.{name}").read_bytes()
        model = reader(io.BytesIO(made) if name == "stl" else made.decode())
        assert srt_writer.from_model(model).count(" --> ") == shown
    with duckdb.connect() as base:
        table = base.read_parquet(str(finished / "demo.words.parquet"))
        assert [word for (word,) in table.project("word").fetchall()] == words
        assert {n for (n,) in table.project("cue").distinct().fetchall()} <= set(range(1, shown + 1))


def test_the_muxed_film_holds_the_old_streams_and_the_cues(finished, film):
    code = (
        "import av, json, sys\n"
        "def look(p):\n"
        "    with av.open(p) as c:\n"
        "        cues = sum(1 for s in c.streams.subtitles for k in c.demux(s) if k.size)\n"
        "        return {'types': [s.type for s in c.streams],"
        " 'language': [s.metadata.get('language') for s in c.streams],"
        " 'cues': cues}\n"
        "print(json.dumps([look(p) for p in sys.argv[1:]]))"
    )
    done = subprocess.run(
        [registry.python("media"), "-P", "-c", code, film, finished / "demo.subtitled.mkv"],
        capture_output=True,
        text=True,
        check=True,
    )
    old, new = json.loads(done.stdout)
    assert new["types"] == [*old["types"], "subtitle"]
    assert new["language"][-1] == "eng"
    assert new["cues"] == (finished / "demo.en.srt").read_text().count(" --> ")


def test_a_second_run_runs_no_stage(program, finished, film):
    assert "nothing to run" in program("plan", film, "-o", finished).stdout
    of_folder = program("plan", film.parent, "-o", finished).stdout
    assert "1 film with nothing to run: every result is cached" in of_folder
    program("run", film, "-o", finished, "--output-format", "all")
    assert set(program.how().values()) == {"cached"}


def test_another_line_length_reruns_only_subtitles_and_mux_as_planned(program, finished, film, tmp_path):
    program("run", film, "-o", tmp_path)
    options = (film, "-o", tmp_path, "--max_line_width", 36)
    plan = program("plan", *options).stdout
    assert re.search(r"subtitles +RUN .*max_line_width: 42 -> 36", plan)
    assert re.search(r"asr +CACHED", plan)
    program("run", *options)
    assert [name for name, how in program.how().items() if how == "done"] == ["subtitles", "mux"]


@pytest.mark.parametrize(
    "change",
    [["-map", "0", "-metadata", "title=Another title"], ["-map", "0:a", "-map", "0:v"]],
    ids=["tags", "order"],
)
def test_changed_tags_or_stream_order_rerun_only_stages_that_read_the_film(
    program, finished, film, tmp_path, change
):
    program("run", film, "-o", tmp_path)
    changed = tmp_path / film.name
    ffmpeg("-i", film, *change, "-c", "copy", changed)
    program("run", changed)
    assert [name for name, how in program.how().items() if how == "done"] == ["demux", "shots", "mux"]
    assert (tmp_path / "demo.en.srt").read_bytes() == (finished / "demo.en.srt").read_bytes()


def test_the_plan_says_that_the_rest_is_cached_if_the_audio_is_unchanged(program, finished, film, tmp_path):
    copy = tmp_path / film.name
    copy.write_bytes(film.read_bytes())
    program("run", copy)
    ffmpeg("-i", film, "-c", "copy", "-metadata", "title=T", copy)
    plan = program("plan", copy).stdout
    assert re.search(r"demux +RUN .*film changed", plan)
    assert re.search(r"silero_vad +MAYBE .*CACHED if the audio is unchanged", plan)


def test_a_deleted_file_is_made_again_and_an_edited_one_is_kept(program, finished, film, tmp_path):
    program("run", film, "-o", tmp_path)
    srt, ass = tmp_path / "demo.en.srt", tmp_path / "demo.en.ass"
    before = srt.read_bytes()
    srt.unlink()
    ass.write_text("mine")
    (tmp_path / "demo.subtitled.mkv").unlink()
    shown = program("run", film, "-o", tmp_path).stderr
    assert srt.read_bytes() == before
    assert ass.read_text() == "mine"
    assert (tmp_path / "demo.en.1.ass").exists()
    assert "was edited and is kept" in shown
    assert (tmp_path / "demo.subtitled.mkv").exists()
    program("run", film, "-o", tmp_path, "--overwrite")
    assert ass.read_text() != "mine"


def test_two_simultaneous_runs_on_one_store_give_the_same_results(program, film, made, tmp_path):
    """With small models: what they say does not matter here."""
    other = type(program)(tmp_path / "home")
    other.home.mkdir()
    (other.home / "models").symlink_to(made.home / "models")
    folders = [tmp_path / "one", tmp_path / "two"]
    words = ("run", film, *CLIP, "--threads", 1, "--model", "tiny.en", "--no-diarize", "--no-names")
    both = [other.start(*words, "-o", folder) for folder in folders]
    assert [process.wait(300) for process in both] == [0, 0]
    for name in ("demo.en.srt", "demo.json", "demo.subtitled.mkv"):
        one, two = ((folder / name).read_bytes() for folder in folders)
        assert one == two
    assert "New Jersey" in (folders[0] / "demo.en.srt").read_text()


def test_without_diarization_and_mux_there_are_neither_speakers_nor_a_film(program, finished, film, tmp_path):
    program("run", film, "-o", tmp_path, "--no-diarize", "--no-mux")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "demo.en.ass", "demo.en.srt", "demo.en.vtt", "demo.json", "demo.report.html",
    ]  # fmt: skip
    assert "SPEAKER" not in (tmp_path / "demo.en.srt").read_text()


def test_json_lines_cover_the_whole_run(program, finished, film):
    lines = program("run", film, "-o", finished, "--output-format", "all", "--json").stdout.splitlines()
    told = [json.loads(line)["event"] for line in lines]
    assert told[0] == "run_started"
    assert told[-1] == "run_ended"
    assert told.count("step_done") == len(program.how())


def test_a_stage_alone_prints_its_events_and_the_command_to_paste(program, finished, film):
    command = program("stage", "subtitles", film, "-o", finished, "--print-command").stdout
    assert re.search(
        r"envs/media/\.venv/bin/python -P -m ipc\.child stage_runners\.subtitles\.runner --spec ", command
    )
    done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0
    assert re.search(r"^artifact +srt: ", done.stderr, re.MULTILINE)
    before = set((program.home / "runs").iterdir())
    assert "result" in program("stage", "alignment", film, "-o", finished).stderr
    assert set((program.home / "runs").iterdir()) == before  # `runs` are those of films


def test_chapters_need_only_their_stage_and_are_not_made_up(program, finished, film, tmp_path):
    done = program("run", film, "--chapters", "--output-dir", tmp_path)
    assert "so no chapters were made" in " ".join(done.stderr.split())
    assert [name for name, how in program.how().items() if how == "done"] == ["chapters", "mux"]
    assert not list(tmp_path.glob("*.chapters.*"))
    refused = program("run", film, "--output-format", "youtube", "--output-dir", tmp_path, status=2)
    assert "chapters is off (--chapters turns it on)" in " ".join(refused.stderr.split())
