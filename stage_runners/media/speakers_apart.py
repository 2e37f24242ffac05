"""A track or a channel for each speaker: decodes them all, mixes them, and reads names from their titles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipc.errors import StageError
from stage_runners.media.channel_names import words as channel_words
from stage_runners.media.listening import MOST_CHANNELS, can_listen
from stage_runners.media.probe import Film, Track
from stage_runners.media.sound import Reading, TrackAudio
from stage_runners.media.track_choice import about_the_film
from stage_runners.media.track_names import names_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_BLOCK = 1 << 20
"""Samples that are mixed at once."""


@dataclass(frozen=True)
class Apart:
    """A speaker's own sound: a `track`, or a channel of it; its `number`, name, and what it is in words."""

    track: int
    number: int
    sound: TrackAudio
    name: str | None
    words: str

    @property
    def label(self) -> str:
        """The speaker's label: the first track or channel is SPEAKER_00."""
        return f"SPEAKER_{self.number:02d}"


def by_track(reading: Reading) -> list[Apart]:
    """The tracks of the film, without commentary and the like, and without those that are empty.

    `StageError("config")` if there are fewer than two.
    """
    tracks = [track for track in reading.film.of("audio") if not about_the_film(track)]
    if len(tracks) < 2:
        raise _too_few("track", reading.film, reading.path.name)
    names = names_of([track.title for track in tracks])
    found = []
    for track, name in zip(tracks, names, strict=True):
        try:
            found.append(Apart(track.number, track.number, reading.sound(track), name, track.words()))
        except StageError as error:
            if error.category != "input":
                raise
            reading.context.log(f"{track.words()}: {error.message}")
    if not found:
        raise StageError(
            "input", f"{reading.path.name}: every audio track is empty", "choose a film with sound"
        )
    return found


def perhaps_people(film: Film) -> list[str]:
    """The tracks, by name or in words, if each seems to be the microphone of one person; else nothing.

    Several tracks of one film are languages or mixes of it, with a picture. So they count if two titles or
    more name people, or if there is no picture, and if no languages are stated or every track is mono.
    """
    tracks = [track for track in film.of("audio") if not about_the_film(track)]
    names = names_of([track.title for track in tracks])
    named = sum(name is not None for name in names) >= 2
    pictures = any(not track.picture for track in film.of("video"))
    one_film = any(track.language for track in tracks) and any(track.channels != 1 for track in tracks)
    if len(tracks) < 2 or one_film or (pictures and not named):
        return []
    return [name or track.words() for name, track in zip(names, tracks, strict=True)]


def by_channel(reading: Reading, track: Track) -> list[Apart]:
    """The channels of a track. `StageError("config")` if it has only one."""
    if not can_listen(track):
        name = reading.path.name
        if track.channels > MOST_CHANNELS:
            why = f"has {track.channels} channels; {MOST_CHANNELS} are possible"
            raise StageError("config", f"--speakers-by-channel: {track.words()} of {name} {why}", "mix some")
        raise _too_few("channel", reading.film, name)
    return [
        Apart(track.number, k, reading.sound(track, k), None, channel_words(track.speakers, k))
        for k in range(len(track.speakers))
    ]


def _too_few(what: str, film: Film, name: str) -> StageError:
    tracks = film.of("audio")
    there = "; ".join(track.words() for track in tracks)
    other = ""
    if what == "track" and any(track.channels > 1 for track in tracks):
        other = ", or use --speakers-by-channel if each channel is a speaker"
    elif what == "channel" and len(tracks) > 1:
        other = ", or use --speakers-by-track if each track is a speaker"
    return StageError(
        "config",
        f"--speakers-by-{what}: {name} has only one {what} with a speaker: {there}",
        f"omit the option{other}",
    )


def mixed(voices: Sequence[NDArray[np.int16]], place: Path) -> NDArray[np.int16]:
    """The sum of voices of any lengths, as a memory map of the file `place`; softer if it would clip."""
    import numpy as np

    length = max(map(len, voices))
    peak = max((int(np.abs(block).max(initial=0)) for block in _sums(voices, length)), default=0)
    gain = min(1.0, 32767 / max(peak, 1))
    with place.open("wb") as stream:
        for block in _sums(voices, length):
            stream.write(np.rint(block * gain).astype(np.int16).tobytes())
    return np.memmap(place, dtype=np.int16, mode="r", shape=(length,))


def _sums(voices: Sequence[NDArray[np.int16]], length: int) -> Iterator[NDArray[np.int32]]:
    import numpy as np

    for first in range(0, length, _BLOCK):
        total = np.zeros(min(_BLOCK, length - first), np.int32)
        for voice in voices:
            part = voice[first : first + _BLOCK]
            total[: len(part)] += part
        yield total


def in_a_row(voices: Sequence[NDArray[np.int16]], place: Path) -> NDArray[np.int16]:
    """The voices one after another, each as long as the longest, as a memory map of the file `place`."""
    import numpy as np

    length = max(map(len, voices))
    with place.open("wb") as stream:
        for number, voice in enumerate(voices):
            for first in range(0, len(voice), _BLOCK):
                stream.write(voice[first : first + _BLOCK].tobytes())
            stream.truncate(2 * length * (number + 1))
            stream.seek(2 * length * (number + 1))
    return np.memmap(place, dtype=np.int16, mode="r", shape=(length * len(voices),))
