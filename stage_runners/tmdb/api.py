"""TMDB's answers as `Known`: a film, a series or an episode."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stage_runners.text.iso639 import LANGUAGES, language
from stage_runners.tmdb.client import Client, NotFoundError
from stage_runners.tmdb.film_facts import Known, Row, clean
from stage_runners.tmdb.roles import people

_OWN_CODES = {"cn": "zh", "xx": "", "sh": "hr", "mo": "ro"}
"""Codes of TMDB that differ from ISO 639-1: cn is Cantonese, xx no language."""
_ID = re.compile(
    r"(?:https?://)?(?:www\.)?(?:themoviedb\.org/)?(?P<kind>movie|tv)/(?P<id>\d+)(?:[-/].*)?|(?P<bare>\d+)|"
    r".*?(?P<imdb>tt\d{6,})/?.*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Named:
    """An id that identifies the film: `kind` is movie, tv, imdb, tvdb, or empty for a number alone."""

    kind: str
    id: str


def named(text: str) -> Named | None:
    """Read `movie/603`, `tv/1399`, `603`, `tt0133093`, or a link to either; None for anything else."""
    found = _ID.fullmatch(text.strip())
    if not found:
        return None
    if found["kind"]:
        return Named(found["kind"].lower(), found["id"])
    return Named("imdb", found["imdb"].lower()) if found["imdb"] else Named("", found["bare"])


def find(client: Client, who: Named) -> tuple[str, int | None, int | None] | None:
    """TMDB's id (movie/603) for one of IMDb's or TheTVDB's, and season and episode if it is an episode's."""
    found = client.get(f"/find/{who.id}", {"external_source": f"{who.kind}_id"})
    for key, kind in (("movie_results", "movie"), ("tv_results", "tv")):
        for hit in _dicts(found.get(key)):
            if isinstance(hit.get("id"), int):
                return f"{kind}/{hit['id']}", None, None
    for hit in _dicts(found.get("tv_episode_results")):
        if isinstance(hit.get("show_id"), int):
            return f"tv/{hit['show_id']}", _int(hit, "season_number"), _int(hit, "episode_number")
    return None


def details(client: Client, place: str, locale: str) -> dict[str, Any]:
    """The details of a film or series with its cast, titles and keywords, in one answer."""
    billed = "aggregate_credits" if place.startswith("tv/") else "credits"
    more = f"{billed},alternative_titles,translations,keywords"
    return client.get(f"/{place}", {"language": locale, "append_to_response": more})


def titles(answer: Mapping[str, Any]) -> list[str]:
    """Every title of a film or series, in any language."""
    others = answer.get("alternative_titles")
    others = others if isinstance(others, Mapping) else {}
    translated = answer.get("translations")
    translated = _dicts(translated.get("translations") if isinstance(translated, Mapping) else None)
    found = [
        _text(answer, "title", "name"),
        _text(answer, "original_title", "original_name"),
        *(
            _text(other, "title", "name")
            for other in _dicts(others.get("titles")) + _dicts(others.get("results"))
        ),
        *(_text(_dict(one, "data"), "title", "name") for one in translated),
    ]
    return list(dict.fromkeys(title for title in found if title))


def year(answer: Mapping[str, Any]) -> int:
    """The year of a film's release, or of a series' first episode; 0 if TMDB has none."""
    found = re.match(r"\d{4}", _text(answer, "release_date", "first_air_date"))
    return int(found[0]) if found else 0


def movie(answer: Mapping[str, Any]) -> tuple[Known, int]:
    """A film from TMDB's details, and how many roles were left out."""
    rows, dropped = people(_billed(_dicts(_dict(answer, "credits").get("cast"))))
    known = Known(
        source="tmdb",
        title=_text(answer, "title"),
        original_title=_text(answer, "original_title"),
        language=_language(answer),
        year=year(answer),
        plot=_text(answer, "overview"),
        rows=(*rows, *_places(answer)),
    )
    return known, dropped


def show(
    client: Client,
    answer: Mapping[str, Any],
    place: str,
    season: int | None,
    episode: int | None,
    locale: str,
) -> tuple[Known, int]:
    """A series from TMDB's details, with the episode if TMDB has it. The episode's cast comes first."""
    own: dict[str, Any] = {}
    if season is not None and episode is not None:
        try:
            own = client.get(
                f"/{place}/season/{season}/episode/{episode}",
                {"language": locale, "append_to_response": "credits"},
            )
        except NotFoundError:
            own = {}
    credited = _dict(own, "credits")
    guests = _dicts(credited.get("guest_stars")) or _dicts(own.get("guest_stars"))
    billed = [*_billed(_dicts(credited.get("cast"))), *_billed(guests)]
    billed += _billed(_dicts(_dict(answer, "aggregate_credits").get("cast")))
    rows, dropped = people(dict.fromkeys(billed))
    known = Known(
        source="tmdb",
        title=_text(own, "name"),
        original_title="" if own else _text(answer, "original_name"),
        language=_language(answer),
        year=year({"release_date": own.get("air_date")}) or year(answer),
        plot="\n\n".join(text for text in (_text(own, "overview"), _text(answer, "overview")) if text),
        series=_text(answer, "name"),
        season=season,
        episode=episode,
        rows=(*rows, *_places(answer)),
    )
    return known, dropped


def _billed(cast: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(role, actor) in the order of billing; an actor's several roles in a series are joined."""
    rows = sorted(cast, key=lambda one: one["order"] if isinstance(one.get("order"), int) else 9999)
    found = []
    for one in rows:
        roles = _dicts(one.get("roles"))
        roles.sort(
            key=lambda role: -(role["episode_count"] if isinstance(role.get("episode_count"), int) else 0)
        )
        spoken = [_text(role, "character") for role in roles] or [_text(one, "character")]
        found.append((" / ".join(role for role in spoken if role), _text(one, "name")))
    return found


def _places(answer: Mapping[str, Any]) -> list[Row]:
    """Places among TMDB's keywords, where they stand with their country: `paris, france`."""
    from babelfish import Country
    from babelfish.exceptions import Error

    keywords = _dict(answer, "keywords")
    found = []
    for one in _dicts(keywords.get("keywords")) + _dicts(keywords.get("results")):
        town, comma, country = _text(one, "name").partition(", ")
        if not comma:
            continue
        try:
            Country.fromname(country)
        except (Error, KeyError, ValueError):
            if country.lower() not in {"england", "scotland", "wales", "northern ireland"}:
                continue
        main, _, other = town.partition(" (")
        aliases = (other.rstrip(")").title(),) if other else ()
        found.append(Row(name=main.title(), kind="place", aliases=aliases))
    return found


def _language(answer: Mapping[str, Any]) -> str:
    code = _text(answer, "original_language").lower()
    code = language(_OWN_CODES.get(code, code)).code
    return code if code in LANGUAGES else ""


def _text(answer: Mapping[str, Any], *keys: str) -> str:
    """The first of `keys` that holds text."""
    found: Sequence[Any] = [answer.get(key) for key in keys]
    return next((clean(value) for value in found if isinstance(value, str) and value.strip()), "")


def _int(answer: Mapping[str, Any], key: str) -> int | None:
    value = answer.get(key)
    return value if isinstance(value, int) else None


def _dict(answer: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = answer.get(key)
    return value if isinstance(value, Mapping) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
