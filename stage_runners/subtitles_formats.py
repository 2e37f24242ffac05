"""Files that players and other tools read, from cues, segments, words and turns. All of them UTF-8 with line feeds.

SRT and WebVTT are written here: pysubs2 takes braces and backslashes of the text for override codes, and knows no
WebVTT voices. ASS, with its styles, is pysubs2's.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stage_runners.subtitles_cues import Cue, Line

Row = Mapping[str, Any]
_CODES = re.compile(r"<|\\(?=[Nnh])|\{(?=\\)")
"""What players, and ffmpeg as it muxes, take in SubRip for the beginning of a tag or an override code."""
_COLOURS = (
    (255, 255, 255),
    (255, 236, 110),
    (120, 220, 255),
    (150, 240, 140),
    (255, 170, 190),
    (255, 190, 110),
    (200, 180, 255),
    (140, 240, 220),
)
"""White first, then colours that stay apart for the colour-blind and keep contrast on a dark outline."""


def names(rows: Iterable[Row], known: Iterable[Row] = ()) -> dict[str, str]:
    """What the speakers of `rows` are called: by the table of speakers `known`, else `Speaker 1`, `Speaker 2`, ... in order of
    their first appearance.
    """
    called = {row["speaker"]: row["name"] for row in known if row["name"]}
    found = dict.fromkeys(row["speaker"] for row in rows if row["speaker"])
    return {speaker: called.get(speaker) or f"Speaker {k}" for k, speaker in enumerate(found, 1)}


def together(
    segments: Sequence[Row], words: Sequence[Row], speakers: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Segments and words in which voices of one name are one speaker: a label between them would say that somebody else speaks."""
    first: dict[str, str] = {}
    for speaker, name in speakers.items():
        first.setdefault(name, speaker)
    same = {speaker: first[name] for speaker, name in speakers.items()}
    return tuple(  # type: ignore[return-value]
        [{**row, "speaker": same.get(row["speaker"], row["speaker"])} for row in rows]
        for rows in (segments, words)
    )


def label(name: str, room: int = 40, form: str = "[NAME]") -> str:
    """The label that stands before a speaker's text, of `room` characters at most: of a long name the first word, else its beginning.

    `form` is how a house writes it, with NAME for the name.
    """
    around = len(form) - len("NAME")
    if len(name) + around > room:
        name = name.split(maxsplit=1)[0]
    if len(name) + around > room:
        name = name[: max(1, room - around - 1)] + "…"
    return form.replace("NAME", name.upper())


def srt(cues: Sequence[Cue]) -> str:
    """SubRip, with the labels that the layout made room for. It has no escapes: a word joiner keeps text from being a code."""
    return "".join(
        f"{k}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n"
        + _CODES.sub("\\g<0>\u2060", cue.text(labels=True))
        + "\n\n"
        for k, cue in enumerate(cues, 1)
    )


def vtt(cues: Sequence[Cue], speakers: Mapping[str, str]) -> str:
    """WebVTT; who speaks is said in voice spans, never in the text."""
    blocks = [
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{_voices(cue.lines, speakers)}\n"
        for cue in cues
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _voices(lines: Sequence[Line], speakers: Mapping[str, str]) -> str:
    spans = []
    for together in _by_speaker(lines):
        text = "\n".join(html.escape(line.shown(labels=False), quote=False) for line in together)
        name = speakers.get(together[0].speaker or "")
        spans.append(f"<v {html.escape(name, quote=False)}>{text}</v>" if name else text)
    return "\n".join(spans)


def _by_speaker(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that hold text, in groups of one speaker."""
    result: list[list[Line]] = []
    for line in lines:
        if not line.text:
            continue
        if result and result[-1][-1].speaker == line.speaker and not line.dash:
            result[-1].append(line)
        else:
            result.append([line])
    return result


def ass(cues: Sequence[Cue], speakers: Mapping[str, str]) -> str:
    """Advanced SubStation Alpha: a style and colour a speaker, the speaker's name in the actor field."""
    import pysubs2

    subs = pysubs2.SSAFile()
    subs.info.update(
        {"PlayResX": "1920", "PlayResY": "1080", "WrapStyle": "2", "ScaledBorderAndShadow": "yes"}
    )
    styles = {None: "Default"} | dict(speakers)
    subs.styles.clear()
    for k, style in enumerate(styles.values()):
        colour = pysubs2.Color(*_COLOURS[max(0, k - 1) % len(_COLOURS)])
        subs.styles[style] = pysubs2.SSAStyle(
            fontname="Arial",
            fontsize=60,
            primarycolor=colour,
            outlinecolor=pysubs2.Color(0, 0, 0),
            backcolor=pysubs2.Color(0, 0, 0, 128),
            outline=3,
            shadow=1,
            alignment=pysubs2.Alignment.BOTTOM_CENTER,
            marginl=120,
            marginr=120,
            marginv=60,
        )
    for cue in cues:
        groups = _by_speaker(cue.lines)
        own = [speakers.get(group[0].speaker or "", "") for group in groups]
        parts = [
            (rf"{{\r{name or 'Default'}}}" if k else "")
            + r"\N".join(_ass_text(line.shown(labels=False)) for line in group)
            for k, (group, name) in enumerate(zip(groups, own, strict=True))
        ]
        subs.append(
            pysubs2.SSAEvent(
                start=cue.start,
                end=cue.end,
                text=r"\N".join(parts),
                style=own[0] or "Default",
                name="; ".join(dict.fromkeys(name for name in own if name)),
            )
        )
    return subs.to_string("ass", header_notice="")


def _ass_text(text: str) -> str:
    """The text with nothing in it that a renderer takes for a code."""
    return text.replace("\\", "\\\u2060").replace("{", r"\{").replace("}", r"\}")


def txt(segments: Sequence[Row], speakers: Mapping[str, str]) -> str:
    """A line a segment, the speaker's label before it."""
    return "".join(
        (f"{label(speakers[s['speaker']])} " if s["speaker"] else "") + " ".join(s["text"].split()) + "\n"
        for s in segments
    )


def tsv(segments: Sequence[Row]) -> str:
    """Start and end in milliseconds and the text of every segment, columns as Whisper names them."""
    lines = (
        f"{round(s['start'] * 1000)}\t{round(s['end'] * 1000)}\t{' '.join(s['text'].split())}\n"
        for s in segments
    )
    return "start\tend\ttext\n" + "".join(lines)


def transcript(
    segments: Sequence[Row],
    words: Sequence[Row],
    language: str,
    known: Iterable[Row] = (),
    doubts: Iterable[Row] = (),
) -> str:
    """JSON of WhisperX's shape. What is not known is left out, as there: times and scores of a word, speakers.

    Speakers keep their labels, as in the RTTM; `speakers` says what is known of each. Where several languages are spoken, each
    segment says its own. `doubts` are what recognition left out, doubts, found late or did not understand, with the reasons.
    """
    several = len({segment["language"] for segment in segments}) > 1
    own: dict[int, list[dict[str, Any]]] = {}
    for word in words:
        own.setdefault(word["segment"], []).append(_word(word))
    shown = [
        _known(
            start=_seconds(s["start"]), end=_seconds(s["end"]), text=s["text"], speaker=s["speaker"],
            language=s["language"] if several else None,
        ) | {"words": own.get(s["id"], [])}
        for s in segments
    ]  # fmt: skip
    result = {
        "segments": shown,
        "word_segments": [w for s in shown for w in s["words"]],
        "language": language,
    }
    if people := {row["speaker"]: _person(row) for row in known}:
        result["speakers"] = people
    if told := [_doubt(row) for row in doubts]:
        result["doubts"] = told
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def _person(row: Row) -> dict[str, Any]:
    return _known(
        name=row["name"],
        confidence=round(float(row["confidence"]), 3),
        source=row["source"],
        evidence=list(row["evidence"]),
    )


def _doubt(row: Row) -> dict[str, Any]:
    return {
        "start": _seconds(row["start"]),
        "end": _seconds(row["end"]),
        "verdict": row["verdict"],
        "text": row["text"],
        "reasons": list(row["reasons"]),
        "score": round(float(row["score"]), 3),
    }


def _word(word: Row) -> dict[str, Any]:
    score = word["score"] if word["score"] is not None else word["probability"]
    return _known(
        word=word["text"],
        start=_seconds(word["start"]),
        end=_seconds(word["end"]),
        score=None if score is None else round(float(score), 3),
        speaker=word["speaker"],
    )


def _known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)


def rttm(turns: Sequence[Row]) -> str:
    """A line a turn, overlap kept; the recording is always called `film`, whatever its file is named."""
    return "".join(
        f"SPEAKER film 1 {t['start']:.3f} {t['end'] - t['start']:.3f} <NA> <NA> "
        f"{'_'.join(t['speaker'].split())} <NA> <NA>\n"
        for t in turns
    )


def _clock(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"
