"""Chinese text has one script: the one that is asked for, or that of most of the film."""
# ruff: noqa: RUF001, E501

from __future__ import annotations

import pytest

from stage_runners.text import han

SIMPLIFIED = "将状态更改为已完成，你可以查看数据"
TRADITIONAL = "並比較每個列中的識別結果"


def test_letters_of_one_script_are_told_by_the_national_character_sets():
    assert han.letters("说") == (1, 0)
    assert han.letters("說") == (0, 1)
    assert han.letters("台后里人ABC、") == (0, 0)


@pytest.mark.parametrize(
    ("tag", "script"),
    [
        ("zh-Hans", "Hans"), ("zh-CN", "Hans"), ("zh_sg", "Hans"), ("zh-Hant", "Hant-TW"), ("zh-TW", "Hant-TW"),
        ("zh-HK", "Hant-HK"), ("zh-Hant-HK", "Hant-HK"), ("yue-HK", "Hant-HK"), ("zh", None), ("yue", None),
        ("ja-Hant", None), ("", None),
    ],
)  # fmt: skip
def test_a_language_tag_names_a_script(tag, script):
    assert han.requested(tag) == script


@pytest.mark.parametrize(
    ("texts", "script"),
    [
        ([("zh", SIMPLIFIED), ("zh", "識別")], "Hans"),
        ([("zh", "识别"), ("zh", TRADITIONAL)], "Hant-TW"),
        ([("zh", "识别"), ("zh", "識別")], "Hans"),
        ([("zh", "識別"), ("zh", "识别")], "Hant-TW"),
        ([("yue", TRADITIONAL)], "Hant-HK"),
        ([("zh", "你好")], "Hans"),
        ([("yue", "你好")], "Hant-HK"),
    ],
)
def test_the_script_of_a_film_is_that_of_most_letters_or_else_the_first(texts, script):
    assert han.of_film(texts) == script


def test_text_is_converted_with_its_words_in_mind_and_keeps_its_length():
    pytest.importorskip("opencc")
    assert han.converted(TRADITIONAL + "，看著", "Hans") == "并比较每个列中的识别结果，看着"
    assert han.converted("皇后在后面吃面，头发", "Hant-TW") == "皇后在後面吃麵，頭髮"
    assert han.converted("里面为什么", "Hant-HK") == "裏面為什麼"


def test_text_of_the_right_script_stays_as_it_is():
    text = "他在台北，么"  # OpenCC alone would change some of these
    assert han.converted(text, "Hans") == text
    assert han.converted(text, "Hant-TW") == text


def test_the_share_of_the_rarer_script_shows_a_mixed_text():
    assert han.mixed(SIMPLIFIED) == 0
    assert han.mixed("说说說") == pytest.approx(1 / 3)
