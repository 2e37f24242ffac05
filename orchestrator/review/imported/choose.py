"""Finds what an edited file began from, and says why if it belongs elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ipc.whisper_languages import LANGUAGES
from orchestrator.errors import INPUT, USAGE, FatalError
from orchestrator.outputs.ledger import Ledger
from orchestrator.review.imported import bases as bases_of
from orchestrator.review.imported import file_cues
from orchestrator.review.imported.bases import Base
from orchestrator.review.imported.file_cues import FORMATS, FileContent, FileCue
from orchestrator.review.imported.labels import Labels
from orchestrator.review.imported.matching import compact, matched, near
from orchestrator.storage.store import Store
from orchestrator.util.command_line import typed
from orchestrator.util.film_names import stem_of
from stage_runners.subtitles.output_format import tag_of

_SAME_S = 0.0105
_FEW = 0.2
"""Share of cues that have the text or the times of ours, below which the file is of another film."""
_OTHER_WORDS, _MOST = 0.25, 0.6
"""Share of the letters that two texts share, below which they are not one text; share of such cues from which
a file is a translation."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """An edited file, what it began from, and both contents, without labels and in order of time.

    `labelled` is whether the names were labels in the text.
    """

    base: Base
    ours: FileContent
    theirs: FileContent
    labelled: bool


def chosen(film: Path, digest: str, file: Path, store: Store, track: str | None) -> Chosen:
    """What the file began from; `track` is the one that the user named. `FatalError` says what is wrong."""
    form = file.suffix.lower().lstrip(".")
    if form not in FORMATS:
        raise FatalError(
            f"{file}: not a file that can be imported", "save it as ASS, SubRip (.srt) or WebVTT", INPUT
        )
    there = bases_of.of_film(digest, store, FORMATS)
    if not there:
        raise FatalError(
            f"{film.name}: its subtitles are no longer in the cache, so nothing can be compared with them",
            f"run: orchestrator run {typed(film)}",
            INPUT,
        )
    named = _track_of(film, file, there) if track is None else _asked(film, there, track)
    bases = [base for base in there if named is None or base.track == named]
    language = bases[0].language
    paths = [(base.files[kind][0], base.language) for kind in (form, "srt") for base in bases]
    content, *others = file_cues.read([(file, language), *paths])
    if isinstance(content, str):
        raise FatalError(f"{file}: {content}", "nothing was imported", INPUT)
    theirs = _sorted(_checked(file, content))
    by_form = dict(zip([base.key for base in bases], others[: len(bases)], strict=True))
    by_srt = dict(zip([base.key for base in bases], others[len(bases) :], strict=True))
    written = Ledger().digest(file)
    bases = [base for base in bases if base.files[form][1] == written] or bases
    nameless = form != "srt" and not any(cue.names for cue in theirs.cues)
    ours_of = {
        base.key: by_srt[base.key]
        if nameless and any(cue.names for cue in _cues(by_form[base.key]))
        else by_form[base.key]
        for base in bases
    }
    base = max(bases, key=lambda one: _equal(_cues(ours_of[one.key]), theirs.cues))
    ours = ours_of[base.key]
    if isinstance(ours, str) or len(ours.cues) != len(base.cues):
        raise FatalError(f"{film.name}: the subtitles in the cache cannot be compared", "run it again", INPUT)
    found = prepared(base, ours, theirs, labelled=form == "srt" or ours is by_srt[base.key])
    if track is None:
        _check(film, file, found.ours.cues, found.theirs.cues)
    return found


def prepared(base: Base, ours: FileContent, theirs: FileContent, *, labelled: bool) -> Chosen:
    """Both contents without labels in their texts. `labelled` is whether labels alone name the speakers."""
    if base.has_labels and (labelled or (base.labels and base.params["sdh"])):
        ours, theirs = _without_labels(base, ours, theirs, keep_names=not labelled)
    return Chosen(base=base, ours=ours, theirs=theirs, labelled=labelled)


def _cues(content: FileContent | str) -> Sequence[FileCue]:
    return () if isinstance(content, str) else content.cues


def _equal(ours: Sequence[FileCue], theirs: Sequence[FileCue]) -> int:
    """The number of cues that both have."""
    places: dict[str, list[FileCue]] = {}
    for cue in ours:
        places.setdefault(" ".join(cue.text.split()), []).append(cue)
    return sum(
        any(near(cue, other, _SAME_S) for other in places.get(" ".join(cue.text.split()), ()))
        for cue in theirs
    )


def _without_labels(
    base: Base, ours: FileContent, theirs: FileContent, *, keep_names: bool
) -> tuple[FileContent, FileContent]:
    before, _, after = base.form.partition("NAME")
    known = [label.removeprefix(before).removesuffix(after) for label in base.labels.values()]
    labels = Labels(base.form, [*known, *base.names.values()])
    sounds = bool(base.params["sdh"])

    def without(content: FileContent, *, others: bool) -> FileContent:
        cues = []
        for cue in content.cues:
            found = labels.without(cue, others=others)
            cues.append(replace(found, names=cue.names) if keep_names else found)
        return replace(content, cues=cues)

    return without(ours, others=False), without(theirs, others=not sounds)


def _sorted(content: FileContent) -> FileContent:
    cues = [cue for cue in content.cues if cue.text.strip()]
    return replace(content, cues=sorted(cues, key=lambda cue: (cue.start, cue.end)))


def _checked(file: Path, content: FileContent) -> FileContent:
    """The content; `FatalError` if a cue of it can be no edit."""
    from ipc.edits import LONGEST

    for number, cue in enumerate(content.cues, 1):
        if cue.end <= cue.start and cue.text.strip():
            raise FatalError(
                f"{file}: the cue {number} at {cue.start:.3f} s ends before it starts", "correct it", INPUT
            )
        if len(cue.text) > LONGEST:
            raise FatalError(
                f"{file}: the cue {number} at {cue.start:.3f} s has {len(cue.text)} characters, more than "
                f"{LONGEST}",
                "is a cue without its end above it?",
                INPUT,
            )
    return content


def _asked(film: Path, bases: Sequence[Base], track: str) -> str:
    """The track that the user named by its language."""
    for base in bases:
        if track in {base.track, tag_of(base.language)} and (base.track or track == tag_of(base.language)):
            return base.track
    raise FatalError(f"--track {track}: {film.name} has no such subtitles", _there(bases), USAGE)


def _track_of(film: Path, file: Path, bases: Sequence[Base]) -> str | None:
    """The track by the language in the file's name; None if it has none."""
    stem = stem_of(film)
    if not file.name.casefold().startswith(f"{stem}.".casefold()):
        return None
    words = file.name[len(stem) + 1 :].casefold().split(".")[:-1]
    for base in sorted(bases, key=lambda one: bool(one.track) != ("translated" in words)):
        tag = tag_of(base.language).casefold()
        if words and words[0] in {tag, base.track}:
            return base.track
    if words and words[0].partition("-")[0] in LANGUAGES:
        raise FatalError(
            f"{file}: {film.name} has no subtitles in {words[0]}",
            f"{_there(bases)}; if it is one of these, name it with --track",
            INPUT,
        )
    return None


def _there(bases: Sequence[Base]) -> str:
    """A sentence about the languages that the film has subtitles in."""
    spoken: Mapping[str, None] = dict.fromkeys(tag_of(base.language) for base in bases)
    return f"it has {', '.join(spoken)}"


def _check(film: Path, file: Path, ours: Sequence[FileCue], theirs: Sequence[FileCue]) -> None:
    """Raise `FatalError` (input) if the file is of another film, or a translation."""
    texts = {compact(cue.text) for cue in ours}
    pairs = [
        (ours[group.ours[0]], theirs[group.theirs[0]])
        for group in matched(ours, theirs)
        if len(group.ours) == len(group.theirs) == 1
    ]
    timed = [(one, other) for one, other in pairs if near(one, other)]
    there = sum(compact(cue.text) in texts for cue in theirs)
    count = len(theirs)
    if count and max(there, len(timed)) < _FEW * count and ours:
        raise FatalError(
            f"{file}: of its {count} cues, {there} have a text of {film.name}, and {len(timed)} its times; "
            "it seems to belong to another film",
            "if it does not, name its language with --track",
            INPUT,
        )
    other = sum(_shared(one.text, two.text) < _OTHER_WORDS for one, two in timed)
    if len(timed) > 4 and other > _MOST * len(timed):
        raise FatalError(
            f"{file}: {other} of {len(timed)} cues have other words at the same times; it seems to be a "
            "translation",
            "if it is not, name its language with --track",
            INPUT,
        )


def _shared(one: str, other: str) -> float:
    """The share of words that both texts have."""
    first, second = set(one.casefold().split()), set(other.casefold().split())
    return len(first & second) / max(1, len(first | second))
