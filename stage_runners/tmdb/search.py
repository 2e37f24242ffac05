"""Chooses the film among TMDB's results by title, year and length, with a reason for each one that is
rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stage_runners.tmdb.api import details, titles, year
from stage_runners.tmdb.client import Client, NotFoundError
from stage_runners.tmdb.film_facts import Known, folded
from stage_runners.tmdb.thresholds import SEARCH


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A film or series in TMDB's results. `fits` names the matches besides the title."""

    place: str
    title: str
    year: int
    popularity: float
    likeness: float
    fits: tuple[str, ...] = ()
    why: str = ""

    def words(self) -> str:
        """The hit as text: title, year and id."""
        return f"{self.title} ({self.year or 'no year'}, {self.place})"

    def fact(self) -> dict[str, Any]:
        """The hit as a fact of the run."""
        return {
            "id": self.place,
            "title": self.title,
            "year": self.year,
            "popularity": round(self.popularity, 1),
            "likeness": round(self.likeness, 2),
            "why": self.why,
        }


def search(client: Client, wanted: Known, seconds: float, locale: str) -> tuple[Hit | None, list[Hit], str]:
    """The hit that is the film, or None; all hits, the likeliest first; and the reason, as a sentence.

    A title alone is not enough: a home video called Ted is not the film of that name. The year, the length
    (`seconds`, 0 if unknown) or the number of an episode must match too.
    """
    kind = "tv" if wanted.season is not None else "movie"
    texts = [wanted.series] if kind == "tv" else [wanted.title, wanted.original_title]
    texts = [text for text in dict.fromkeys(texts) if folded(text)]
    if not texts:
        return None, [], "no title to search for"
    found: dict[str, Hit] = {}
    for text in texts:
        for answer in _offers(client, kind, text, _wanted_year(wanted), locale):
            hit = _judged(kind, answer, texts, wanted)
            if hit.place not in found or found[hit.place].likeness < hit.likeness:
                found[hit.place] = hit
    hits = sorted(found.values(), key=lambda hit: (-hit.likeness, -hit.popularity))
    if not hits:
        return None, [], f"TMDB has no film or series called {' or '.join(texts)}"
    hits = _looked_into(client, hits, texts, wanted, seconds, locale)
    hits.sort(key=lambda hit: (-hit.likeness, -hit.popularity))
    return _chosen(hits, texts[0])


def _chosen(hits: list[Hit], text: str) -> tuple[Hit | None, list[Hit], str]:
    likely = [hit for hit in hits if hit.likeness >= SEARCH.likely and hit.fits]
    if not likely:
        best = hits[0]
        lack = (
            "only its title matches, which is not enough"
            if best.likeness >= SEARCH.likely
            else "too different"
        )
        hits = [replace(hit, why=hit.why or (lack if hit is best else "not chosen")) for hit in hits]
        return (
            None,
            hits,
            f"no match on TMDB for {text!r}: the best is {best.words()}, {best.likeness:.2f}: {lack}",
        )
    rivals = sorted(
        (hit for hit in likely if likely[0].likeness - hit.likeness <= SEARCH.close),
        key=lambda hit: -hit.popularity,
    )
    first = rivals[0]
    if len(rivals) > 1 and first.popularity < SEARCH.far * rivals[1].popularity:
        names = ", ".join(hit.words() for hit in rivals)
        hits = [replace(hit, why="as likely as another" if hit in rivals else "less likely") for hit in hits]
        return None, hits, f"{text!r} may be any of {names}: choose one with --tmdb"
    reason = f"{first.likeness:.2f}: the title and {' and '.join(first.fits)} match"
    if len(rivals) > 1:
        reason += ", and it is the most popular by far"
    why = {first.place: f"chosen: {reason}"} | {
        hit.place: "as likely, but less popular" for hit in rivals[1:]
    }
    hits = [replace(hit, why=why.get(hit.place, "less likely")) for hit in hits]
    return next(hit for hit in hits if hit.place == first.place), hits, f"{first.words()}: {reason}"


def _offers(client: Client, kind: str, text: str, wanted_year: int, locale: str) -> Iterable[dict[str, Any]]:
    """TMDB's results for a title, first with the year, then without it if nothing is similar."""
    year_param = "year" if kind == "movie" else "first_air_date_year"
    for with_year in [True, False] if wanted_year else [False]:
        good = False
        for page in range(1, SEARCH.pages + 1):
            params: dict[str, str | int] = {
                "query": text,
                "language": locale,
                "page": page,
            }
            if with_year:
                params[year_param] = wanted_year
            answer = client.get(f"/search/{kind}", params)
            results = answer.get("results")
            for one in results if isinstance(results, list) else []:
                if isinstance(one, dict) and isinstance(one.get("id"), int):
                    good = good or _alike([text], _names(one)) >= SEARCH.likely
                    yield one
            pages = answer.get("total_pages")
            if good or not isinstance(pages, int) or page >= pages:
                break
        if good:
            return


def _judged(kind: str, answer: dict[str, Any], texts: Sequence[str], wanted: Known) -> Hit:
    popularity = answer.get("popularity")
    hit = Hit(
        place=f"{kind}/{answer['id']}",
        title=next(iter(_names(answer)), ""),
        year=year(answer),
        popularity=float(popularity) if isinstance(popularity, int | float) else 0.0,
        likeness=_alike(texts, _names(answer)),
    )
    return _with_year(hit, wanted)


def _with_year(hit: Hit, wanted: Known) -> Hit:
    fits = ["the episode's number"] if wanted.season is not None else []
    likeness = hit.likeness
    if (begun := _wanted_year(wanted)) and hit.year:
        apart = abs(begun - hit.year)
        likeness -= 0 if apart == 0 else SEARCH.next_year if apart == 1 else SEARCH.wrong_year
        fits += ["the year"] if apart <= 1 else []
    return replace(hit, likeness=max(0.0, likeness), fits=tuple(fits))


def _wanted_year(wanted: Known) -> int:
    return wanted.year if wanted.season is None else wanted.series_year


def _looked_into(
    client: Client, hits: list[Hit], texts: Sequence[str], wanted: Known, seconds: float, locale: str
) -> list[Hit]:
    """`hits` compared by their details: by length, and by titles in other languages if no title matches."""
    likely = [hit for hit in hits if hit.likeness >= SEARCH.likely]
    unlike = not likely
    settled = len(likely) == 1 and likely[0].fits
    if settled:
        return hits
    asked = (likely or sorted(hits, key=lambda hit: -hit.popularity))[: SEARCH.details]
    result = []
    for hit in hits:
        if hit not in asked:
            result.append(hit)
            continue
        try:
            answer = details(client, hit.place, locale)
        except NotFoundError:
            continue
        judged = hit
        if unlike:
            judged = _with_year(replace(hit, likeness=_alike(texts, titles(answer))), wanted)
        result.append(_with_length(judged, answer, seconds))
    return result


def _with_length(hit: Hit, answer: dict[str, Any], seconds: float) -> Hit:
    runtime = answer.get("runtime")
    if not seconds or not isinstance(runtime, int) or runtime <= 0:
        return hit
    if abs(seconds / 60 - runtime) <= max(SEARCH.minutes, SEARCH.share * runtime):
        return replace(hit, fits=(*hit.fits, "the length"))
    return replace(
        hit,
        likeness=max(0.0, hit.likeness - SEARCH.wrong_length),
        why=f"it lasts {runtime} min, this film {seconds / 60:.0f}",
    )


def _names(answer: dict[str, Any]) -> list[str]:
    keys = ("title", "name", "original_title", "original_name")
    return [answer[key] for key in keys if isinstance(answer.get(key), str) and answer[key].strip()]


def _alike(texts: Iterable[str], others: Iterable[str]) -> float:
    """The likeness of the most similar two titles, from 0 to 1, regardless of the order of words
    (rapidfuzz).
    """
    from rapidfuzz import fuzz

    pairs = [(folded(text), folded(other)) for text in texts for other in others]
    return max(
        (max(fuzz.ratio(a, b), fuzz.token_sort_ratio(a, b)) / 100 for a, b in pairs if a and b), default=0.0
    )
