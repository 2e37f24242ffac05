"""The stages of a film with a track or a channel for each speaker: overlapping speech is recognised apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ipc.declaration import Stage

_ON = "untangling"
_SOURCES = {"demux.audio": f"{_ON}.audio", "pyannote_vad.speech": f"{_ON}.speech"}
_READERS = ("asr", "alignment")


def recognised_apart(stages: Mapping[str, Stage]) -> dict[str, Stage]:
    """The stages with `untangling`, whose recording recognition and alignment read instead of the film's.

    It is not declared as their source, because they would then wait for the diarization of every film.
    """
    found = {**stages, _ON: dataclasses.replace(stages[_ON], off="")}
    for name in _READERS:
        inputs = tuple(
            dataclasses.replace(one, source=_SOURCES.get(one.source, one.source))
            for one in stages[name].inputs
        )
        found[name] = dataclasses.replace(stages[name], inputs=inputs)
    return found
