"""Reads the sound of a track: decodes it, and takes one channel where the mono mix loses the speech."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipc.errors import StageError
from stage_runners.media import ffmpeg
from stage_runners.media.channel_names import MIX, channel_of, words
from stage_runners.media.channels import ChannelVerdict, judge
from stage_runners.media.decoding import (
    MOST_SILENCE_S,
    AudioSource,
    Clip,
    any_audio,
    decoding,
    missing,
    placing,
    silence,
)
from stage_runners.media.excerpt import beyond
from stage_runners.media.listening import Listener, can_listen
from stage_runners.media.numbering import number_of
from stage_runners.media.probe import Film, Track
from stage_runners.text.iso639 import same_language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ipc.context import Context


@dataclass(frozen=True)
class TrackAudio:
    """The samples of a track (int16, mono, 16 kHz), and how they were read.

    `expected` seconds, ffmpeg's `errors`, the seconds `lost` in gaps, and the `verdict` on the channels.
    """

    samples: NDArray[np.int16]
    expected: float | None
    errors: str
    lost: float
    verdict: ChannelVerdict

    def words(self, track: Track) -> str:
        """The channel that was taken, and why: `left channel: the channels cancel each other`."""
        taken = (
            "all channels" if self.verdict.channel is None else words(track.speakers, self.verdict.channel)
        )
        return f"{taken}: {self.verdict.why}"


@dataclass(frozen=True)
class Reading:
    """A film that is read, or a `clip` of it: from the file `source`, which is `part`, where it is `span`."""

    path: Path
    film: Film
    clip: Clip | None
    source: Path
    part: Film
    span: Clip | None
    context: Context

    def sound(self, track: Track, channel: int | None = None) -> TrackAudio:
        """Decode a track, or a channel of it. `StageError` if it is empty, or has no requested channel."""
        import numpy as np

        context = self.context
        verdict = self._requested(track) if channel is None else ChannelVerdict(channel)
        name = f"pcm-{track.number}" if channel is None else f"pcm-{track.number}-{channel}"
        timed, raw = context.scratch() / "timed.nut", context.scratch() / name
        expected = _expected(self.film, track, self.clip)
        source = AudioSource(self.source, self.part, self.part.of("audio")[track.number], self.span)
        if verdict is None and can_listen(track):
            with Listener(track, number_of(source.track, self.source), expected or 0.0) as listener:
                arguments = [*decoding(source, None, timed), *listener.arguments()]
                errors = ffmpeg.run(arguments, context, expected or 0.0, "decode", timed, listener=listener)
            verdict = self._in_language(track, judge(listener.blocks, track.speakers))
            again = verdict.channel is not None
        else:
            verdict, again, errors = verdict or ChannelVerdict(), True, ""
        if again:
            arguments = decoding(source, verdict.channel, timed)
            errors = ffmpeg.run(arguments, context, expected or 0.0, "decode", timed)
        if not any_audio(timed):
            raise self._nothing(track)
        if (hours := silence(timed) / 3600) > MOST_SILENCE_S / 3600:
            raise StageError(
                "input",
                f"{self.path.name}: {track.words()} has gaps of {hours:.0f} hours: its time stamps are wrong",
                "choose a part of it with --clip, or another track with --audio-track",
            )
        ffmpeg.run(placing(timed, self.clip, raw), context, expected or 0.0, "place", raw)
        lost = missing(timed) if errors else 0.0
        timed.unlink()
        if not raw.exists() or raw.stat().st_size < 2:
            raise self._nothing(track)
        samples = np.memmap(raw, dtype=np.int16, mode="r", shape=(raw.stat().st_size // 2,))
        return TrackAudio(samples, expected, errors, lost, verdict)

    def _requested(self, track: Track) -> ChannelVerdict | None:
        """The channel that was asked for; None if the stage is to choose."""
        asked = self.context.params.get("audio_channel")
        if asked is None:
            return None
        if asked == MIX:
            return ChannelVerdict()
        channel = channel_of(asked, track.speakers)
        if channel is None:
            names = ", ".join([*(words(track.speakers, k) for k in range(len(track.speakers))), "mix"])
            raise StageError(
                "config",
                f"--audio-channel {asked}: {track.words()} of {self.path.name} has no such channel",
                f"choose one of: {names}",
            )
        return ChannelVerdict(channel, "set by --audio-channel")

    def _in_language(self, track: Track, verdict: ChannelVerdict) -> ChannelVerdict:
        """The verdict, with the channel in the requested language if the track names one by channel."""
        language, codes = self.context.params.get("language"), track.language.split(",")
        if verdict.doubtful and verdict.channel is not None and len(codes) == len(track.speakers):
            for channel, code in enumerate(codes):
                if same_language(code, language or ""):
                    return ChannelVerdict(channel, f"{verdict.why}; this one is marked as {code}")
        return verdict

    def _nothing(self, track: Track) -> StageError:
        """What to say of a track, or of a clip of it, without any audio."""
        name, clip = self.path.name, self.clip
        if clip and not (self.film.seconds and clip[0] < self.film.seconds):
            return beyond(name, self.film, clip)
        where = " in this clip" if clip else ""
        others = len(self.film.of("audio")) > 1
        what = (
            "another track with --audio-track" if others else "another clip" if clip else "a film with sound"
        )
        return StageError("input", f"{name}: {track.words()} is empty{where}", f"choose {what}")


def _expected(film: Film, track: Track, clip: tuple[float, float] | None) -> float | None:
    """The expected seconds of audio, for progress: the stated duration, or what libavformat guesses."""
    whole = film.seconds or track.seconds or film.likely
    if clip is None:
        return whole
    return min(clip[1], whole) - clip[0] if whole and whole > clip[0] else clip[1] - clip[0]
