"""Reads .nfo files: Kodi, Jellyfin, Emby and tinyMediaManager write XML, releases write prose with a link in
it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ipc import plain_file
from ipc.text_files import NotTextError
from stage_runners.text.code_pages import read_text
from stage_runners.tmdb.cast_file import language_code
from stage_runners.tmdb.film_facts import Known, clean
from stage_runners.tmdb.roles import people

LARGEST = 4 << 20
_ROOTS = "movie|episodedetails|tvshow"
_OPENED = re.compile(rf"<({_ROOTS})\b")
_EMPTY = re.compile(r"<\w+[^<>]{0,200}/>")
_PROLOGUE = re.compile(r"<\?xml[^>]{0,300}\?>|<!DOCTYPE[^>\[]{0,300}>", re.IGNORECASE)
_LOOSE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")
_TMDB = re.compile(
    r"themoviedb\.org/(movie|tv)/(\d{1,9})(?!\d)(?:[^\s/]{0,200}/season/(\d{1,4})(?:/episode/(\d{1,5}))?)?",
    re.IGNORECASE,
)
_IMDB = re.compile(r"imdb\.com/(?:[a-z]{2}/)?title/(tt\d{6,})", re.IGNORECASE)
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)""")
_LABEL = re.compile(r"\[/?(?:B|I|COLOR|CR|UPPERCASE|LOWERCASE)[^\[\]]{0,40}\]")
"""Bounded, so that no text makes the search slow."""
_LONGEST = 20_000
"""Characters of a text."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Nfo:
    """The content of a file: `known` is None if it holds nothing; `trouble` says what could not be read."""

    known: Known | None
    trouble: str = ""


def read(path: Path, episode: int | None = None) -> Nfo:
    """Read the .nfo at `path`; of several episodes in it the one with the number `episode`, else all of them
    merged.

    A fault in such a file never stops a run: `trouble` describes it.
    """
    try:
        raw = plain_file.read(path, LARGEST)
    except OSError as error:
        return Nfo(None, f"{path.name} cannot be read: {error.strerror}")
    except plain_file.UnusableFileError as error:
        return Nfo(None, f"{path.name} was not read: it is {error}")
    text = _NOT_XML.sub("", _decoded(raw))
    if "<!ENTITY" in text.upper():
        return Nfo(None, f"{path.name} was not read: it declares XML entities, which no media centre writes")
    links = _links(text)
    nothing_more = Known(source="nfo", **links) if links["ids"] else None
    opened = _OPENED.search(text)
    if opened is None or _EMPTY.match(text, opened.start()):
        return Nfo(nothing_more)
    close = text.rfind(f"</{opened[1]}")
    end = text.find(">", close)
    if close < opened.start() or end < 0:
        return Nfo(nothing_more, f"{path.name} is cut off: the end of its XML is missing")
    lines = "\n" * text.count("\n", 0, opened.start())
    try:
        roots = list(_parsed(lines + text[opened.start() : end + 1]))
    except ValueError as error:
        return Nfo(nothing_more, f"{path.name} is not well-formed XML: {error}")
    known = _together([_known(root) for root in roots], episode)
    merged = {**links["ids"], **known.ids}
    season, number = known.season, known.episode
    return Nfo(
        replace(
            known,
            ids=merged,
            season=links["season"] if season is None else season,
            episode=links["episode"] if number is None else number,
        )
    )


def _decoded(raw: bytes) -> str:
    """The text of a file whose encoding stands in a byte order mark or in its first line, is wrong there, or
    is missing.
    """
    encoding = _ENCODING.search(raw[:200])
    try:
        return read_text(raw, declared=encoding[1].decode("ascii") if encoding else "").text
    except NotTextError:  # control characters, or a few wrong bytes: links and names can still be found
        return raw.decode("utf-8-sig", errors="replace")


def _parsed(text: str) -> Any:
    """The root elements in `text`; `ValueError` with the parser's reason."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    # Several episodes in one file follow each other, each perhaps with an XML declaration.
    body = _PROLOGUE.sub("", text)
    try:
        return fromstring(f"<nfo>{body}</nfo>", forbid_dtd=True)
    except DefusedXmlException as error:
        raise ValueError(str(error)) from error
    except ParseError:
        # Some tools leave a bare & in titles, or use HTML's entities.
        repaired = _LOOSE.sub("&amp;", re.sub(r"&([A-Za-z]\w*);", _named, body))
    try:
        return fromstring(f"<nfo>{repaired}</nfo>", forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(str(error)) from error


def _named(found: re.Match[str]) -> str:
    if found[1] in {"amp", "lt", "gt", "quot", "apos"}:
        return found[0]
    return html.unescape(found[0])


def _links(text: str) -> dict[str, Any]:
    """Ids in links, and the episode that one names."""
    ids: dict[str, str] = {}
    season = episode = None
    if found := _TMDB.search(text):
        ids["tmdb"] = f"{found[1].lower()}/{found[2]}"
        season, episode = (int(number) if number else None for number in (found[3], found[4]))
    if found := _IMDB.search(text):
        ids["imdb"] = found[1].lower()
    return {"ids": ids, "season": season, "episode": episode}


def _together(parts: Sequence[Known], episode: int | None) -> Known:
    """Several episodes as one: a film of two episodes has both in its file."""
    chosen = [part for part in parts if episode is not None and part.episode == episode] or list(parts)
    if len(chosen) == 1:
        return chosen[0]
    rows = {(row.name, row.actor): row for part in chosen for row in part.rows}
    return replace(
        chosen[0],
        title=" / ".join(dict.fromkeys(part.title for part in chosen if part.title)),
        plot="\n\n".join(dict.fromkeys(part.plot for part in chosen if part.plot)),
        rows=tuple(rows.values()),
    )


def _known(root: Any) -> Known:
    kind = root.tag
    title, series = _of(root, "title"), _of(root, "showtitle")
    if kind == "tvshow":
        title, series = "", title or series
    rows, _ = people(_credits(root))
    return Known(
        source="nfo",
        title=title,
        original_title="" if kind == "tvshow" else _of(root, "originaltitle"),
        language=_language(root),
        year=0 if kind == "tvshow" else _year(root),
        plot=_of(root, "plot") or _of(root, "outline"),
        series=series,
        season=_number(root, "season") if kind == "episodedetails" else None,
        episode=_number(root, "episode") if kind == "episodedetails" else None,
        series_year=_year(root) if kind == "tvshow" else 0,
        rows=rows,
        ids=_ids(root),
    )


def _of(root: Any, tag: str) -> str:
    """The text of the first `tag` that has one, without the marks of [B]Kodi's labels[/B]."""
    for element in root.iterfind(tag):
        if text := clean("".join(element.itertext())):
            return _LABEL.sub("", text[:_LONGEST]).strip()
    return ""


def _number(root: Any, tag: str) -> int | None:
    text = _of(root, tag)
    return int(text) if re.fullmatch(r"\d{1,5}", text) else None


def _year(root: Any) -> int:
    for tag in ("year", "premiered", "releasedate", "aired"):
        if found := re.match(r"(1[89]|20|21)\d\d", _of(root, tag)):
            return int(found[0])
    return 0


def _language(root: Any) -> str:
    """The original language; if it is missing, the only spoken one."""
    for tag in ("originallanguage", "original_language"):
        if code := language_code(_of(root, tag)):
            return code
    spoken = [name for name in re.split(r"[,/|]", _of(root, "languages")) if name.strip()]
    return language_code(spoken[0]) if len(spoken) == 1 else ""


def _credits(root: Any) -> list[tuple[str, str]]:
    """(role, actor) in the order of billing; without an `order`, in the order of the file."""
    found = []
    for place, actor in enumerate(root.iterfind("actor")):
        if _of(actor, "type") not in {"", "Actor", "GuestStar", "Guest star"}:
            continue  # Jellyfin lists directors and writers here too
        roles = [clean("".join(role.itertext())) for role in actor.iterfind("role")]
        order = _number(actor, "order")
        if order is None:
            order = _number(actor, "sortorder")
        found.append(
            (place if order is None else order, place, " / ".join(r for r in roles if r), _of(actor, "name"))
        )
    return [(role, name) for _, _, role, name in sorted(found)]


def _ids(root: Any) -> dict[str, str]:
    """Ids by database. TMDB's and IMDb's of an episode are the episode's, and only IMDb's can be searched
    for.
    """
    ids: dict[str, str] = {}
    for element in root.iterfind("uniqueid"):
        who, value = (element.get("type") or "").lower(), clean(element.text or "")
        ids.setdefault({"themoviedb": "tmdb", "thetvdb": "tvdb"}.get(who, who), value)
    own = [("tmdbid", "tmdb"), ("imdbid", "imdb"), ("imdb_id", "imdb"), ("tvdbid", "tvdb")]
    if not ids:  # Kodi repeats a uniqueid here; alone it comes from older versions
        value = _of(root, "id")
        own.append(("id", "imdb" if value.startswith("tt") else "tmdb" if root.tag == "movie" else "tvdb"))
    for tag, who in own:
        if value := _of(root, tag):
            ids.setdefault(who, value)
    kept = {}
    if (value := ids.get("tmdb", "")).isdigit() and root.tag != "episodedetails":
        kept["tmdb"] = f"{'tv' if root.tag == 'tvshow' else 'movie'}/{value}"
    if re.fullmatch(r"tt\d{6,}", value := ids.get("imdb", "")):
        kept["imdb"] = value
    if (value := ids.get("tvdb", "")).isdigit() and root.tag != "movie":
        kept["tvdb"] = value
    return kept
