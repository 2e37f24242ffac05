"""In languages without spaces lines break between words, by dictionary or model."""
# ruff: noqa: RUF001

from __future__ import annotations

from itertools import pairwise

import pytest

from stage_runners.phrases import segmentation
from stage_runners.phrases.runner import units
from stage_runners.subtitles.cues import Profile
from stage_runners.subtitles.layout import Layout
from stage_runners.subtitles.line_breaks import Lines
from stage_runners.subtitles.runner import with_costs
from stage_runners.subtitles.tokens import tokens
from tests.stage_runners.rows import around, segment, word

pytest.importorskip("budoux")
CHINESE = "将状态更改为已完成并比较每个列中的识别结果你可以在两个窗口里查看数据集和文本"


def broken(text, language):
    """The text with a bar at each place where a line should rather break than inside a word."""
    costs = segmentation.costs(text, range(len(text)), language)
    return "".join("|" * (0 < cost <= 3) + char for cost, char in zip(costs, text, strict=True))


def test_a_line_of_chinese_breaks_at_no_place_inside_a_word():
    places = broken(CHINESE, "zh").split("|")
    for whole in ("两个", "查看", "数据集", "文本", "状态", "识别", "在两个", "窗口里", "列中的"):
        assert any(whole in part for part in places), whole


def test_traditional_chinese_breaks_where_simplified_does():
    traditional = "將狀態更改為已完成並比較每個列中的識別結果你可以在兩個窗口裏查看數據集和文本"
    simplified = broken(CHINESE, "zh")
    assert [len(part) for part in broken(traditional, "zh").split("|")] == [
        len(part) for part in simplified.split("|")
    ]


def test_japanese_breaks_between_phrases_and_thai_between_words():
    assert broken("今日は天気がとても良いですね。コンピューターで見ました。", "ja") == (
        "今日は|天気が|とても|良いですね。|コンピューターで|見ました。"
    )
    assert broken("เราไปเดินเล่นที่สวน", "th") == "เรา|ไป|เดิน|เล่น|ที่|สวน"


def rows(text, language):
    """A film's words with their costs: a word for each letter, as Whisper gives them."""
    words = [word(char, k * 0.2, k * 0.2 + 0.2, space=False) for k, char in enumerate(text)]
    found = []
    for unit in units([segment(0, language=language)], words):
        costs = segmentation.costs(unit.text, [start for _, start, _ in unit.words], unit.language)
        found += [{"word": row, "cost": cost} for (row, _, _), cost in zip(unit.words, costs, strict=True)]
    return with_costs(words, found)


@pytest.mark.parametrize("width", [13, 16, 18])
def test_lines_and_cues_of_letters_end_between_words(width):
    words = rows(CHINESE, "zh")
    cut = tokens(around(words), words, width)
    cues = Layout(cut, Profile(width=width, cps=9), "zh").cues()
    texts = [line.text for cue in cues for line in cue.lines]
    assert "".join(texts) == CHINESE
    for before, after in pairwise(texts):
        for whole in (
            "两个",
            "查看",
            "数据集",
            "文本",
            "状态",
            "更改",
            "完成",
            "比较",
            "每个",
            "识别",
            "结果",
            "可以",
            "窗口",
        ):
            assert not any(
                before.endswith(whole[:k]) and after.startswith(whole[k:]) for k in range(1, len(whole))
            )


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one():
    text = "他说「你好」。她说「再见」，然后他们走了。（笑）"
    segments = [segment(0, start=0, end=8, text=text, language="zh")]
    for width in range(4, 12):
        cut = tokens(segments, [], width)
        lines = Lines(cut, "zh", width, 2)
        assert "".join(token.text for token in cut) == text
        for cue in Layout(cut, Profile(width=width), "zh").cues():
            for line in cue.lines:
                assert line.text[0] not in "」。，）"
                assert line.text[-1] not in "「（"
        assert lines.width == width
