"""Identifies the film and its cast, from the user's cast file, the .nfo beside the film, TMDB, and the file's
name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ipc.context import Context
from ipc.errors import StageError
from stage_runners.tmdb import api, cast_file, file_name
from stage_runners.tmdb import nfo as tmdb_nfo
from stage_runners.tmdb.client import (
    BASE,
    BASE_VARIABLE,
    KEY_VARIABLE,
    Client,
    NotFoundError,
    RefusedError,
    UnreachableError,
)
from stage_runners.tmdb.film_facts import Known, Row
from stage_runners.tmdb.merge import Merged, merge
from stage_runners.tmdb.search import search
from stage_runners.tmdb.stage import TMDB

STAGE = TMDB


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:  # noqa: ARG001
    """Read every source, TMDB too if it is allowed, and write the cast with the source of each name.

    `StageError`: input if the file of --cast cannot be used or TMDB has no film with the requested id, config
    for an invalid id, auth if TMDB refuses the key and no other source has the film. Without an answer from
    TMDB the result holds what the other sources have; it is degraded, and made again by the next run.
    """
    params = context.params
    name = params.get("name") or inputs["film"].name
    requested = api.named(params["tmdb_id"]) if params.get("tmdb_id") else None
    if params.get("tmdb_id") and requested is None:
        raise StageError(
            "config",
            f"--tmdb {params['tmdb_id']}: not the id of a film",
            "write movie/603, tv/1399, tt0133093, or the address of its page on TMDB",
        )
    from_file = [cast_file.read(Path(params["cast"]))] if params.get("cast") else []
    tag, seconds = file_name.of_container(inputs["film"])
    by_name, by_tag, unread = _of_names(name, tag)
    beside = _of_this_film(context, requested, _nfos(context, by_name.episode if by_name else None))
    guesses = [known for known in (by_tag, by_name) if known]
    asked: list[Known] = []
    if params.get("online"):
        asked = _online(context, requested, [*from_file, *beside, *guesses], seconds)
    for what in unread:
        reason = f"{what} could not be read within {file_name.PATIENCE_S:.0f} s, so it names no title"
        (context.warn if from_file or beside or asked else context.degraded)(reason)
    merged = merge([*from_file, *beside, *asked, *guesses])
    _save(context, merged)


def _of_names(name: str, tag: str) -> tuple[Known | None, Known | None, list[str]]:
    """The film by its file's name and by its title tag; and which of the two could not be read."""
    films: list[Known | None] = []
    unread = []
    for what, text, read in (
        ("the file's name", name, file_name.of_name),
        ("the title tag", tag, file_name.of_tag),
    ):
        try:
            films.append(read(text) if text else None)
        except file_name.UnreadableNameError:
            films.append(None)
            unread.append(what)
    return films[0], films[1], unread


def _nfos(context: Context, episode: int | None) -> list[Known]:
    """The content of the film's .nfo and of its series' one."""
    found = []
    for key in ("nfo", "show_nfo"):
        if not context.params.get(key):
            continue
        nfo = tmdb_nfo.read(Path(context.params[key]), episode)
        if nfo.trouble:
            context.degraded(nfo.trouble)
        elif nfo.known is None:
            context.log(f"{Path(context.params[key]).name} holds nothing about the film")
        if nfo.known:
            found.append(nfo.known)
    return found


def _of_this_film(context: Context, requested: api.Named | None, beside: list[Known]) -> list[Known]:
    """The .nfo files, without one that names another film than the user. IMDb's id of an episode is not its
    series'.
    """
    if requested is None:
        return beside
    kept = []
    for known in beside:
        theirs = known.ids.get("imdb" if requested.kind == "imdb" else "tmdb", "")
        kind, _, number = theirs.rpartition("/")
        same = number == requested.id and requested.kind in {"", "imdb", kind}
        if not theirs or same or (requested.kind == "imdb" and known.season is not None):
            kept.append(known)
        else:
            asked = context.params["tmdb_id"]
            context.warn(f"the .nfo is ignored: it names another film ({theirs}) than --tmdb {asked}")
    return kept


def _online(
    context: Context, requested: api.Named | None, others: Sequence[Known], seconds: float
) -> list[Known]:
    """The film on TMDB; nothing, with the reason reported, if TMDB has no such film or does not answer."""

    def pause(waiting: str) -> None:
        context.check()
        context.progress(0, 0, unit="", phase="searching TMDB")
        if waiting:
            context.log(f"TMDB: {waiting}")

    cache = context.params.get("cache")
    client = Client(
        os.environ.get(KEY_VARIABLE, ""),
        base=os.environ.get(BASE_VARIABLE) or BASE,
        cache=Path(cache) if cache else None,
        pause=pause,
    )
    try:
        return _asked(context, client, requested, others, seconds)
    except UnreachableError as error:
        context.degraded(f"TMDB did not answer: {error}")
        context.fact("transient", f"TMDB did not answer: {error}")
    except RefusedError:
        reason, hint = (
            f"TMDB refuses the key in {KEY_VARIABLE}",
            "see themoviedb.org/settings/api, or use --offline",
        )
        if requested and not any(known.rows for known in others):
            raise StageError("auth", reason, hint) from None
        context.degraded(f"{reason}: {hint}")
        context.fact("transient", reason)
    finally:
        client.close()
        context.metric("questions", client.requests)
    return []


def _asked(
    context: Context, client: Client, requested: api.Named | None, others: Sequence[Known], seconds: float
) -> list[Known]:
    locale = context.params["tmdb_language"]
    season = next((known.season for known in others if known.season is not None), None)
    episode = next((known.episode for known in others if known.episode is not None), None)
    place, why = "", ""
    if requested:
        place, own_season, own_episode = _settled(client, requested, episodic=season is not None)
        season, episode = (season, episode) if own_season is None else (own_season, own_episode)
        why = f"{place}: set by --tmdb"
    else:
        place, why, own_season, own_episode = _by_id(context, client, others)
        season, episode = (season, episode) if own_season is None else (own_season, own_episode)
    if not place:
        place, why = _by_title(context, client, others, seconds, locale)
    if not place:
        return []
    try:
        answer = api.details(client, place, locale)
    except NotFoundError:
        raise _unknown(place) from None
    if place.startswith("tv/"):
        known, dropped = api.show(client, answer, place, season, episode, locale)
    else:
        known, dropped = api.movie(answer)
    context.log(f"TMDB: {why}")
    context.fact("chosen", {"id": place, "why": why})
    context.fact("roles_without_a_name", dropped)
    return [known]


def _settled(client: Client, requested: api.Named, *, episodic: bool) -> tuple[str, int | None, int | None]:
    """TMDB's id of the film that the user named."""
    if requested.kind == "imdb":
        found = api.find(client, requested)
        if found is None:
            raise _unknown(requested.id)
        return found
    kind = requested.kind or ("tv" if episodic else "movie")
    return f"{kind}/{requested.id}", None, None


def _unknown(place: str) -> StageError:
    return StageError(
        "input",
        f"TMDB has no {place} (--tmdb)",
        "find the film at themoviedb.org: its address holds the id",
    )


def _by_id(
    context: Context, client: Client, others: Sequence[Known]
) -> tuple[str, str, int | None, int | None]:
    """The film that an id in an .nfo names; empty if TMDB does not have it."""
    for known in others:
        for who in ("tmdb", "imdb", "tvdb"):
            if not (text := known.ids.get(who)):
                continue
            season = episode = None
            try:
                if who == "tmdb":
                    api.details(client, text, context.params["tmdb_language"])
                    place: str | None = text
                else:
                    found = api.find(client, api.Named(who, text))
                    place, season, episode = found or (None, None, None)
            except NotFoundError:
                place = None
            if place:
                return place, f"{place}: named by the {known.source} ({who} {text})", season, episode
            context.log(f"TMDB has no {text}, which the {known.source} names")
    return "", "", None, None


def _by_title(
    context: Context, client: Client, others: Sequence[Known], seconds: float, locale: str
) -> tuple[str, str]:
    """The film whose title, year and length match one of the sources, the most trusted first."""
    candidates: list[dict[str, Any]] = []
    reasons: list[str] = []
    tried: set[tuple[str, ...]] = set()
    season = next((known.season for known in others if known.season is not None), None)
    begun = next((known.series_year for known in others if known.series_year), 0)
    for source in others:
        # A title beside an episode's number is the episode's: the search is for the series.
        known = replace(source, season=season, series_year=source.series_year or begun)
        what = (known.series,) if season is not None else (known.title, known.original_title, str(known.year))
        if not any(what[:2]) or what in tried:
            continue
        tried.add(what)
        hit, hits, why = search(client, known, seconds, locale)
        candidates += [{**one.fact(), "for": known.source} for one in hits[:10]]
        reasons.append(why)
        if hit:
            context.fact("candidates", candidates)
            return hit.place, why
    context.fact("candidates", candidates)
    for reason in reasons:
        context.warn(f"TMDB: {reason}")
    if reasons:
        context.fact("not_chosen", reasons)
    return "", ""


def _save(context: Context, merged: Merged) -> None:
    rows: list[tuple[Row, str]] = list(merged.rows)
    if merged.left_out:
        context.warn(f"the cast has {merged.left_out} more names than the {len(rows)} that are used")
    characters = sum(row.kind == "character" for row, _ in rows)
    context.method = "+".join(dict.fromkeys(text.partition(":")[0] for text in merged.sources)) or "none"
    context.fact("title", merged.facts["title"])
    context.fact("characters", characters)
    context.fact("sources", list(merged.sources))
    context.progress(len(rows), len(rows), unit="names")
    context.save(
        "cast",
        {
            "name": [row.name for row, _ in rows],
            "kind": [row.kind for row, _ in rows],
            "actor": [row.actor or None for row, _ in rows],
            "aliases": [list(row.aliases) for row, _ in rows],
            "source": [source for _, source in rows],
            "order": list(range(len(rows))),
        },
        {**merged.facts, "sources": list(merged.sources)},
    )
