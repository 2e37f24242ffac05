"""Lengths, spreads, tables, Markdown, and the comparison of two benchmarks."""

from __future__ import annotations

import dataclasses
import json

import pytest

from orchestrator.bench import compare, lengths, markdown, results, spread, tables
from orchestrator.bench.results import FilmUsed, SubjectUsed
from orchestrator.errors import INPUT, USAGE, FatalError
from tests.orchestrator.bench.made import HOST, report, run


def test_lengths_are_read_and_sorted():
    assert [(one.name, one.seconds) for one in lengths.read("5m, 30S,2h")] == [
        ("30s", 30), ("5m", 300), ("2h", 7200),
    ]  # fmt: skip
    assert [one.name for one in lengths.read("all")] == ["30s", "5m", "30m", "60m", "2h"]


@pytest.mark.parametrize("words", ["5", "m", "1x", "-5m", "", "30s,", "2s", "25h", "1e9s"])
def test_a_wrong_length_is_refused_with_an_example(words):
    with pytest.raises(FatalError, match=r"--lengths .*: not") as refused:
        lengths.read(words)
    assert refused.value.status == USAGE


def test_a_spread_has_a_median_and_a_range_and_skips_what_is_unknown():
    found = spread.of([3.0, None, 1.0, 2.0])
    assert found == spread.Spread(2.0, 1.0, 3.0, 3)
    assert found.share == 0.5
    assert spread.of([None]) is None
    assert not found.apart(spread.of([3.0, 4.0]))
    assert found.apart(spread.of([3.1, 4.0]))


def test_results_are_read_as_they_were_written(tmp_path):
    made = report(run(10.0, energy_j={"package-0": 12.5}), run(11.0))
    results.write(tmp_path / "new" / "bench.json", made)
    assert results.read(tmp_path / "new" / "bench.json") == made


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[", "not the results"),
        ('{"a": 1}', "no `schema`"),
        ('{"schema": 99, "kind": "speed"}', "its schema is 99"),
        ('{"schema": 1, "kind": "accuracy"}', "'accuracy'"),
        ('{"schema": 1, "kind": "speed", "machine": 3}', "machine"),
    ],
)
def test_other_files_are_refused_with_the_reason(tmp_path, content, why):
    file = tmp_path / "old.json"
    file.write_text(content)
    with pytest.raises(FatalError, match=why) as refused:
        results.read(file)
    assert refused.value.status == USAGE


def test_the_table_shows_medians_spreads_and_times_real_time():
    made = report(run(10.0), run(12.0), run(11.0))
    (row,) = tables.programs(made).rows
    assert row[3:] == ("11.0 s ±9%", "2.7x", "16.5 s ±9%", "524 MB")
    stages = tables.stages(made, made.films[0])
    assert [stage[0] for stage in stages.rows] == ["asr", "shots"]
    assert stages.rows[0][2] == "5.5 s ±9%"


def test_a_program_that_cannot_run_is_a_row_with_the_reason():
    subjects = (SubjectUsed(name="whisperx", about="transcript", missing="its model is not on this disk"),)
    made = report(run(10.0))
    made = dataclasses.replace(made, subjects=(*made.subjects, *subjects))
    assert tables.programs(made).rows[1][:4] == ("30s", "whisperx", "its model is not on this disk", "-")
    failed = report(run(10.0), run(0.0, subject="pyannote", error="Killed"))
    assert tables.programs(failed).rows[1][2] == "Killed"


def test_energy_and_gpu_memory_have_columns_where_they_were_measured():
    made = report(run(10.0, energy_j={"gpu0": 100.0}, peak_vram=2 << 30))
    found = tables.programs(made)
    assert found.headings[-2:] == ("GPU memory", "energy, gpu0")
    assert found.rows[0][-2:] == ("2.1 GB", "100 J ±0%")


def test_a_busy_machine_is_told():
    busy = dataclasses.replace(HOST, load=3.0)
    assert "load average 3.0 on 2 cores" in "".join(tables.remarks(report(run(1.0), machine=busy)))
    assert not "".join(tables.remarks(report(run(1.0))))


def test_a_clear_change_fails_the_comparison_and_one_within_the_spread_does_not():
    before = report(run(10.0), run(10.5), run(10.2))
    slower = report(run(12.0), run(12.5), run(12.2))
    same = report(run(10.4), run(12.0), run(11.8))
    assert {one.what for one in compare.worse(list(compare.changes(before, slower)), 0.1)} == {
        "time", "CPU time",
    }  # fmt: skip
    assert not compare.worse(list(compare.changes(before, slower)), 0.25)
    assert not compare.worse(list(compare.changes(before, same)), 0.1)
    assert not compare.worse(list(compare.changes(slower, before)), 0.1)


def test_a_stage_that_got_slower_is_told_even_if_the_whole_did_not():
    before = report(run(10.0, shots=1.0), run(10.4, shots=1.1))
    after = report(run(10.0, shots=2.0), run(10.4, shots=2.1))
    found = list(compare.changes(before, after))
    assert {(one.stage, one.what) for one in compare.worse(found, 0.1)} == {
        ("shots", "time"), ("shots", "CPU time"),
    }  # fmt: skip
    assert ("30s", "orchestrator", "shots", "time") in [row[:4] for row in compare.table(found).rows]


def test_another_checkout_that_ran_in_turn_is_compared_stage_by_stage():
    stages = run(20.0, shots=9.0).stages
    made = report(run(10.0), run(20.0, subject="older", stages=stages), run(15.0, subject="whisperx"))
    (found,) = compare.since_checkouts(made)
    assert found.title.startswith("Change since older")
    rows = {row[2:4]: row[-2:] for row in found.rows}
    assert rows["all", "time"] == ("-50%", "better")
    assert rows["shots", "CPU time"] == ("-89%", "better")


def test_small_times_and_single_runs_are_compared_with_care():
    before, after = report(run(10.0, shots=0.1)), report(run(10.0, shots=0.3))
    assert not compare.worse(list(compare.changes(before, after)), 0.1)
    assert "single run" in "".join(
        compare.remarks(dataclasses.replace(before, repeat=1), dataclasses.replace(after, repeat=1))
    )
    other = report(run(1.0), machine=dataclasses.replace(HOST, summary="another"), options=("--model", "x"))
    assert len(list(compare.remarks(other, before))) == 2


def test_markdown_replaces_the_rows_and_the_section_of_the_same_machine_only(tmp_path):
    document = tmp_path / "benchmarks.md"
    markdown.put(report(run(10.0)), document)
    other = dataclasses.replace(HOST, cpu="Other CPU")
    markdown.put(report(run(30.0), machine=other), document)
    markdown.put(report(run(5.0)), document)
    text = document.read_text()
    assert text.count("| Toy CPU, 2 cores, 4 GB |") == 1
    assert "| 5.0 s | 6.0x |" in text
    assert "| Other CPU, 2 cores, 4 GB |" in text
    assert "10.0 s" not in text
    assert text.count("### Toy CPU") == text.count("### Other CPU") == 1
    again = document.read_text()
    markdown.put(report(run(5.0)), document)
    assert document.read_text() == again


def test_a_document_without_the_table_is_not_written(tmp_path):
    document = tmp_path / "README.md"
    document.write_text("mine\n")
    with pytest.raises(FatalError, match="has no line") as refused:
        markdown.put(report(run(1.0)), document)
    assert refused.value.status == INPUT
    assert document.read_text() == "mine\n"


def test_a_results_file_names_its_machine_commit_and_load(tmp_path):
    results.write(tmp_path / "bench.json", report(run(10.0), films=(FilmUsed(name="30s", seconds=30.0),)))
    body = json.loads((tmp_path / "bench.json").read_text())
    assert (body["schema"], body["kind"], body["commit"], body["machine"]["load"]) == (
        1, "speed", "abc1234", 0.1,
    )  # fmt: skip
