"""The page's data: what a run left, measured, and what it did not leave, said."""

from __future__ import annotations

import base64
import json

import pytest

from ipc.cue_rules import CueLimits, lines_of
from orchestrator.report import data, document, tracks
from orchestrator.storage.store import Store
from tests.orchestrator.report.films import content, kept, long_film, row

LIMITS = CueLimits(min_ms=800)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def shown(store, tmp_path, said=None, **more):
    said = said or long_film(store, tmp_path / "films" / "movie.mkv", hours=1 / 18, cues=40)
    return data.of_film(said, said["films"][0], store, tmp_path / "films", **more)


def cue(number=1, start=1.0, end=3.0, text="Some words.", flags=()):
    return {
        "id": number,
        "start": start,
        "end": end,
        "text": text,
        "flags": list(flags),
    }


def test_a_cue_is_measured_by_the_speech_and_words_at_its_time(store, tmp_path):
    [track] = shown(store, tmp_path)["tracks"]
    by_id = {one["id"]: one for one in track["cues"]}
    assert by_id[1]["speech"] == 1.0
    assert by_id[10]["speech"] == 0.0
    assert "no_speech" in by_id[10]["flags"]
    assert by_id[8]["confidence"] == pytest.approx(0.3)
    assert "unsure" in by_id[8]["flags"]
    assert by_id[1]["need"] == 0 < by_id[8]["need"]


def test_the_summary_counts_what_the_page_lists(store, tmp_path):
    said = long_film(store, tmp_path / "films" / "movie.mkv", hours=1 / 18, cues=40)
    page = shown(store, tmp_path, said)
    due = [one for one in page["tracks"][0]["cues"] if one["need"] > 0]
    missed = [one for one in page["doubts"] or () if one["verdict"] == "empty"]
    counted = data.to_review(said["films"][0], store)
    assert counted["to_review"] == len(due) + len(missed) > 0
    assert (counted["cues"], counted["speakers"]) == (40, len(page["speakers"]))
    assert counted["flags"]["unsure"] == sum("unsure" in one["flags"] for one in due)


def test_doubtful_words_are_marked_in_the_text(store, tmp_path):
    [track] = shown(store, tmp_path)["tracks"]
    doubtful = next(one for one in track["cues"] if one["id"] == 8)
    assert [doubtful["text"][a:b] for a, b in doubtful["unsure"]] == doubtful["text"].split()


def test_coverage_and_unsupported_come_from_the_stage(store, tmp_path):
    [track] = shown(store, tmp_path)["tracks"]
    assert (track["coverage"], track["unsupported"]) == (0.97, 0.02)


def test_speakers_have_the_same_names_as_in_the_subtitles(store, tmp_path):
    voices = shown(store, tmp_path)["speakers"]
    assert [(one["name"], one["known"]) for one in voices] == [
        ("Ada", True), ("Speaker 2", False), ("Grace", True), ("Speaker 4", False),
    ]  # fmt: skip
    assert voices[0]["source"] == "named in the dialogue"


def test_the_waveform_has_twenty_values_per_second(store, tmp_path):
    wave = shown(store, tmp_path)["waveform"]
    assert wave["per_second"] == 20
    assert len(base64.b64decode(wave["peaks"])) == 200 * 20


def test_a_failed_run_lists_what_is_missing_and_shows_the_rest(store, tmp_path):
    made = long_film(store, tmp_path / "movie.mkv", hours=1 / 18, cues=40)["films"][0]["stages"]
    left = [one for one in made if one["stage"] in {"demux", "waveform", "pyannote_vad"}]
    error = {"category": "oom_host", "message": "no memory", "hint": "take a smaller model", "log": ""}
    said = content(
        tmp_path / "movie.mkv",
        [*left, row("asr", "failed", error=error), row("subtitles", "skipped", reason="asr failed")],
    )
    found = shown(store, tmp_path, said)
    assert found["verdict"]["how"] == "failed"
    assert found["verdict"]["reasons"] == ["asr: no memory. take a smaller model", "not produced: subtitles"]
    assert found["tracks"] == []
    assert found["missing"] == [
        "No speaker turns: diarization was off (not asked for).",
        "No cues: subtitles could not run (asr failed).",
    ]
    assert found["speech"]


def test_a_result_missing_from_the_store_is_reported(store, tmp_path):
    said = long_film(store, tmp_path / "movie.mkv", hours=1 / 18, cues=40)
    found = shown(Store(tmp_path / "another"), tmp_path, said)
    assert "No cues: the result of subtitles is no longer in the cache." in found["missing"]
    assert found["waveform"] is None


def test_a_degraded_stage_decides_the_verdict(store, tmp_path):
    said = long_film(store, tmp_path / "movie.mkv", hours=1 / 18, cues=40)
    next(one for one in said["films"][0]["stages"] if one["stage"] == "demux")["degraded"] = ["it ends early"]
    assert shown(store, tmp_path, said)["verdict"] == {"how": "degraded", "reasons": ["demux: it ends early"]}


def test_the_address_of_the_film_is_relative_and_escaped(tmp_path):
    film = tmp_path / "films" / "50% of #1?.mkv"
    assert data.media(film, tmp_path / "out")["film"] == "../films/50%25%20of%20%231%3F.mkv"
    assert data.media(film, film.parent)["film"] == "50%25%20of%20%231%3F.mkv"
    assert data.url(tmp_path / "a:b.mkv", tmp_path) == "a%3Ab.mkv"


def test_a_token_in_an_error_does_not_reach_the_page(store, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "not-to-be-seen-anywhere")
    error = {"category": "auth", "message": "refused: not-to-be-seen-anywhere", "hint": "", "log": ""}
    said = content(tmp_path / "movie.mkv", [kept(store, "demux", {}), row("asr", "failed", error=error)])
    assert "not-to-be-seen" not in document.render(shown(store, tmp_path, said))


def test_a_clip_has_its_start_and_end(store, tmp_path):
    said = content(tmp_path / "movie.mkv", [kept(store, "demux", {}, params={"clip": "1:00-2:30"})])
    assert shown(store, tmp_path, said)["film"]["clip"] == [60.0, 150.0]


def test_words_are_included_only_for_editing(store, tmp_path):
    said = long_film(store, tmp_path / "movie.mkv", hours=1 / 18, cues=40)
    assert shown(store, tmp_path, said)["words"] is None
    assert len(shown(store, tmp_path, said, editing=True)["words"]["text"]) == 240


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (cue(end=1.5), "minimum duration"),
        (cue(end=8.5), "maximum duration"),
        (cue(text="x" * 43), "line length"),
        (cue(text="a\nb\nc"), "lines per cue"),
        (cue(text="x" * 40 + "\n" + "y" * 40), "reading speed"),
    ],
)
def test_each_rule_is_broken_only_by_its_own_violation(wrong, rule):
    broken = {one["name"]: one["broken"] for one in tracks.rules([wrong], [lines_of(wrong["text"])], LIMITS)}
    assert broken.pop(rule) == [1]
    assert rule == "reading speed" or not any(ids for name, ids in broken.items() if name != "reading speed")


def test_a_label_counts_in_the_length_of_its_line_and_the_reading_speed(store, tmp_path):
    rows = [
        {"index": k, "start": k * 5.0, "end": k * 5.0 + 4.0, "text": "x" * 37, "speakers": ["A"],
         "segments": [], "flags": []}
        for k in (1, 2)
    ]  # fmt: skip
    columns = {name: [one[name] for one in rows] for name in rows[0]}
    facts = {"labels": {"form": "[NAME]", "room": 25, "every": False, "of": {"A": "[SHEILA]"}}}
    tables = {"cues": ("cues", columns, {"language": "en"})}
    params = {"max_line_count": 1}
    said = content(tmp_path / "movie.mkv", [kept(store, "subtitles", tables, facts=facts, params=params)])
    (track,) = shown(store, tmp_path, said)["tracks"]
    assert [one["cps"] for one in track["cues"]] == [11.5, 9.2]
    assert {one["flag"]: one["broken"] for one in track["rules"]}["wide"] == [1]
    assert track["labels"] == {"form": "[NAME]", "room": 25, "every": False}


def test_a_short_gap_counts_against_the_cue_after_it():
    cues = [cue(1, 1.0, 3.0), cue(2, 3.04, 5.0), cue(3, 5.08, 7.0)]
    [gap] = [
        one
        for one in tracks.rules(cues, [lines_of(one["text"]) for one in cues], LIMITS)
        if one["name"] == "gap between cues"
    ]
    assert gap["broken"] == [2]
    assert gap["share"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_rule_flagged_by_the_stage_counts_as_broken_even_if_the_text_keeps_it():
    broken = {
        one["name"]: one["broken"]
        for one in tracks.rules([cue(flags=["too_fast", "overlap"])], [["Hm."]], LIMITS)
    }
    assert broken.pop("reading speed") == [1]
    assert not any(broken.values())


def test_limits_depend_on_the_language_and_the_frame_rate():
    params = {
        "max_line_width": 42,
        "line_widths": {"ja": 13},
        "max_cps": 17,
        "reading_speeds": {"ja": 4},
        "min_gap": 0.08,
        "gap_frames": 2,
    }
    limits = tracks.limits_of(params, "ja", 24.0)
    assert (limits.width, limits.cps) == (13, 4.0)
    assert limits.gap_ms == pytest.approx(2000 / 24)
    assert tracks.limits_of(params, "en").gap_ms == 80
    assert tracks.limits_of({**params, "line_widths": {"ru": 50}}, "ru").width == 50


def test_corrected_names_are_in_order_of_time(store, tmp_path):
    bias = {
        "changed": [{"start": 9.0, "from": "see rush", "to": "Sirush"}],
        "undone": [{"start": 1.0, "from": "a", "to": "A"}],
    }
    corrected = {
        "start": [4.0],
        "end": [4.5],
        "segment": [0],
        "word": [3],
        "before": ["simmer an"],
        "after": ["Simran"],
        "term": ["Simran"],
        "score": [0.9],
        "evidence": [["sounds alike"]],
        "applied": [True],
    }
    stages = [
        kept(store, "demux", {}),
        kept(store, "asr", {}, facts={"bias": bias}),
        kept(store, "post_ner", {"corrections": ("corrections", corrected, None)}),
    ]
    found = shown(store, tmp_path, content(tmp_path / "movie.mkv", stages))["names"]
    assert [(one["before"], one["after"], one["applied"]) for one in found] == [
        ("a", "A", False), ("simmer an", "Simran", True), ("see rush", "Sirush", True),
    ]  # fmt: skip


@pytest.mark.parametrize("there", [True, False])
def test_names_that_were_heard_in_tracks_apart_are_at_the_films_time_or_at_none(store, tmp_path, there):
    pieces = {"start": [0.0, 10.4], "end": [10.0, 15.0], "at": [0.0, 7.0], "speaker": [None, "SPEAKER_00"]}
    bias = {"changed": [{"start": 12.4, "from": "a", "to": "A"}]}
    apart = row("untangling")
    if there:
        apart = kept(store, "untangling", {"pieces": ("pieces", pieces, None)})
    stages = [kept(store, "demux", {}), apart, kept(store, "asr", {}, facts={"bias": bias})]
    (one,) = shown(store, tmp_path, content(tmp_path / "movie.mkv", stages))["names"]
    assert one["start"] == (9.0 if there else None)


def test_doubts_of_recognition_are_included_with_their_reasons(store, tmp_path):
    doubts = {
        "start": [1.0, 5.0],
        "end": [2.0, 9.0],
        "segment": [None, None],
        "verdict": ["dropped", "empty"],
        "text": ["Thanks for watching.", ""],
        "reasons": [["nobody speaks there"], ["re-transcribed without a result"]],
        "score": [0.9, 0.8],
    }
    stages = [kept(store, "demux", {}), kept(store, "asr", {"doubts": ("doubts", doubts, None)})]
    dropped, empty = shown(store, tmp_path, content(tmp_path / "movie.mkv", stages))["doubts"]
    assert (dropped["verdict"], dropped["text"], dropped["why"], dropped["need"]) == (
        "dropped",
        "Thanks for watching.",
        ["nobody speaks there"],
        0.0,
    )
    assert empty["need"] == pytest.approx(0.6)
    assert empty["why"][0] == "speech was detected here, but there is no text"


def test_an_edited_cue_keeps_the_original(store, tmp_path):
    film = long_film(store, tmp_path / "movie.mkv", hours=1 / 18, cues=40)
    columns = {
        "index": [1, 2],
        "start": [0.0, 4.0],
        "end": [2.0, 6.0],
        "text": ["One.", "Tvo."],
        "speakers": [["A"], ["A"]],
        "segments": [[0], [1]],
        "flags": [[], []],
    }
    mended = {**columns, "text": ["One.", "Two."]}
    tables = {
        "cues": ("cues", mended, {"language": "en"}),
        "base_cues": ("cues", columns, {"language": "en"}),
    }
    stages = [one for one in film["films"][0]["stages"] if one["stage"] != "subtitles"]
    said = content(
        tmp_path / "movie.mkv",
        [one for one in stages if one["status"] != "off"] + [kept(store, "subtitles", tables)],
    )
    first, second = shown(store, tmp_path, said)["tracks"][0]["cues"]
    assert first["base"] is None
    assert second["base"] == [{"start": 4.0, "end": 6.0, "text": "Tvo.", "speakers": ["A"]}]


def test_the_data_is_plain_json(store, tmp_path):
    data = shown(store, tmp_path)
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_a_translation_has_no_more_confidence_than_its_source(store, tmp_path):
    film = long_film(store, tmp_path / "movie.mkv", hours=1 / 18, cues=40)
    spoken = shown(store, tmp_path, film)["tracks"][0]["cues"]
    columns = {
        "index": list(range(1, 41)),
        "start": [one["start"] for one in spoken],
        "end": [one["end"] for one in spoken],
        "text": ["Etwas."] * 40,
        "speakers": [[]] * 40,
        "segments": [[k + 700] for k in range(40)],
        "flags": [[]] * 40,
    }
    stages = [one for one in film["films"][0]["stages"] if one["status"] != "off"]
    more = kept(store, "subtitles-de", {"cues": ("cues", columns, {"language": "de"})})
    _, track = shown(store, tmp_path, content(tmp_path / "movie.mkv", [*stages, more]))["tracks"]
    doubtful = track["cues"][7]
    assert "unsure" in doubtful["flags"]
    assert doubtful["why"] == ["low-confidence source words: 30% on average"]
    assert doubtful["unsure"] == []
    assert track["cues"][0]["need"] == 0


def test_a_flagged_segment_marks_its_cues_and_the_translated_cues_at_its_time(store, tmp_path):
    doubts = {
        "start": [1.0],
        "end": [3.0],
        "segment": [0],
        "verdict": ["flagged"],
        "text": ["Hm."],
        "reasons": [["a second decode differs"]],
        "score": [0.9],
    }
    cues = {
        "index": [1, 2],
        "start": [1.0, 5.0],
        "end": [3.0, 6.0],
        "text": ["Hm.", "Yes."],
        "speakers": [[], []],
        "segments": [[0], [1]],
        "flags": [[], []],
    }
    stages = [
        kept(store, "demux", {}),
        kept(store, "asr", {"doubts": ("doubts", doubts, None)}),
        kept(store, "subtitles", {"cues": ("cues", cues, {"language": "cs"})}),
        kept(store, "subtitles-en", {"cues": ("cues", {**cues, "segments": [[8], [9]]}, {"language": "en"})}),
    ]
    for track in shown(store, tmp_path, content(tmp_path / "movie.mkv", stages))["tracks"]:
        first, second = track["cues"]
        assert (first["why"], second["why"]) == (["a second decode differs"], [])
        assert "doubtful" in first["flags"]


def test_a_report_contains_nothing_about_the_machine(store, tmp_path):
    folder = tmp_path / "secret folder"
    said = long_film(store, folder / "movie.mkv", hours=1 / 18, cues=40)
    said["command"] = ["run", str(folder / "movie.mkv")]
    said["machine"] = {
        "platform": "Linux-6.1.2-kernel-x86_64",
        "machine": "x86_64",
        "python": "3.11",
        "cores": 2,
        "memory": 1,
    }
    step = next(one for one in said["films"][0]["stages"] if one["stage"] == "demux")
    step["degraded"] = [f"{folder / 'movie.mkv'} is damaged"]
    found = data.of_film(said, said["films"][0], store, folder)
    assert found["verdict"]["reasons"] == ["demux: movie.mkv is damaged"]
    assert found["run"]["machine"]["system"] == "Linux x86_64"
    text = json.dumps(found)
    assert "secret folder" not in text
    assert "kernel" not in text
