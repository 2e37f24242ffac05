"""Chinese and Japanese have full-width punctuation, but numbers, Latin words and addresses keep theirs."""
# ruff: noqa: RUF001 - full-width punctuation looks like Latin punctuation

from __future__ import annotations

import pytest

from stage_runners.text.full_width import full_width, without_spaces


@pytest.mark.parametrize(
    ("language", "text", "wide"),
    [
        ("zh", "将状态更改为已完成,并比较结果.", "将状态更改为已完成，并比较结果。"),
        ("zh", "他说:你好!真的?!(笑);", "他说：你好！真的？！（笑）；"),
        ("zh", "价格是3,000元,对吗?", "价格是3,000元，对吗？"),
        ("zh", "我用GPT-4, v1.2,你呢?", "我用GPT-4, v1.2，你呢？"),
        ("zh", "请看https://a.b/c?d=1,谢谢.", "请看https://a.b/c?d=1，谢谢。"),
        ("zh", "时间是10:30,比分3:2.", "时间是10:30，比分3:2。"),
        ("zh", "等等...好.txt文件", "等等...好.txt文件"),
        ("zh", "函数f(x)和他(John)", "函数f(x)和他（John）"),
        ("zh", "OK, I see.", "OK, I see."),
        ("yue", "係咩?", "係咩？"),
        ("ja", "こんにちは,元気ですか?はい.", "こんにちは、元気ですか？はい。"),
        ("ja", "価格は1,000円です｡", "価格は1,000円です。"),
        ("ko", "안녕, 漢字.", "안녕, 漢字."),
        ("en", "Hi, 你好.", "Hi, 你好."),
    ],
)
def test_marks_beside_chinese_and_japanese_letters_are_full_width(language, text, wide):
    assert full_width(text, language) == wide


def test_no_space_follows_a_full_width_mark():
    assert without_spaces("你好， 世界。 OK, no") == "你好，世界。OK, no"
