"""Signs of hallucination in the text: repetition, and credits like those in Whisper's training data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stage_runners.asr.thresholds import EVIDENCE, REPETITION
from stage_runners.text.plain import plain
from stage_runners.text.repetition import loop

_MADE_BY = re.compile(
    r"\b(?:subtitle[sd]?|titles) by\b|\bsubtitl(?:es|ing)\b|\b(?:closed )?caption(?:s|ed|ing) (?:by|provided)"
    r"|\btranscri(?:bed|ption) by\b|\btranslat(?:ed|ion) by\b"
    r"|amara\.org|opensubtitles|www\.\S+|\bcopyright\b"
    r"|untertitel|sous-titr|sottotitol|subtítul|legendas? (?:por|pela|de)\b"
    r"|ondertitel|undertext(?:er|ning)|undertekst|tekstitys|titulky|napisy|felirat|subtitrare|altyaz|υπότιτλ|субтитр|редактор"
    r"|ترجمة|נתרגם|כתוביות|उपशीर्षक|字幕|자막",
    re.IGNORECASE,
)


def credited(text: str) -> bool:
    """Whether the line reads like the credits of subtitles; weak evidence by itself."""
    return len(text) <= EVIDENCE.credits_longest and _MADE_BY.search(text) is not None


def share_looped(text: str) -> float:
    """The share of a text that repeats the phrase before it, from 0 to 1.

    It is 0 if the phrase comes too seldom for a loop; the limit depends on its length (see
    `text.repetition.loop`).
    """
    repeated = loop(text)
    if not repeated:
        return 0.0
    _, size, times = repeated
    letters = max(1, len(text.split()) if " " in text.strip() else len(plain(text)))
    return min(1.0, size * (times - 1) / letters)


def times_repeated(texts: Sequence[str]) -> list[int]:
    """For each segment, how many segments among its neighbours and itself have the same text, at least 1."""
    plain_texts = [plain(text) for text in texts]
    near = REPETITION.neighbours
    return [
        sum(other == text for other in plain_texts[max(0, k - near) : k + near + 1]) if text else 1
        for k, text in enumerate(plain_texts)
    ]


def most_times(text: str) -> int:
    """How often neighbours may repeat a text of this length before it looks stuck."""
    long = len(plain(text)) >= REPETITION.long
    return REPETITION.often if long else REPETITION.often_short
