"""A film translated by an endpoint with its scenes, its summary and its terms in view: the stages `briefing`
and `translation` as processes against a local server."""

from __future__ import annotations

import json

import pytest

from ipc.artifacts import read, write
from stage_runners.translation.stage import BRIEFING, TRANSLATORS
from tests.stage_runners.spec import run_stage
from tests.stage_runners.translation.chat_server import BOOK, ChatServer, good, saying, status
from tests.stage_runners.translation.test_endpoint import SAID, Done
from tests.stage_runners.translation.test_stage import glossary, transcript

pytestmark = pytest.mark.env("nlp")
ABOUT = json.dumps(
    {
        "summary": "A couple quarrels.",
        "terms": [
            {"source": "Matyldou", "target": "Matylda", "kind": "name"},
            {"source": "loď", "target": "ship"},
        ],
        "address": [{"speaker": "SPEAKER_00", "to": "SPEAKER_01", "form": "informal"}],
    }
)


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Runs a stage against a server with this script."""
    for name in ("TRANSLATION_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    servers = []

    def run(stage, *script, lines=SAID, more=None, **params):
        server = ChatServer(*script)
        servers.append(server)
        folder = tmp_path / str(len(servers))
        inputs = {**transcript(folder, lines), **(more or {})}
        params = {"target": "en", "endpoint": server.endpoint, "translation_model": "tiny", **params}
        process, out = run_stage(stage, inputs, folder, params, "nlp")
        assert process.returncode == 0, process.stdout + process.stderr
        return server, process, out

    yield run
    for server in servers:
        server.shutdown()
        server.server_close()


def shots(tmp_path, *times):
    path = tmp_path / "shots.parquet"
    columns = {"time": list(times), "score": [1.0] * len(times)}
    write(path, "shots", columns, {"frame_rate": 25.0})
    return path


def test_a_model_describes_the_film_and_its_translation_gets_what_each_question_needs(ask):
    server, process, out = ask(BRIEFING, ABOUT)
    table = read(out / "terms.parquet", "terms")
    assert table.content["summary"] == "A couple quarrels."
    assert [(r["source"], r["target"], r["kind"]) for r in table.rows()] == [
        ("Matyldou", "Matylda", "name"),
        ("SPEAKER_00 > SPEAKER_01", "informal", "address"),
    ]
    assert "'not said in the film': 1" in process.stdout + process.stderr
    assert len(server.asked) == 1

    later = {"terms": out / "terms.parquet"}
    server, _, _ = ask(TRANSLATORS["endpoint"].stage, good, more=later, context="film")
    (question,) = server.questions()
    assert question["film"] == "A couple quarrels."
    assert [term["target"] for term in question["terms"]] == ["Matylda", "informal"]


def existing(tmp_path, *rows):
    path = tmp_path / "existing.parquet"
    names = ("start", "end", "text", "language", "source")
    columns = {name: [row[k] for row in sorted(rows)] for k, name in enumerate(names)}
    write(path, "subtitle_lines", {**columns, "speaker": [""] * len(rows)})
    return path


def test_existing_subtitles_are_shown_with_the_lines_of_their_time_those_of_the_target_language_first(
    ask, tmp_path
):
    french = [(start, start + 2, f"ligne {start:.0f}", "fr", "film.fr.srt") for start in (1.0, 5.0, 900.0)]
    english = [(start, start + 2, f"line {start:.0f}", "en", "film.en.srt") for start in (1.2, 900.0)]
    more = {"existing": existing(tmp_path, *french, *english)}
    server, process, _ = ask(TRANSLATORS["endpoint"].stage, good, more=more)
    (question,) = server.questions()
    assert question["subtitles"] == ["line 1"]
    assert "existing_subtitles = film.en.srt" in process.stdout + process.stderr
    server, _, _ = ask(TRANSLATORS["endpoint"].stage, good, more={"existing": existing(tmp_path, *french)})
    assert server.questions()[0]["subtitles"] == ["ligne 1", "ligne 5"]
    assert "existing ones in French" in server.asked[0][0]["messages"][0]["content"]
    server, _, _ = ask(TRANSLATORS["endpoint"].stage, good, more=more, context="none")
    assert "subtitles" not in server.questions()[0]


def test_long_subtitles_are_cut_and_a_question_that_is_rejected_is_asked_without_them(ask, tmp_path):
    long = [(1.0 + k / 9, 3.0, "x" * 1000, "fr", "film.fr.srt") for k in range(9)]
    more = {"existing": existing(tmp_path, *long)}
    rejected = [status(400)] * 4  # as it is, and then with fewer options, as older servers want it
    server, _, out = ask(TRANSLATORS["endpoint"].stage, *rejected, good, more=more)
    first, *_, last = server.questions()
    assert [len(text) for text in first["subtitles"]] == [1000, 1000]
    assert "subtitles" not in last
    assert len(read(out / "segments.parquet", "segments").rows()) == len(SAID)


def test_the_users_term_wins_over_the_models_and_is_asked_for_again_if_it_is_lost(ask, tmp_path):
    _, _, out = ask(BRIEFING, ABOUT)
    mine = tmp_path / "mine.csv"
    mine.write_text("source,en\nMatyldou,Matilda\n")
    stage = TRANSLATORS["endpoint"].stage
    server, process, out = ask(
        stage, good, more={"terms": out / "terms.parquet"}, context="film", glossary=str(mine)
    )
    questions = server.questions()
    assert [term["target"] for term in questions[0]["terms"]] == ["Matilda", "informal"]
    assert questions[1]["lines"] == [
        {
            "n": 1,
            "speaker": "SPEAKER_01",
            "text": "Byl jsem v autě s Matyldou.",
            "problem": "a term of the glossary is lost",
        }
    ]
    done = Done(process, out)
    assert done.texts == list(BOOK.values())
    assert done.marked["by"] == {"a term of the glossary is lost": 1}


def test_the_users_term_wins_over_a_name_of_the_cast_that_is_a_word_too(ask, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text("source,en\nMatyldou,Tilda / secret\n")
    stage, one = TRANSLATORS["endpoint"].stage, SAID[1:2]
    names = {"glossary": glossary(tmp_path, ("Matylda", ["Matyldou"]))}
    says = saying("I was in the car with a secret.")
    _, process, out = ask(stage, says, lines=one, more=names)
    assert Done(process, out).marked["by"] == {"a name is lost": 1}
    server, process, out = ask(stage, says, lines=one, more=names, glossary=str(mine))
    assert Done(process, out).marked["count"] == 0
    (question,) = server.questions()
    assert "names" not in question
    assert question["terms"] == [{"source": "Matyldou", "target": "Tilda / secret"}]


def test_without_an_option_a_question_holds_neither_summary_nor_terms_and_the_model_is_asked_once(ask):
    server, _, _ = ask(TRANSLATORS["endpoint"].stage, good)
    (question,) = server.questions()
    assert set(question) == {"lines"}


def test_questions_end_with_scenes_and_show_nothing_of_the_scene_before(ask, tmp_path):
    texts = list(BOOK) * 10
    lines = [
        (text, 4.0 * k + (40 if k >= 10 else 0), f"SPEAKER_0{k % 2}") for k, text in enumerate(texts[:26])
    ]
    stage = TRANSLATORS["endpoint"].stage
    server, _, out = ask(
        stage, good, lines=lines, more={"shots": shots(tmp_path, 41.0)}, context="scene", context_lines=4
    )
    questions = server.questions()
    assert [len(one["lines"]) for one in questions] == [10, 16]
    assert ["context" in one for one in questions] == [False, False]
    assert len(read(out / "segments.parquet", "segments").rows()) == 26
    server, _, _ = ask(stage, good, lines=lines, context="none")
    assert ["context" in one for one in server.questions()] == [False, False]


def test_a_region_reaches_the_model(ask):
    server, _, _ = ask(TRANSLATORS["endpoint"].stage, good, tag="en-GB")
    assert "British English" in server.asked[0][0]["messages"][0]["content"]
    server, _, _ = ask(BRIEFING, ABOUT, tag="en-AU")
    assert "Australian English" in server.asked[0][0]["messages"][0]["content"]


@pytest.mark.parametrize(
    ("tag", "said", "written"),
    [
        ("zh-Hant", "我们发现了。", "我們發現了。"),
        ("zh-TW", "我们发现了。", "我們發現了。"),
        ("zh-Hans", "我們發現了。", "我们发现了。"),
        ("", "我們發現了。", "我們發現了。"),
    ],
)
def test_chinese_is_written_in_the_script_that_was_asked_for(ask, tag, said, written):
    stage = TRANSLATORS["endpoint"].stage
    server, _, out = ask(stage, saying(said), lines=SAID[:1], target="zh", tag=tag)
    assert [row["text"] for row in read(out / "segments.parquet", "segments").rows()] == [written]
    system = server.asked[0][0]["messages"][0]["content"]
    assert ("traditional characters" in system) is (tag in {"zh-Hant", "zh-TW"})


def test_a_model_that_says_nothing_usable_is_reported_and_the_film_has_no_terms(ask):
    server, process, out = ask(BRIEFING, "I would rather talk about the weather.")
    assert len(server.asked) == 2
    assert "1 of 1 parts of the film have no usable answer" in process.stdout + process.stderr
    assert read(out / "terms.parquet", "terms").rows() == []


def test_a_film_in_the_target_language_asks_nothing(ask):
    server, _, out = ask(BRIEFING, status(500), target="cs")
    assert server.asked == []
    assert read(out / "terms.parquet", "terms").rows() == []
