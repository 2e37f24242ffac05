"""What the service does in the background goes on after an error."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from orchestrator.serve.standing import keep_going


def test_what_fails_is_reported_and_begins_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    began = []

    async def work():
        began.append(len(began))
        if len(began) < 3:
            raise KeyError("Player")

    with ThreadPoolExecutor(1) as other:  # Playwright keeps a loop in the thread of the tests
        other.submit(lambda: asyncio.run(keep_going(work, again_s=0))).result()
    assert began == [0, 1, 2]
    said = capsys.readouterr().err
    assert said.count("internal error") == 2
    assert "KeyError" in next((tmp_path / "bugs").iterdir()).read_text()
