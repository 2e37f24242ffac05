"""Labels for deaf and hard-of-hearing viewers (SDH): music, silence, and pauses in speech."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ipc.cue_rules import GRID_MS
from ipc.rows import RegionRow, SoundRow
from stage_runners.subtitles.cues import Cue, Line, Profile
from stage_runners.subtitles.thresholds import SOUND_LABELS

MUSIC, SILENCE, NO_SPEECH = "music", "silence", "no speech"
FLAG = "sound"
"""Flag of a cue without spoken words."""

WORDS = {
    "ar": ("موسيقى", "صمت", "لا كلام"),
    "cs": ("hudba", "ticho", "nikdo nemluví"),
    "da": ("musik", "stilhed", "ingen tale"),
    "de": ("Musik", "Stille", "niemand spricht"),
    "el": ("μουσική", "σιωπή", "καμία ομιλία"),
    "en": ("music", "silence", "no speech"),
    "es": ("música", "silencio", "nadie habla"),
    "fi": ("musiikkia", "hiljaisuus", "ei puhetta"),
    "fr": ("musique", "silence", "aucune parole"),
    "hi": ("संगीत", "सन्नाटा", "कोई नहीं बोलता"),
    "hu": ("zene", "csend", "senki sem beszél"),
    "id": ("musik", "hening", "tidak ada ucapan"),
    "it": ("musica", "silenzio", "nessuno parla"),
    "ja": ("音楽", "静寂", "会話なし"),
    "ko": ("음악", "정적", "대화 없음"),
    "nl": ("muziek", "stilte", "niemand spreekt"),
    "no": ("musikk", "stillhet", "ingen tale"),
    "pl": ("muzyka", "cisza", "nikt nie mówi"),
    "pt": ("música", "silêncio", "ninguém fala"),
    "ro": ("muzică", "liniște", "nimeni nu vorbește"),
    "ru": ("музыка", "тишина", "никто не говорит"),
    "sk": ("hudba", "ticho", "nikto nehovorí"),
    "sv": ("musik", "tystnad", "inget tal"),
    "tr": ("müzik", "sessizlik", "konuşma yok"),
    "uk": ("музика", "тиша", "ніхто не говорить"),
    "vi": ("nhạc", "im lặng", "không có lời"),
    "zh": ("音乐", "寂静", "无对话"),
}
"""Labels of music, silence and no speech by language; other languages get the English ones."""


@dataclass(frozen=True)
class Stretch:
    """A sound from `start` to `end`, in milliseconds: music, silence, or no speech."""

    start: int
    end: int
    kind: str


class Besides:
    """Adds the labels of one run's subtitles, by its parameters and the detected sounds.

    `sounds` are rows of that table, and `speech` regions, each None if its detector did not run. Without
    either, nothing is added.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        language: str,
        limits: Profile,
        sounds: Sequence[SoundRow] | None,
        speech: Sequence[RegionRow] | None,
    ) -> None:
        form = str(params["label_form"])
        self._limits = limits
        self._texts = {kind: text_of(kind, language, form) for kind in (MUSIC, SILENCE, NO_SPEECH)}
        self._heard = stretches(sounds or (), speech or (), float(params["mark_pauses"]))

    def added(self, cues: Sequence[Cue]) -> list[Cue]:
        """The cues, with labels for sounds and pauses between them."""
        return with_sounds(cues, self._heard, self._limits, self._texts)


def text_of(kind: str, language: str, form: str) -> str:
    """The label as shown, in the style of speaker labels.

    It has the brackets of a speaker's label, or square ones; it is in capitals if that label is a name and a
    colon.
    """
    word = dict(zip((MUSIC, SILENCE, NO_SPEECH), WORDS.get(language, WORDS["en"]), strict=True))[kind]
    before, _, after = form.partition("NAME")
    if before.strip()[-1:] in {"[", "("}:
        return before + word + after
    return f"[{word}]" if before.strip() else word.upper()


def stretches(
    sounds: Iterable[SoundRow], speech: Iterable[RegionRow] = (), no_speech: float = 0.0
) -> list[Stretch]:
    """The sounds to label: rows of `sounds`, and pauses of `no_speech` seconds in `speech` (0: no pauses).

    Silence is a pause without any sound, and is labelled only if pauses are. A pause with music is music.
    """
    rows = list(sounds)
    music = [_stretch(row, MUSIC) for row in rows if row["kind"] == MUSIC]
    if no_speech <= 0:
        return music
    silent = [_stretch(row, SILENCE) for row in rows if row["kind"] == SILENCE]
    found, last = [], 0
    for region in [*sorted(speech, key=lambda row: row["start"])]:
        start, end = round(region["start"] * 1000), round(region["end"] * 1000)
        pause = Stretch(last, start, NO_SPEECH)
        if start - last >= no_speech * 1000 and not _shared(pause, music):
            quiet = _shared(pause, silent)
            found.append(
                Stretch(
                    last, start, SILENCE if quiet > SOUND_LABELS.silent_share * (start - last) else NO_SPEECH
                )
            )
        last = max(last, end)
    return sorted([*music, *found], key=lambda one: one.start)


def with_sounds(
    cues: Sequence[Cue], heard: Sequence[Stretch], limits: Profile, texts: Mapping[str, str]
) -> list[Cue]:
    """The cues, and a cue for each sound that has room between them and their gaps.

    A label appears once per sound, at the first time with room.
    """
    order = sorted(cues, key=lambda cue: cue.start)
    starts = [cue.start for cue in order]
    # Edited cues may overlap: what stands before a gap is the latest end up to there.
    ends = list(itertools.accumulate((cue.end for cue in order), max))
    found: list[Cue] = []
    told: dict[str, int] = {}  # by kind, when the last stretch ended that a label stands for
    for one in sorted(heard, key=lambda stretch: stretch.start):
        if (
            one.start - told.get(one.kind, -SOUND_LABELS.again_ms) < SOUND_LABELS.again_ms
            and one.kind == MUSIC
        ):
            told[one.kind] = one.end
            continue
        last = found[-1].end if found else None
        if (span := _room(one, starts, ends, last, limits)) is not None:
            line = Line(texts[one.kind], None)
            found.append(Cue(*span, lines=(line,), segments=(), flags=(FLAG,)))
            told[one.kind] = one.end
    return sorted([*order, *found], key=lambda cue: cue.start)


def _room(
    one: Stretch, starts: Sequence[int], ends: Sequence[int], last: int | None, limits: Profile
) -> tuple[int, int] | None:
    """The times of a label within the sound, or None if it has no room.

    `starts` are the starts of the cues, in order, `ends` the latest end up to each, and `last` the end of the
    previous label. Only cues within the sound are examined.
    """
    least = max(limits.min_ms, SOUND_LABELS.least_ms)
    for k in range(bisect.bisect_right(starts, one.start), len(starts) + 1):
        stand = [end for end in (ends[k - 1] if k else None, last) if end is not None]
        before = max(stand, default=-limits.chain_ms - limits.gap_ms)
        if before >= one.end:
            return None
        following = starts[k] if k < len(starts) else one.end + limits.chain_ms + limits.gap_ms
        start = max(one.start, before + limits.gap_ms, 0)
        if start - before < limits.chain_ms and before >= 0:
            start = before + limits.gap_ms
        start = -(-start // GRID_MS) * GRID_MS
        latest = min(one.end, following - limits.gap_ms) // GRID_MS * GRID_MS
        if latest - start < least:
            continue
        end = min(latest, start + min(max(SOUND_LABELS.shown_ms, least), limits.max_ms))
        # A gap too short to be seen as one is closed, as between all cues.
        if following - end < limits.chain_ms and following - limits.gap_ms - start <= limits.max_ms:
            end = (following - limits.gap_ms) // GRID_MS * GRID_MS
        return start, end
    return None


def _stretch(row: SoundRow, kind: str) -> Stretch:
    return Stretch(round(row["start"] * 1000), round(row["end"] * 1000), kind)


def _shared(one: Stretch, others: Sequence[Stretch]) -> int:
    """Milliseconds that the span shares with the others, which are in order and disjoint."""
    total = 0
    for k in range(bisect.bisect_right(others, one.start, key=lambda other: other.end), len(others)):
        if others[k].start >= one.end:
            break
        total += min(one.end, others[k].end) - max(one.start, others[k].start)
    return total
