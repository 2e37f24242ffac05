"""A film with a model in view, proofread and reviewed by a local stand-in for a server: each stage runs,
proposals are counted and shown, and nothing is changed by them."""

from __future__ import annotations

import json

import pytest

from tests.stage_runners.translation.chat_server import ChatServer


@pytest.fixture
def server(monkeypatch):
    """Answers by what its model is to do."""

    def answer(lines):
        rules = server.asked[-1][0]["messages"][0]["content"]
        if "prepare the translation" in rules:
            word = lines[0]["text"].split()[0].strip(",.?!")
            return json.dumps({"summary": "A call.", "terms": [{"source": word, "target": "Servus"}]})
        if "proofread" in rules:
            word = lines[0]["text"].split()[0]
            good = {"n": 1, "before": lines[0]["text"], "after": f"{word[:-1]}s", "kind": "misheard"}
            mark = {"n": 1, "before": word, "after": f"{word}!", "kind": "punctuation", "reason": "loud"}
            return json.dumps({"proposals": [mark, good, {"n": 1}]})
        if "check the translation" in rules:
            return json.dumps({"proposals": [{"n": 1, "after": "Kurz.", "kind": "speed", "reason": "fast"}]})
        return json.dumps({"lines": [{"n": one["n"], "text": f"Servus, {one['n']} Worte."} for one in lines]})

    server = ChatServer(answer)
    yield server
    server.shutdown()
    server.server_close()


def test_the_film_is_in_view_and_what_is_proposed_changes_nothing(apart, film, made, server, tmp_path):
    words = (
        "run", film, "--threads", 1, "-o", tmp_path, "--no-mux", "--target-language", "de-AT",
        "--translation-endpoint", server.endpoint, "--translation-model", "stand-in",
        "--translation-context", "film", "--proofread", "--translation-review",
    )  # fmt: skip
    said = apart(*words).stderr
    how = apart.how()
    for stage in ("briefing-de", "translation-de", "subtitles-de", "proofreading", "translation_review-de"):
        assert how[stage] == "done", how
    assert how["asr"] == "cached"
    assert "none is applied" in " ".join(said.split())
    rules = [body["messages"][0]["content"] for body, _ in server.asked]  # stages ask in any order
    assert any("Austrian German" in one for one in rules)
    german = (tmp_path / "demo.de-AT.srt").read_text()
    assert "Servus" in german
    assert "Kurz." not in german
    assert (tmp_path / "demo.en.srt").read_text() == (made.whole / "demo.en.srt").read_text()
    assert "Kurz." in (tmp_path / "demo.report.html").read_text()
    assert "Servus" in apart("terms", film, "--csv").stdout
    asked = len(server.asked)
    apart(*words)
    assert len(server.asked) == asked
