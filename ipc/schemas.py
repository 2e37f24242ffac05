"""The kinds of artifact: their columns, versions and rules, as data.

This module needs only the standard library; `ipc.tables` makes pyarrow schemas from it. Times are float64
seconds after the film's `format.start_time`, as in players. Only nullable columns may hold nulls.
"""

from __future__ import annotations

from ipc.kind import Kind
from ipc.kinds_of_names import CAST, CORRECTIONS, GLOSSARY, PROPOSALS, SPEAKERS, TERMS
from ipc.kinds_of_sound import AUDIO, EMBEDDINGS, PIECES, REGIONS, SCORES, SHOTS, SOUNDS, TURNS, WAVEFORM
from ipc.kinds_of_text import (
    CHAPTERS,
    CUES,
    DOUBTS,
    FILM_TEXTS,
    KEPT_CUES,
    KNOWN_LINES,
    PHRASES,
    SEGMENTS,
    SUBTITLE_LINES,
    WORDS,
)

FILE = Kind("file", 1, "file")
"""An opaque file, such as an SRT or a film. Its digest covers its bytes."""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        AUDIO, REGIONS, SCORES, TURNS, EMBEDDINGS, SEGMENTS, WORDS, CUES, CAST, GLOSSARY, TERMS, PROPOSALS,
        CORRECTIONS, SPEAKERS, DOUBTS, PIECES, KNOWN_LINES, KEPT_CUES, FILM_TEXTS, SUBTITLE_LINES, SHOTS,
        CHAPTERS, SOUNDS, PHRASES, WAVEFORM, FILE,
    )
}  # fmt: skip
