"""Notes on the cues: missing, flagged, in the wrong script, far from the speech; and on the user's edits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ipc.cue_flags import flag_of
from ipc.notes import FilmFacts, Note
from ipc.wording import clock, first_of, plural
from stage_runners.asr.notes import doubts

COVERED = 0.9
"""Share of the speech that cues should show: sixteen recordings with text on every word have .93 and more."""
UNSUPPORTED = 0.15
"""Share of the cues' time that may have no speech under it: cues stay for reading after the last word."""
IN_SCRIPT = 0.5
"""Share of letters that should be of the language's own scripts: names and brands of others are fewer."""

OTHER_SCRIPT = 0.02
"""Share of the rarer script in the letters that only simplified or only traditional Chinese has: names and
quotations of the other script are fewer."""


def notes(film: FilmFacts) -> Iterator[Note]:
    """What to check in the cues, and what became of the edits."""
    subtitles = film.of("subtitles")
    if subtitles.get("cues") == 0:
        yield _silent(film)
    elif subtitles:
        if subtitles.get("cues"):
            yield _counted(subtitles, film.review)
        yield from _covered(subtitles, doubted=any(doubts(film.of("asr"))))
    if float(subtitles.get("in_script", 1.0)) < IN_SCRIPT:
        language = subtitles.get("language")
        yield Note(
            f"most of the text is not in a script of {language}: the model probably mistook the language",
            look=True,
        )
    if float(subtitles.get("other_script", 0.0)) > OTHER_SCRIPT:
        yield Note(
            "the cues mix simplified and traditional Chinese characters; please check them",
            look=True,
            command="review",
        )
    yield from _edits([facts["edits"] for facts in film.each("subtitles") if facts.get("edits")])


def _silent(film: FilmFacts) -> Note:
    others = film.of("demux").get("other_audio_tracks") or []
    tracks = f"; other audio tracks: {', '.join(others)} (--audio-track N)" if others else ""
    speech = int((film.of("asr").get("empty") or {}).get("count") or 0)
    why = "no word of the speech was recognised" if speech else "no speech was found"
    without = ", and the film is written without a subtitle track" if film.of("mux") else ""
    return Note(f"{why}, so there are no cues{without}{tracks}", look=True)


def _counted(subtitles: Mapping[str, Any], review: Mapping[str, Any]) -> Note:
    """How many cues there are and, if the report counted them, how many to review and why."""
    words = plural(int(review.get("cues") or subtitles.get("cues") or 0), "cue")
    if speakers := int(review.get("speakers") or 0):
        words += f", {plural(speakers, 'speaker')}"
    if "to_review" not in review:
        return Note(words)
    if not review["to_review"]:
        return Note(f"{words}; none to review")
    reasons = ", ".join(f"{count} {flag_of(name).label}" for name, count in review["flags"].items())
    return Note(f"{words}; {review['to_review']} to review: {reasons}")


def _covered(subtitles: Mapping[str, Any], *, doubted: bool) -> Iterator[Note]:
    coverage, unsupported = subtitles.get("coverage"), subtitles.get("unsupported")
    if coverage is None or unsupported is None:
        return
    poor = coverage < COVERED or unsupported > UNSUPPORTED
    if poor or doubted:
        yield Note(
            f"cues cover {coverage:.0%} of the speech; {unsupported:.0%} of their time has no speech",
            look=poor,
        )


def _edits(edits: list[Mapping[str, Any]]) -> Iterator[Note]:
    applied, relaid, replaced, lost = (
        sum(int(one.get(name) or 0) for one in edits) for name in ("applied", "relaid", "replaced", "lost")
    )
    names = list(dict.fromkeys(name for one in edits for name in (one.get("named") or {}).values()))
    parts = [plural(applied, "edit")] if applied else []
    parts += [f"the name{'s' if len(names) > 1 else ''} {first_of(names)}"] if names else []
    if parts:
        moved = f", {relaid} of them over new cue boundaries" if relaid else ""
        yield Note(f"your changes were applied: {' and '.join(parts)}{moved}", command="edits")
    if replaced:
        where = first_of([clock(time) for one in edits for time in one.get("where", ())])
        changed = f"the transcript has changed at {plural(replaced, 'edit')} of yours ({where})"
        yield Note(f"{changed}; your text was kept, please check it", look=True, command="review")
    if lost:
        yield Note(f"{plural(lost, 'edit')} of yours outside this clip, kept for the whole film")
