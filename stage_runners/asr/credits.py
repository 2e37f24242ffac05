"""Lines that Whisper learnt from subtitles made by people: who made them. Only ever a little evidence beside other kinds."""

from __future__ import annotations

import re

_MADE_BY = re.compile(
    r"\b(?:subtitle[sd]?|titles) by\b|\bsubtitl(?:es|ing)\b|\b(?:closed )?caption(?:s|ed|ing) (?:by|provided)|\btranscri(?:bed|ption) by\b|\btranslat(?:ed|ion) by\b"
    r"|amara\.org|opensubtitles|www\.\S+|\bcopyright\b|untertitel|sous-titr|sottotitol|subtítul|legendas? (?:por|pela|de)\b"
    r"|ondertitel|undertext(?:er|ning)|undertekst|tekstitys|titulky|napisy|felirat|subtitrare|altyaz|υπότιτλ|субтитр|редактор"
    r"|ترجمة|נתרגם|כתוביות|उपशीर्षक|字幕|자막",
    re.IGNORECASE,
)
_LONGEST = 80
"""Characters of a line of credits at most: a talk about subtitles has longer sentences."""


def credited(text: str) -> bool:
    """Whether the line reads as if it said who made subtitles."""
    return len(text) <= _LONGEST and _MADE_BY.search(text) is not None
