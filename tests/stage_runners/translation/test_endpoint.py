"""Translation by an OpenAI-compatible endpoint, as a process of its own against a local server, and every
fault such a server has."""

from __future__ import annotations

import ast
import email.utils
import gzip
import re
import time

import pytest

from ipc.artifacts import read
from stage_runners.translation.stage import TRANSLATORS
from tests.stage_runners.spec import run_stage
from tests.stage_runners.translation import chat_server
from tests.stage_runners.translation.chat_server import BOOK, ChatServer, good, saying, status
from tests.stage_runners.translation.test_stage import glossary, transcript

pytestmark = pytest.mark.env("nlp")
SAID = tuple((text, 1.0 + 4 * k, f"SPEAKER_0{k % 2}") for k, text in enumerate(BOOK))
FIRST = next(iter(BOOK))


class Done:
    """A run that ended: its process, facts, and the texts of its segments."""

    def __init__(self, process, out):
        self.process, self.text = process, process.stdout + process.stderr
        found = re.findall(r"^fact +(\w+) = (.*)$", self.text, re.MULTILINE)
        self.facts = {name: _value(value) for name, value in found}
        self.marked = self.facts.get("lines_marked")
        self.degraded = re.findall(r"^degraded  (.*)$", self.text, re.MULTILINE)
        if not process.returncode and (out / "segments.parquet").exists():
            self.rows = read(out / "segments.parquet", "segments").rows()
            self.texts = [row["text"] for row in self.rows]


def _value(text):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


@pytest.fixture
def translate(tmp_path, monkeypatch):
    """Runs the stage against a server with this script."""
    for name in ("TRANSLATION_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    servers = []

    def run(*script, lines=SAID, names=(), **params):
        server = ChatServer(*script)
        servers.append(server)
        folder = tmp_path / str(len(servers))
        inputs = transcript(folder, lines)
        if names:
            inputs["glossary"] = glossary(folder, *names)
        params = {
            "target": "en",
            "endpoint": server.endpoint,
            "translation_model": "tiny",
            "timeout_s": 30.0,
            **params,
        }
        done = Done(*run_stage(TRANSLATORS["endpoint"].stage, inputs, folder, params, "nlp"))
        done.server = server
        return done

    yield run
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_film_is_translated_with_context_names_and_speakers(translate):
    done = translate(good, names=[("Matylda", ["Matyldou"])])
    assert done.texts == list(BOOK.values()), done.text
    assert done.marked == {"count": 0, "by": {}, "first": []}
    assert done.degraded == []
    (body, headers), (question,) = done.server.asked[0], done.server.questions()
    assert (body["temperature"], body["model"]) == (0, "tiny")
    assert "Czech" in body["messages"][0]["content"]
    assert question["names"] == ["Matylda"]
    assert [line.get("speaker") for line in question["lines"]] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]
    assert "Authorization" not in headers


def test_a_long_film_takes_several_requests_with_earlier_lines_as_context(translate):
    lines = [(text, 4.0 * k, None) for k, text in enumerate(list(BOOK) * 6)]
    done = translate(good, lines=lines, context_lines=4)
    first, second = done.server.questions()
    assert (len(first["lines"]), len(second["lines"])) == (16, 2)
    assert [line["text"] for line in second["context"]] == [text for text, *_ in lines[12:16]]
    assert [line["translation"] for line in second["context"]] == [BOOK[text] for text, *_ in lines[12:16]]


@pytest.mark.parametrize(
    "bad",
    [
        status(500),
        "this is no JSON at all",
        (200, "<html>busy</html>", {}),
        chat_server.without(FIRST),
        chat_server.first_is(""),
        chat_server.first_is("na " * 12),
        chat_server.first_is("word salad of every kind " + "and so on with other words then more of it " * 5),
        chat_server.first_is("Где ты был всю ночь?"),
        chat_server.first_is(FIRST),
        saying("I do not know what to say to that."),
    ],
    ids=[
        "500",
        "garbage",
        "html",
        "missing",
        "empty",
        "repeated",
        "runaway",
        "script",
        "copy",
        "same line for all",
    ],
)
def test_a_fault_that_comes_once_is_repaired_and_not_marked(translate, bad):
    done = translate(bad, good)
    assert done.texts == list(BOOK.values()), done.text
    assert done.marked["count"] == 0
    assert done.degraded == []
    assert len(done.server.asked) >= 2


@pytest.mark.parametrize(
    ("bad", "fault", "kept"),
    [
        (chat_server.first_is("na " * 12), "repeats itself", "na"),
        (chat_server.first_is("Где ты был всю ночь?"), "in the wrong script", "Где ты был всю ночь?"),
        (chat_server.first_is(FIRST), "not translated", FIRST),
        (chat_server.first_is(" ".join(f"word{n}" for n in range(60))), "far too long", None),
    ],
    ids=["repeated", "script", "copy", "runaway"],
)
def test_a_fault_in_every_attempt_is_marked(translate, bad, fault, kept):
    done = translate(bad)
    assert done.marked["count"] == 1, done.text
    assert list(done.marked["by"]) == [fault]
    assert done.marked["first"] == [{"time": 1.0, "fault": fault}]
    assert done.texts[1:] == list(BOOK.values())[1:]
    assert kept is None or done.texts[0] == kept
    problems = [line.get("problem") for question in done.server.questions() for line in question["lines"]]
    assert fault in problems[3:]


def test_a_line_without_a_translation_is_missing_and_the_result_degraded(translate):
    done = translate(chat_server.without(FIRST))
    assert done.texts == list(BOOK.values())[1:], done.text
    assert done.degraded == ["1 line is missing, because no translation came: the first at 1 s"]
    assert done.marked["by"] == {"empty": 1}


def test_a_line_that_loses_a_name_is_translated_again_then_marked(translate):
    name = [("Matylda", ["Matyldou"])]
    lost = '{"lines": [{"n": 1, "text": "I was in the car with her."}]}'
    line = [(list(BOOK)[1], 1.0, None)]
    once = translate(lost, good, lines=line, names=name)
    assert (once.texts, once.marked["count"]) == ([BOOK[line[0][0]]], 0)
    ever = translate(lost, lines=line, names=name)
    assert ever.texts == ["I was in the car with her."]
    assert ever.marked["by"] == {"a name is lost": 1}


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_busy_server_gets_the_time_that_it_asks_for(translate, form):
    wait = "2" if form == "seconds" else email.utils.formatdate(time.time() + 4, usegmt=True)
    started = time.time()
    done = translate(status(429, "slow down", Retry_After=wait), good)
    assert done.texts == list(BOOK.values()), done.text
    assert time.time() - started >= 2


def test_a_late_answer_is_requested_again(translate):
    done = translate(chat_server.slow(3), good, timeout_s=1.0)
    assert done.texts == list(BOOK.values()), done.text
    assert len(done.server.asked) == 2


def test_a_timeout_of_zero_is_refused(translate):
    done = translate(good, timeout_s=0.0)
    assert done.process.returncode == 1
    assert "timeout_s is 0: an answer needs more than 0 seconds" in done.text
    assert done.server.asked == []


def test_an_option_that_a_server_rejects_is_left_out(translate):
    refusal = status(400, "Unrecognized request argument supplied: response_format")
    done = translate(refusal, good)
    assert done.texts == list(BOOK.values()), done.text
    assert ["response_format" in body for body, _ in done.server.asked] == [True, False]


def test_thoughts_and_fences_around_the_answer_are_removed(translate):
    def wordy(lines):
        return f"<think>1. hm</think>\nHere you are:\n```json\n{good(lines)}\n```\nAnything else?"

    assert translate(wordy).texts == list(BOOK.values())


def test_lines_translated_before_a_failure_are_not_requested_again(translate, tmp_path):
    lines = [(text, 4.0 * k, None) for k, text in enumerate(list(BOOK) * 6)]
    cache = tmp_path / "answers"
    failed = translate(good, status(401, "no money left"), lines=lines, cache=str(cache))
    assert failed.process.returncode == 1
    assert len(list(cache.iterdir())) == 1
    failed.server.script = [good]
    again = translate(good, lines=lines, cache=str(cache), endpoint=failed.server.endpoint)
    assert again.texts == list(BOOK.values()) * 6, again.text
    assert [len(question["lines"]) for question in failed.server.questions()] == [16, 2, 2]
    assert list(cache.iterdir()) == []


def test_a_dead_server_is_an_error_with_a_message(translate):
    done = translate(good, endpoint="http://127.0.0.1:9/v1")
    assert done.process.returncode == 1
    assert "http://127.0.0.1:9/v1/chat/completions does not answer" in done.text
    assert "Traceback" not in done.text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (status(401, "bad key sk-secret-1"), "refuses access"),
        (status(404, "model 'tiny' not found"), "model 'tiny' not found"),
        (status(400, "nothing fits"), "rejects every question: 400 nothing fits"),
    ],
)
def test_a_refusal_is_an_error_without_the_key_in_its_message(translate, monkeypatch, answer, said):
    monkeypatch.setenv("TRANSLATION_API_KEY", "sk-secret-1")
    done = translate(answer)
    assert done.process.returncode == 1
    assert said in done.text
    assert "sk-secret" not in done.text
    assert done.server.asked[0][1]["Authorization"] == "Bearer sk-secret-1"


def test_the_key_for_openai_is_sent_to_openai_only(translate, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-2")
    done = translate(good)
    assert "Authorization" not in done.server.asked[0][1]


def test_a_redirect_to_another_host_is_not_followed(translate, monkeypatch):
    monkeypatch.setenv("TRANSLATION_API_KEY", "sk-secret-1")
    canary = ChatServer(good)
    try:
        done = translate(status(307, "moved", Location=f"{canary.endpoint}/chat/completions"))
        assert done.process.returncode == 1
        assert "answers 307" in done.text
        assert canary.asked == []
    finally:
        canary.server_close()


def test_an_answer_that_unpacks_without_end_and_one_in_no_real_encoding_are_asked_for_again(translate):
    bomb = (200, gzip.compress(bytes(64 << 20)), {"Content-Encoding": "gzip"})
    codec = (429, "busy", {"Content-Type": "text/plain; charset=bz2", "Retry-After": "0"})
    done = translate(bomb, codec, good)
    assert done.texts == list(BOOK.values()), done.text
    assert len(done.server.asked) == 3


@pytest.mark.parametrize("endpoint", ["localhost:11434", "ftp://host/v1", "http://me:word@host/v1"])
def test_an_invalid_address_is_an_error_with_a_message(translate, endpoint):
    done = translate(good, endpoint=endpoint)
    assert done.process.returncode == 1
    assert "--translation-endpoint" in done.text
    assert "me:word" not in done.text
