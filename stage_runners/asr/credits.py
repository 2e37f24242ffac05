"""Lines that Whisper learnt from subtitles made by people: who made them.

Only a little evidence beside other kinds.
"""

from __future__ import annotations

import re

from stage_runners.asr.thresholds import EVIDENCE

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
    """Whether the line reads as if it said who made subtitles."""
    return len(text) <= EVIDENCE.credits_longest and _MADE_BY.search(text) is not None
