"""What was translated before an edit is not asked for again: sound by its stretch, at an endpoint by line."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np

from ipc.artifacts import read, write, write_audio
from ipc.context import Context
from ipc.protocol import Load, Run
from stage_runners.network.answer_store import AnswerStore
from stage_runners.translation import by_sound
from stage_runners.translation.endpoint import Endpoint, View
from stage_runners.translation.translator import Line, Rendering
from tests.stage_runners.rows import said, segment
from tests.stage_runners.translation.test_stage import columns


class Sound:
    """Translates a stretch into its start."""

    method, target, batch, rough = "stub", "en", 8, ""

    def __init__(self):
        self.asked = []

    def translate(self, audio, chunks, language, no_repeat):
        self.asked += [round(chunk.start) for chunk in chunks]
        return [
            Rendering(f"This begins at {chunk.start:.0f}.", -0.5, silent=False, looped=False)
            for chunk in chunks
        ]


def translated(folder, lines, **params):
    """The stretches that were asked for, and the texts, of (start, text)."""
    folder.mkdir()
    words = [w for k, (start, text) in enumerate(lines) for w in said(text, start, segment=k)]
    segments = [segment(k, start, start + 2, text, language="cs") for k, (start, text) in enumerate(lines)]
    inputs = {name: folder / f"{name}.parquet" for name in ("segments", "words")}
    write(inputs["segments"], "segments", columns(segments))
    write(inputs["words"], "words", columns(words))
    inputs["audio"] = folder / "audio.arrow"
    write_audio(inputs["audio"], np.zeros(16000 * 60, np.int16))
    outputs = {name: {"kind": name} for name in ("segments", "words")}
    run = Run(job="j", params={"target": "en", **params}, inputs={}, outputs=outputs, output_dir=str(folder))
    context = Context("translation", 1, Load(params={}, device="cpu"), run, lambda event: None)
    sound = Sound()
    # The outputs replace the inputs, which are read by then.
    by_sound.run(sound, inputs, context)
    return sound.asked, [row["text"] for row in read(inputs["segments"], "segments").rows()]


LINES = [(1.0, "Ano."), (3.0, "Nevím nic."), (16.0, "Tak pojď domů."), (18.0, "Dobře."), (40.0, "Konec.")]


def test_only_the_stretches_of_sentences_that_went_or_came_are_translated_again(tmp_path):
    memory = str(tmp_path / "film-en.json")
    asked, texts = translated(tmp_path / "a", LINES, memory=memory)
    assert asked == [1, 16, 40]
    corrected = [*LINES[:1], (3.0, "Nevím vše."), *LINES[2:]]  # the same sound
    assert translated(tmp_path / "b", corrected, memory=memory, recall=True) == ([], texts)
    asked, again = translated(tmp_path / "c", [*LINES[:3], *LINES[4:]], memory=memory, recall=True)
    assert asked == [16]
    assert again == texts
    more = [*LINES[:2], (10.0, "Počkej."), *LINES[2:3], LINES[4]]
    asked, again = translated(tmp_path / "d", more, memory=memory, recall=True)
    assert asked == [10]
    assert again == [texts[0], "This begins at 10.", *texts[1:]]


def test_questions_about_changed_lines_have_their_own_neighbours_as_context():
    asked = []

    def ask(messages):
        asked.append(json.loads(messages[-1]["content"].partition("\n")[2] or messages[-1]["content"]))
        return json.dumps({"lines": [{"n": one["n"], "text": "new"} for one in asked[-1]["lines"]]})

    chat = SimpleNamespace(address="a", host="h", answers=1, ask=ask)
    server = SimpleNamespace(chat=chat, store=AnswerStore(None), model="m")
    endpoint = Endpoint(server, View(context_lines=2), SimpleNamespace(warn=print))
    film = [Line(f"line {k}", "cs", k, translation=f"old {k}") for k in range(9)]
    changed = [Line(f"line {k}", "cs", k) for k in (2, 3, 7)]
    for line in changed:
        film[line.number] = line
    endpoint.begin(film)
    assert endpoint.translate(changed, "en", 0) == ["new"] * 3
    assert [[one["text"] for one in question["lines"]] for question in asked] == [
        ["line 2", "line 3"], ["line 7"]
    ]  # fmt: skip
    assert [one["translation"] for one in asked[0]["context"]] == ["old 0", "old 1"]
    assert [one["translation"] for one in asked[1]["context"]] == ["old 5", "old 6"]
