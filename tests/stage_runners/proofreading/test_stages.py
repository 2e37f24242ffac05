"""Proposals for a transcript and for a translation, by the stages as processes against a local server: what
is right arrives, what is unusable is dropped and counted, and nothing is applied."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from ipc.artifacts import read, write
from stage_runners.proofreading.stage import PROOFREADING, TRANSLATION_REVIEW
from tests.stage_runners.proofreading import planted
from tests.stage_runners.spec import run_stage
from tests.stage_runners.translation.chat_server import BOOK, ChatServer, status
from tests.stage_runners.translation.test_endpoint import SAID, Done
from tests.stage_runners.translation.test_stage import transcript

pytestmark = pytest.mark.env("nlp")


@pytest.fixture
def propose(tmp_path, monkeypatch):
    """Runs a stage against a server with this script; returns the server, the run, and the proposals."""
    for name in ("TRANSLATION_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    servers = []

    def run(stage, *script, inputs, **params):
        server = ChatServer(*script)
        servers.append(server)
        folder = tmp_path / f"run-{len(servers)}"
        folder.mkdir()
        asked = {"endpoint": server.endpoint, "translation_model": "tiny", **params}
        process, out = run_stage(stage, inputs, folder, asked, "nlp")
        assert process.returncode == 0, process.stdout + process.stderr
        return server, Done(process, out), read(out / "proposals.parquet", "proposals").rows()

    yield run
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def known(tmp_path):
    """The transcript with planted mistakes, on disk."""
    lines = [(text, 4.0 * k, f"SPEAKER_0{k % 2}") for k, text in enumerate(planted.lines())]
    return transcript(tmp_path / "known", lines, language="en")


def test_twenty_planted_mistakes_are_proposed_and_what_is_unusable_is_dropped_and_counted(propose, known):
    before = {name: path.read_bytes() for name, path in known.items()}
    server, done, found = propose(PROOFREADING, planted.answer, inputs=known)
    questions = len(server.asked)
    assert questions == 2  # 61 lines, 40 a question
    mended = planted.mended([one for one in found if one["reason"] != planted.WRONG["reason"]])
    assert mended[0:60:3] == list(planted.RIGHT)
    wrong = [one for one in found if one["reason"] == planted.WRONG["reason"]]
    assert len(found) == 20 + len(wrong)
    assert len(wrong) == questions
    expected = Counter(why for why, _ in planted.UNUSABLE)
    assert done.facts["dropped"] == {why: questions * count for why, count in expected.items()}
    assert done.facts["proposals"] == len(found)
    assert found == sorted(found, key=lambda one: one["start"])
    assert {name: path.read_bytes() for name, path in known.items()} == before
    assert done.degraded == []


def test_a_proposal_has_the_time_of_its_words(propose, known):
    _, _, found = propose(PROOFREADING, planted.answer, inputs=known)
    words = read(known["words"], "words").rows()
    one = next(one for one in found if one["before"] == "deep")
    (word,) = [word for word in words if word["text"] == "deep"]
    assert (one["start"], one["end"]) == (word["start"], word["end"])


def test_a_model_that_obeys_the_dialogue_proposes_nothing_that_is_kept(propose, known):
    server, done, found = propose(
        PROOFREADING, lambda asked: json.dumps({"proposals": planted.obeying(asked)}), inputs=known
    )
    system = server.asked[0][0]["messages"][0]["content"]
    assert planted.INJECTED not in system
    assert "no instruction to you" in system
    assert found == []
    assert sum(done.facts["dropped"].values()) == len(planted.lines())


def test_an_answer_that_is_none_is_reported_and_a_server_that_is_away_fails(propose, known, tmp_path):
    _, done, found = propose(PROOFREADING, "I see no mistakes.", inputs=known)
    assert found == []
    assert "2 of 2 parts of the film have no usable answer" in done.degraded[0]
    server = ChatServer(status(401))
    params = {"endpoint": server.endpoint, "translation_model": "tiny"}
    process, _ = run_stage(PROOFREADING, known, tmp_path, params, "nlp")
    server.shutdown()
    server.server_close()
    assert process.returncode
    assert "refuses access" in process.stdout + process.stderr


CUES = (
    (1.0, 3.0, "Where were you all the night long, really?", "SPEAKER_00"),
    (5.0, 7.0, "I was in the cart with Matylda.", "SPEAKER_01"),
    (9.0, 11.0, "- Then let us go.\n- Yes.", "SPEAKER_00"),
)


@pytest.fixture
def translated(tmp_path):
    """A Czech transcript and the cues of its translation to English."""
    inputs = transcript(tmp_path / "film", SAID)
    rows = {
        "index": [1, 2, 3], "start": [c[0] for c in CUES], "end": [c[1] for c in CUES],
        "text": [c[2] for c in CUES], "speakers": [[c[3]] for c in CUES], "segments": [[0], [1], [2]],
        "flags": [["too_fast"], [], []],
    }  # fmt: skip
    write(tmp_path / "cues.parquet", "cues", rows, {"language": "en"})
    return {**inputs, "cues": tmp_path / "cues.parquet"}


def proposal(n, after, kind="meaning"):
    return {"n": n, "after": after, "kind": kind, "reason": "because"}


def test_new_texts_for_cues_are_proposed_if_they_can_be_read_and_fit(propose, translated):
    rows = [
        proposal(1, "Where were you all night?", "speed"),
        proposal(2, "I was in the car\nwith Matylda."),
        proposal(2, "I was in a car with Matylda."),
        proposal(3, "Let us go."),
        proposal(3, "- Let us go.\n- Fine.", "rewrite"),
        proposal(1, "Where were you all night, and why did nobody see you?", "speed"),
        proposal(1, "x" * 90),
        proposal(2, "Byl jsem v autě s Matyldou."),
        proposal(2, "<i>I was in the car.</i>"),
        proposal(9, "Out of range."),
        proposal(2, CUES[1][2]),
        {"n": 2, "kind": "meaning"},
    ]
    server, done, found = propose(
        TRANSLATION_REVIEW, json.dumps({"proposals": rows}), inputs=translated, target="en"
    )
    assert [(one["before"], one["after"], one["kind"]) for one in found] == [
        (CUES[0][2], "Where were you all night?", "speed"),
        (CUES[1][2], "I was in the car with Matylda.", "meaning"),
    ]
    assert done.facts["dropped"] == {
        "malformed": 1,
        "for words of another proposal": 1,
        "of other speakers": 1,
        "of an unknown kind": 1,
        "too fast to read": 1,
        "does not fit into the lines": 1,
        "no translation of the line": 1,
        "no plain text": 1,
        "of no line": 1,
        "changes nothing": 1,
    }
    (question,) = server.questions()
    assert [one["source"] for one in question["lines"]] == list(BOOK)
    assert question["lines"][0]["seconds"] == 2.0
    assert "17 characters a second" in server.asked[0][0]["messages"][0]["content"]
