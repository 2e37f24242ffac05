"""The names of speakers, their labels, and the lines of each speaker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ipc.rows import SegmentRow, SpeakerRow, WordRow
from stage_runners.subtitles.cues import Line


def speaker_names(labels: Iterable[str | None], speakers: Iterable[SpeakerRow] = ()) -> dict[str, str]:
    """The name of each speaker in `labels`, in order of first appearance.

    It is the name in the table `speakers`, or else `Speaker 1`, `Speaker 2`, ... by that order.
    """
    named = {row["speaker"]: row["name"] for row in speakers if row["name"]}
    order = dict.fromkeys(label for label in labels if label)
    return {label: named.get(label) or f"Speaker {k}" for k, label in enumerate(order, 1)}


def first_of_name(names: Mapping[str, str]) -> dict[str, str]:
    """The label of the first speaker with the same name, for each label."""
    first: dict[str, str] = {}
    return {label: first.setdefault(name, label) for label, name in names.items()}


def merge_namesakes(
    segments: Sequence[SegmentRow], words: Sequence[WordRow], names: Mapping[str, str]
) -> tuple[list[SegmentRow], list[WordRow]]:
    """Segments and words in which all speakers with the same name are one speaker.

    A label between two of them would suggest a change of speaker.
    """
    same = first_of_name(names)

    def merged(label: str | None) -> str | None:
        return same.get(label, label) if label is not None else None

    return (
        [{**segment, "speaker": merged(segment["speaker"])} for segment in segments],
        [{**word, "speaker": merged(word["speaker"])} for word in words],
    )


def by_speaker(lines: Sequence[Line], *, labels: bool = False) -> list[list[Line]]:
    """Lines with text, or with a label if `labels`, grouped by speaker."""
    result: list[list[Line]] = []
    for line in lines:
        if not line.text and not (labels and line.label):
            continue
        if result and result[-1][-1].speaker == line.speaker and not line.dash:
            result[-1].append(line)
        else:
            result.append([line])
    return result
