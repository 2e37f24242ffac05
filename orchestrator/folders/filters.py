"""The options that choose among films: `--skip-existing`, `--only-language`, `--min-length`.

They are wishes for this run, so they apply to every film, also to those that the command line names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestrator.config.settings import Settings
from orchestrator.errors import USAGE, FatalError
from orchestrator.film_files import language_words, subtitles_there
from orchestrator.film_files.headers import Headers
from orchestrator.film_files.language_words import Tag
from orchestrator.folders import wanted
from orchestrator.folders.found import LANGUAGE, SHORT, SUBTITLED, Film, Skipped
from orchestrator.folders.wanted import Wanted
from orchestrator.outputs.ledger import Ledger
from orchestrator.planning.request import destination
from orchestrator.storage.store import Store
from orchestrator.util import text as fmt

UNKNOWN = "unknown"
"""The word of `--only-language` for films that state no language."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is left out: films with subtitles, in languages other than these codes (none: all are taken), and
    shorter than `min_length` seconds.
    """

    skip_existing: bool = False
    languages: frozenset[str] = frozenset()
    min_length: float = 0.0

    def any(self) -> bool:
        """Return whether an option is set."""
        return self.skip_existing or bool(self.languages) or self.min_length > 0


def languages(text: str) -> frozenset[str]:
    """The codes in `--only-language en,de,unknown`; `FatalError` (usage) for a word that is no language."""
    found = set()
    for word in filter(None, (word.strip() for word in text.split(","))):
        tag = language_words.tag_of(word)
        if tag is None and word.casefold() not in {UNKNOWN, "und"}:
            raise FatalError(
                f"--only-language {text}: unknown language {word!r}",
                f"use codes separated by commas, such as en,de; {UNKNOWN} for films that state none",
                USAGE,
            )
        found.add(tag.code if tag else UNKNOWN)
    if not found:
        raise FatalError(f"--only-language {text!r}: no language given", "write it as en,de", USAGE)
    return frozenset(found)


def seconds(text: str, option: str) -> float:
    """Seconds in `90`, `10m`, `1h30m`, `1:30:00` or `2 hours`; a bare number is minutes.

    Raises `FatalError` (usage) for anything else.
    """
    plain = text.strip().casefold()
    if re.fullmatch(r"\d+(:[0-5]\d){1,2}", plain):
        parts = [int(part) for part in plain.split(":")]
        hours, minutes, rest = parts if len(parts) == 3 else (*parts, 0)
        return float(hours * 3600 + minutes * 60 + rest)
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return float(plain) * 60
    unit = r"\s*(?:(\d+(?:\.\d+)?)\s*h(?:ours?)?)?\s*(?:(\d+(?:\.\d+)?)\s*m(?:in(?:utes?)?)?)?"
    found = re.fullmatch(unit + r"\s*(?:(\d+(?:\.\d+)?)\s*s(?:ec(?:onds?)?)?)?\s*", plain)
    if not plain or found is None:
        raise FatalError(f"{option} {text}: not a length of time", "write it as 90m, 3h or 1:30", USAGE)
    return sum(float(part or 0) * factor for part, factor in zip(found.groups(), (3600, 60, 1), strict=True))


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Judges films by the filters; `settings_of` gives the settings of a film."""

    filters: Filters
    settings_of: Callable[[Path], Settings]
    store: Store
    ledger: Ledger

    def left_out(self, film: Film, headers: Headers | None) -> Skipped | None:
        """Why a film is left out; None if it is taken. Without `headers` only files beside it count."""
        facts = headers or Headers()
        length = facts.length
        if length is not None and length < self.filters.min_length:
            why = f"{fmt.duration(length)} long, --min-length {fmt.duration(self.filters.min_length)}"
            return Skipped(path=film.path, rule=SHORT, why=why)
        if self.filters.languages and (why := self._in_other_languages(film.path, facts)):
            return Skipped(path=film.path, rule=LANGUAGE, why=why)
        if self.filters.skip_existing:
            settings = self.settings_of(film.path)
            there = self.subtitles(film.path, facts, settings)
            if why := wanted.why_there(self.wanted(film.path, facts, settings), there):
                return Skipped(path=film.path, rule=SUBTITLED, why=why)
        return None

    def lacking(self, film: Film, headers: Headers | None) -> str:
        """What a film has in a wanted language that does not count, with `skip_existing`; else empty."""
        if not self.filters.skip_existing:
            return ""
        facts, settings = headers or Headers(), self.settings_of(film.path)
        there = self.subtitles(film.path, facts, settings)
        return wanted.what_lacks(self.wanted(film.path, facts, settings), there)

    def subtitles(
        self, film: Path, facts: Headers, settings: Settings
    ) -> tuple[subtitles_there.Subtitles, ...]:
        """The subtitles that a film has."""
        folder = destination(film, settings).parent
        beside = subtitles_there.beside(film, [folder], self.ledger)
        return (*beside, *subtitles_there.in_tracks(facts.subtitles))

    def wanted(self, film: Path, facts: Headers, settings: Settings) -> Wanted:
        """The subtitles that a run with these settings makes."""
        targets = [language_words.tag_of(word) for word in (settings.run.target_language or "").split(",")]
        stated = settings.value("language")
        spoken = language_words.tag_of(str(stated)) if stated else None
        return Wanted(
            targets=tuple(tag for tag in targets if tag),
            spoken=spoken or language_words.tag_of(facts.spoken) or self._heard(film),
            sdh=_sdh(settings),
        )

    def _in_other_languages(self, film: Path, facts: Headers) -> str:
        """Why the film is in none of the languages; empty if it is in one."""
        tags = [language_words.tag_of(track.language) for track in facts.sound if not track.about]
        codes = {tag.code for tag in tags if tag}
        if not codes and (heard := self._heard(film)):
            codes = {heard.code}
        if (codes or {UNKNOWN}) & self.filters.languages:
            return ""
        asked = ",".join(sorted(self.filters.languages))
        more = "" if codes else f" (add {UNKNOWN} to take such films)"
        return f"{wanted.spoken_of(sorted(codes))}, --only-language {asked}{more}"

    def _heard(self, film: Path) -> Tag | None:
        """The language that the last run on this film detected."""
        last = self.store.last(film, "asr")
        language = str(last[1].facts.get("language") or "") if last else ""
        return language_words.tag_of(language) if language else None


def _sdh(settings: Settings) -> bool:
    """Whether the style guide of a film is one for deaf and hard-of-hearing viewers."""
    from orchestrator.planning import stage_settings

    return bool(stage_settings.params(settings).get("subtitles", {}).get("sdh"))
