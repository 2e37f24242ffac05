"""Names for the speakers of a film: from the user, from saved voices, and from the dialogue."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc.context import Context
from ipc.errors import StageError
from stage_runners.naming import by_text, dialogue, voices
from stage_runners.naming.cast import Names
from stage_runners.naming.stage import NAMING
from stage_runners.naming.thresholds import EVIDENCE, VOICES

STAGE = NAMING


@dataclass
class Named:
    """A row of the table of speakers."""

    speaker: str
    name: str | None = None
    confidence: float = 0.0
    source: str = "none"
    evidence: tuple[str, ...] = ()


def load(params: Mapping[str, Any], device: str) -> People:  # noqa: ARG001 - the interface's
    """Import spaCy and load its tagger: most of the stage's time, and its inputs are there late."""
    return People()


def run(people: People, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `speakers`: each speaker of `embeddings` and `words` with a name, or without one, and the
    evidence.

    The user's names come first, then those before the lines of a known text, the titles of the speakers' own
    tracks, saved voices, names in existing subtitles, and the dialogue. Only the user and texts can give a
    name twice.
    `StageError("config")` if `speakers` names a label that the film does not have.
    """
    from ipc.artifacts import read

    segments, words = read(inputs["segments"], "segments").rows(), read(inputs["words"], "words").rows()
    embeddings = read(inputs["embeddings"], "embeddings")
    glossary = read(inputs["glossary"], "glossary").rows() if "glossary" in inputs else []
    heard = {row["speaker"] for row in embeddings.rows()} | {s["speaker"] for s in segments if s["speaker"]}
    labels = sorted(heard | {w["speaker"] for w in words if w["speaker"]})
    names = Names.of(glossary)
    rows = {label: Named(label) for label in labels}
    shown = list(dict.fromkeys(s["speaker"] for s in segments if s["speaker"]))
    for label, name in asked(str(context.params.get("speakers") or ""), labels, shown).items():
        rows[label] = Named(label, name, 1.0, "asked", (f"--speakers {label}={name}",))
    least = float(context.params["name_confidence"])
    lines = read(inputs["lines"], "known_lines").rows() if "lines" in inputs else []
    _by_text(rows, lines, words, "text")
    for title in read(inputs["titles"], "speakers").rows() if "titles" in inputs else ():
        row = rows.get(title["speaker"])
        if row is not None and row.name is None and title["name"]:
            rows[row.speaker] = Named(row.speaker, title["name"], 1.0, "title", tuple(title["evidence"]))
    _by_voice(rows, embeddings, names, least, context)
    if "existing" in inputs:
        shown = read(inputs["existing"], "subtitle_lines").rows()
        _by_text(rows, shown, words, "subtitles", where="existing subtitles")
    spoken = dialogue.sentences(segments, words)
    people.used = ""
    _by_dialogue(rows, dialogue.candidates(dialogue.votes(spoken, names, people)), least)
    if people.used:
        context.fact("tagger", people.used)
    found = [rows[label] for label in labels]
    sources = dict.fromkeys(row.source for row in found if row.name)
    context.method = ", ".join(sources) or "none"
    context.fact("speakers", len(found))
    context.fact("named", {row.speaker: row.name for row in found if row.name})
    if lines:
        of_film = {row.speaker: row.name for row in found if row.name and row.source != "asked"}
        context.fact("names_of_text", by_text.overruled(lines, words, of_film)._asdict())
    context.progress(len(found), len(found), unit="speakers")
    context.save(
        "speakers",
        {
            "speaker": [row.speaker for row in found],
            "name": [row.name for row in found],
            "confidence": [row.confidence for row in found],
            "source": [row.source for row in found],
            "evidence": [list(row.evidence) for row in found],
        },
    )


def asked(text: str, labels: Sequence[str], shown: Sequence[str] = ()) -> dict[str, str]:
    """The names in `SPEAKER_03=Aditi,SPEAKER_00=Raj` by label.

    `shown` are the labels in the order of their numbers in subtitles: `SPEAKER 1` is the first of them.
    Raises `StageError("config")` for another form, and for a label that the film does not have.
    """
    found: dict[str, str] = {}
    numbers = {label: k for k, label in enumerate(shown, 1)}
    told = [f"{label} (SPEAKER {numbers[label]})" if label in numbers else label for label in labels]
    there = f"the speakers are {', '.join(told)}" if labels else "this film has no speakers"
    for part in filter(None, (p.strip() for p in text.split(","))):
        label, equals, name = (" ".join(p.split()) for p in part.partition("="))
        if not equals or not name or not label:
            raise StageError(
                "config", f"--speakers {part}: expected LABEL=NAME", f"such as SPEAKER_00=Aditi; {there}"
            )
        if counted := re.fullmatch(r"speaker (\d+)", label, re.IGNORECASE):
            label = next((one for one, k in numbers.items() if k == int(counted[1])), label)
        label = next((l for l in labels if l.casefold() == label.casefold()), label)  # noqa: E741
        if label not in labels:
            raise StageError("config", f"--speakers {part}: this film has no {label}", there)
        if found.get(label, name) != name:
            raise StageError(
                "config", f"--speakers: {label} is both {found[label]} and {name}", "use one of the two names"
            )
        found[label] = name
    return found


def _by_text(
    rows: dict[str, Named],
    lines: Sequence[by_text.Row],
    words: Sequence[by_text.Row],
    source: str,
    where: str = "the text",
) -> None:
    """Name the speakers without a name whose lines have one in a text, or in subtitles."""
    for found in by_text.names(lines, words, where):
        if rows[found.speaker].name is None:
            rows[found.speaker] = Named(found.speaker, found.name, found.confidence, source, found.evidence)


def _by_voice(rows: dict[str, Named], embeddings: Any, names: Names, least: float, context: Context) -> None:
    """Name the speakers with a saved voice, each name once."""
    import numpy as np

    if not context.params.get("library"):
        return
    library = json.loads(Path(context.params["library"]).read_text(encoding="utf-8"))["voices"]
    model = embeddings.provenance.get("model") or {}
    known, others = voices.people(library, model)
    if others:
        context.warn(
            f"saved voices of {', '.join(others)} are not compared: another model than {model.get('id')} "
            "made them"
        )
    context.fact("known_voices", len(known))
    if not known:
        return
    chosen = context.params.get("voice_threshold")
    threshold = dict(VOICES.cosine).get(str(model.get("id"))) if chosen is None else float(chosen)
    if threshold is None:
        context.warn(
            f"saved voices are not compared: {model.get('id')} has no measured threshold; set one with "
            "--voice-threshold"
        )
        return
    given = {row.name.casefold() for row in rows.values() if row.name}
    open_ = [row for row in embeddings.rows() if not rows[row["speaker"]].name]
    long = [row for row in open_ if row["seconds"] >= VOICES.shortest_s]
    if not long:
        return
    vectors = np.array([row["vector"] for row in long], np.float64)
    free = [person for person in known if person.name.casefold() not in given]
    for match in voices.matches([row["speaker"] for row in long], vectors, free, threshold):
        confidence = match.confidence(threshold)
        second = f", the next nearest person {match.second:.2f}" if match.second > -1 else ""
        evidence = (
            (
                f"cosine {match.cosine:.2f} to the voice from "
                f"{', '.join(match.sources[: EVIDENCE.listed])}{second}"
            ),
        )
        name = names.shown(match.name) or match.name
        rows[match.speaker] = Named(
            match.speaker, name if confidence >= least else None, confidence, "voice", evidence
        )


def _by_dialogue(rows: dict[str, Named], found: Sequence[dialogue.Candidate], least: float) -> None:
    """Name the others from the dialogue; below the confidence the label stays, and the candidate is
    evidence.
    """
    given = {row.name.casefold() for row in rows.values() if row.name}
    for candidate in found:
        row = rows.get(candidate.speaker)
        if row is None:
            continue
        evidence = _some(candidate.evidence)
        if row.name:
            if row.name.casefold() == candidate.name.casefold():
                row.evidence = (*row.evidence, *evidence)
            continue
        told = (f"perhaps {candidate.name} ({candidate.confidence:.2f})",)
        if candidate.name.casefold() in given:
            row.evidence = (*row.evidence, *told, "another voice has that name", *evidence)
        elif candidate.confidence < least:
            row.confidence, row.evidence = candidate.confidence, (*row.evidence, *told, *evidence)
        else:
            rows[candidate.speaker] = Named(
                row.speaker, candidate.name, candidate.confidence, "dialogue", evidence
            )
            given.add(candidate.name.casefold())


def _some(evidence: Sequence[str]) -> tuple[str, ...]:
    more = len(evidence) - EVIDENCE.listed
    return (*evidence[: EVIDENCE.listed], *((f"and {more} more",) if more > 0 else ()))


class People:
    """spaCy's tagger of English. `used` names it once it was asked."""

    def __init__(self) -> None:
        from stage_runners.text import english

        self.used = ""
        self._tagger: Callable[[str], Any]
        self._tagger, self._name = english.load()

    def __call__(self, text: str) -> list[str]:
        """The names of persons in a sentence, as they are written there."""
        self.used = self._name
        return [span.text for span in self._tagger(text).ents if span.label_ == "PERSON"]
