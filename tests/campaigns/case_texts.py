"""What is right for the cases with texts: references, directions, Chinese; by their expected.md."""

# ruff: noqa: N802 - a check is named as its case

from __future__ import annotations

import itertools
import json
import re
import unicodedata

from tests.campaigns.case import Case, check
from tests.e2e.conftest import ffmpeg


def _scored(case: Case, reference: str) -> object:
    ended = case.run("score", "film.mkv", "--reference", reference, "--json", status=None)
    try:
        wer = json.JSONDecoder().raw_decode(ended.text[ended.text.index("{") :])[0]["scores"]["wer"]
        return {name: value for name, value in wer.items() if name != "reference"}
    except (ValueError, KeyError):
        return None


@check
def F01(case: Case) -> None:
    case.run("run", "film.mkv", "--language", "en")
    right = _scored(case, "utf8.srt")
    case.need(right, "utf8.srt is not scored")
    names = {"le.srt": "UTF-16", "be.srt": "UTF-16", "windows.srt": "1252", "mac.srt": "line end|CR"}
    for name, encoding in names.items():
        scored = _scored(case, name)
        case.need(
            scored == right or (scored is None and case.said(encoding)), f"{name}: {scored}, not {right}"
        )


@check
def F03(case: Case) -> None:
    case.run("run", "film.mkv", "--language", "en")
    one, other = _scored(case, "one_line.srt"), _scored(case, "number.srt")
    case.need(one and one == other, f"number.srt: {other}, one_line.srt: {one}")


def _first_strong(line: str) -> str:
    """The direction of the first strong letter outside isolates: R, AL or L; empty without one."""
    depth = 0
    for char in line:
        kind = unicodedata.bidirectional(char)
        if kind in {"LRI", "RLI", "FSI"}:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif kind in {"L", "R", "AL"} and not depth:
            return kind
    return ""


@check
def T05(case: Case) -> None:
    case.run(
        "run",
        "film.mp4",
        "--language",
        "ar",
        "--num-speakers",
        2,
        "--speaker-labels",
        "all",
        "--model",
        "base",
    )
    lines = [line for _, _, text in case.cues("film.ar.srt") for line in text.splitlines()]
    new = next(iter(case.folder.glob("film.subtitled.*")), None)
    if case.need(new, "no new film"):
        ffmpeg("-i", new, "-map", "0:s:0", "-f", "srt", case.folder / "track.srt")
        lines += [line for _, _, text in case.cues("track.srt") for line in text.splitlines()]
    arabic = [line for line in lines if re.search(r"[\u0590-\u08ff]", line)]
    case.need(arabic, "no line with Arabic letters")
    turned = [line for line in arabic if _first_strong(line) not in {"R", "AL"}]
    case.notes.append(f"{len(arabic)} lines")
    case.need(
        not turned, f"{len(turned)} of {len(arabic)} lines begin from left to right, such as {turned[:1]}"
    )


_PAIRS = (
    "国國 个個 来來 们們 这這 时時 说說 会會 对對 么麼 为為 动動 学學 过過 发發 样樣 当當 从從 两兩 实實 "
    "长長 问問 经經 关關 开開 数數 据據 识識 别別 结結 较較 态態 状狀 语語 话話 认認 让讓 请請 难難 应應 "
    "还還 进進 运運 选選 达達 边邊 设設 测測 试試 训訓 练練 际際 网網 页頁 图圖 标標 题題 处處 节節 单單 "
    "见見 视視 觉覺 观觀 点點 线線 级級 组組 电電 脑腦 机機 东東 车車 门門 间間 听聽 写寫 读讀 书書 买買 "
    "卖賣 钱錢 体體 头頭 声聲 气氣 热熱 爱愛 亲親 义義 议議 报報 导導"
)
"""Common letters in simplified and traditional form."""


@check
def ZH(case: Case) -> None:
    case.run("run", "film.mkv", "--model", "base")
    found = sorted(case.folder.glob("film.zh*.srt"))
    if not case.need(found, "no Chinese subtitles"):
        return
    cues = case.cues(found[0].name)
    text = "".join(cue for _, _, cue in cues)
    pairs = [pair for pair in _PAIRS.split() if pair[0] != pair[1]]
    simple = sum(text.count(pair[0]) for pair in pairs)
    old = sum(text.count(pair[1]) for pair in pairs)
    case.notes.append(f"{len(text)} letters, {simple} simplified, {old} traditional")
    case.need(min(simple, old) == 0, f"{simple} simplified and {old} traditional letters in one film")
    half = re.findall(r"[\u4e00-\u9fff][,.?!:;][\s\u4e00-\u9fff]", text)
    case.need(not half, f"half-width punctuation: {half[:3]}")
    inside = [cue for _, _, cue in cues if _cut_inside(cue)]
    case.need(not inside, f"{len(inside)} of {len(cues)} cues break inside a word, such as {inside[:1]}")


_WORDS = (
    "查看 数据 数据集 文本 两个 识别 结果 "
    "状态 更改 比较 每个 我们 你们 他们 可以 需要 使用 选择 语音 模型 "
    "上传 下载 测试 训练"
)


def _cut_inside(cue: str) -> bool:
    """Whether a line ends inside one of some common words."""
    lines = [line.strip() for line in cue.splitlines()]
    return any(
        one.endswith(word[:at]) and other.startswith(word[at:])
        for one, other in itertools.pairwise(lines)
        for word in _WORDS.split()
        for at in range(1, len(word))
    )
