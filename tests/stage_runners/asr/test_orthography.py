"""The recognised text is written in one script, and its words keep their times."""
# ruff: noqa: RUF001

from __future__ import annotations

import types

import pytest

from stage_runners.asr import notes, orthography
from stage_runners.asr.evidence import Doubt
from stage_runners.asr.hallucination import Reviewed
from stage_runners.asr.segments import Line, Span
from stage_runners.asr.words import Word
from stage_runners.recognition.recognizer import Transcript
from stage_runners.recognition.windows import Chunk


class Context:
    def __init__(self):
        self.facts = {}

    def fact(self, name, value):
        self.facts[name] = value

    def log(self, text):
        pass


def line(text, start, language="zh"):
    """A line as Whisper gives it: a word for each letter, marks on the word before."""
    words = []
    for k, char in enumerate(text):
        if words and char in ",.?!":
            words[-1] = words[-1]._replace(text=words[-1].text + char)
        else:
            words.append(Word(char, False, start + 0.2 * k, start + 0.2 * k + 0.2, 0.9))
    read = Transcript(chunk=Chunk(start, start + 5, 5.0), text=text, language=language)
    return Line(tuple(words), read)


def written(*lines, asked="", doubts=()):
    context = Context()
    made = orthography.written(Reviewed(list(lines), list(doubts), 0, 0), asked, context)
    return made, context.facts


FIRST, SECOND = "将状态更改为已完成,", "並比較每個結果."


@pytest.mark.parametrize(
    ("asked", "texts", "converted"),
    [
        ("", ["将状态更改为已完成，", "并比较每个结果。"], 1),
        ("zh-Hans", ["将状态更改为已完成，", "并比较每个结果。"], 1),
        ("zh-TW", ["將狀態更改為已完成，", "並比較每個結果。"], 1),
    ],
)
def test_a_film_that_changes_its_script_has_one(asked, texts, converted):
    pytest.importorskip("opencc")
    lines = line(FIRST, 0.0), line(SECOND, 30.0)
    made, facts = written(*lines, asked=asked)
    assert [one.text for one in made.lines] == texts
    assert facts["chinese"]["converted"] == converted
    assert facts["chinese"]["asked"] == bool(asked)
    assert [[w[2:] for w in one.words] for one in made.lines] == [[w[2:] for w in one.words] for one in lines]


def test_the_text_of_doubts_is_written_alike_and_stays_with_its_line():
    pytest.importorskip("opencc")
    lines = line(FIRST, 0.0), line(SECOND, 30.0)
    doubts = [
        Doubt(Span(30, 32), "flagged", SECOND, (), 0.5, line=lines[1]),
        Doubt(Span(40, 42), "dropped", "謝謝,", (), 0.9),
    ]
    made, _ = written(*lines, doubts=doubts)
    assert [doubt.text for doubt in made.doubts] == ["并比较每个结果。", "谢谢，"]
    assert made.doubts[0].line is made.lines[1]


def test_a_word_and_its_phrase_decide_a_letter_though_each_letter_is_a_word():
    pytest.importorskip("opencc")
    made, _ = written(line("头发和发现", 0.0), asked="zh-Hant")
    assert made.lines[0].text == "頭髮和發現"


def test_no_space_is_left_after_a_full_width_mark():
    words = (Word("好,", False, 0, 1, None), Word("我", True, 1, 2, None))
    rewritten = orthography.words_rewritten(words, lambda text: text.replace(",", "，"))
    assert [(word.text, word.space) for word in rewritten] == [("好，", False), ("我", False)]


def test_other_languages_stay_as_they_are():
    lines = line("Oh,no.", 0.0, "en"), line("漢字,", 5.0, "ko")
    made, facts = written(*lines)
    assert made.lines == list(lines)
    assert facts == {}


def test_a_conversion_is_told_with_the_option_that_changes_it():
    fact = {"script": "Hans", "asked": False, "converted": 3, "lines": 8}
    film = types.SimpleNamespace(of=lambda stage: {"chinese": fact} if stage == "asr" else {}, models={})
    (note,) = notes.notes(film)
    assert note.text == (
        "Chinese in simplified characters: 3 of 8 lines were converted, as in most of the film; "
        "set another with --language zh-Hans or zh-Hant"
    )
