"""The stage demux: the film's speech track as mono int16 at 16 kHz, on the film's clock.

Sample 0 is the container's `format.start_time`, or the start of the clip: ffmpeg puts its inputs on that
clock, and its resampler pads, trims and fills gaps (`aresample=async=1:first_pts=0`). So only the audio
contains offsets. Decoding takes two steps with time stamps between them: if a track changes its format (a
broadcast from 5.1 to stereo), ffmpeg rebuilds its filters, and a resampler that pads to the start would pad
again in the middle of the film. If a muxer shifted the whole film to make room for audio priming, the film
begins that much later: see `probe.head_start`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.media.decoding import SAMPLE_RATE
from stage_runners.media.excerpt import excerpt
from stage_runners.media.listening import speech_share
from stage_runners.media.numbering import film_of
from stage_runners.media.probe import Track, on_the_container
from stage_runners.media.sound import Reading, TrackAudio
from stage_runners.media.speakers_apart import (
    Apart,
    by_channel,
    by_track,
    in_a_row,
    mixed,
    perhaps_people,
)
from stage_runners.media.stage import DEMUX
from stage_runners.media.thresholds import TRACKS
from stage_runners.media.track_choice import Chosen, choose, instead

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = DEMUX

SHORT_BY_SECONDS = 1.0
"""A track that ends this much before its stated duration is truncated."""
_OF_THE_TRACK = {"input", "env", "config"}
"""Categories of errors that concern a track alone: it is empty, this ffmpeg does not read it, or it lacks the
channel of `--audio-channel`. A full disk and a request to stop concern the stage."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Choose the track and the channel, report the choice, and decode it."""
    del model
    path, params = inputs["film"], context.params
    film = film_of(path)
    chosen = choose(film, params.get("audio_track"), params.get("language"), path.name)
    context.log(f"{chosen.track.words()}: {chosen.why}")
    clip = on_the_container(clip_of(params.get("clip")), film)
    reading = Reading(path, film, clip, *excerpt(path, film, clip, context), context)
    if apart := _apart(reading, chosen.track):
        _save_apart(reading, apart)
        return
    sound = reading.sound(chosen.track)
    if params.get("audio_track") is None:
        chosen, sound = _speaking(reading, chosen, sound)
    seconds = len(sound.samples) / SAMPLE_RATE
    _mark_if_cut(reading, chosen.track, sound, seconds)
    context.method = "ffmpeg"
    context.fact("seconds", round(seconds, 3))
    context.fact("audio_track", chosen.track.number)
    context.fact("audio_track_chosen", f"{chosen.track.words()}: {chosen.why}")
    context.fact("audio_track_doubtful", chosen.doubtful)
    if sound.verdict.why:
        context.log(sound.words(chosen.track))
        context.fact("audio_channel", sound.words(chosen.track))
        context.fact("audio_channel_doubtful", sound.verdict.doubtful)
        if sound.verdict.doubtful and sound.verdict.channel is None:
            context.degraded(f"{path.name}: {sound.verdict.why}")
    others = [other.words() for other in film.of("audio") if other.number != chosen.track.number]
    context.fact("other_audio_tracks", others)
    if params.get("audio_track") is None and (people := perhaps_people(film)):
        context.fact("perhaps_people", people)
    context.fact("title", film.tags.get("title", ""))
    context.save_audio("audio", sound.samples, SAMPLE_RATE)
    context.save_audio("voices", sound.samples[:0], SAMPLE_RATE)
    context.save("titles", _titles([]))


def _apart(reading: Reading, track: Track) -> list[Apart]:
    """The sound of each speaker, if the user says that each has a track or a channel; else nothing."""
    if reading.context.params.get("speakers_by_track"):
        return by_track(reading)
    return by_channel(reading, track) if reading.context.params.get("speakers_by_channel") else []


def _save_apart(reading: Reading, apart: Sequence[Apart]) -> None:
    """Save the mix of all speakers as the audio, and each alone."""
    context, what = reading.context, "track" if reading.context.params.get("speakers_by_track") else "channel"
    voices = [one.sound.samples for one in apart]
    for one in apart:
        track, verdict = reading.film.of("audio")[one.track], one.sound.verdict
        _mark_if_cut(reading, track, one.sound, len(one.sound.samples) / SAMPLE_RATE)
        if verdict.why:
            context.log(f"{one.words}: {one.sound.words(track)}")
        if verdict.doubtful and verdict.channel is None:
            context.degraded(f"{reading.path.name}: {one.words}: {verdict.why}")
    audio = mixed(voices, context.scratch() / "mix")
    told = [f"{one.label} {one.words}" for one in apart]
    context.log(f"a speaker in each {what}: {'; '.join(told)}")
    context.method = "ffmpeg"
    context.fact("seconds", round(len(audio) / SAMPLE_RATE, 3))
    context.fact("audio_track", apart[0].track)
    context.fact("speakers_by", what)
    context.fact("speakers_apart", told)
    context.fact("title", reading.film.tags.get("title", ""))
    context.save_audio("audio", audio, SAMPLE_RATE)
    context.save_audio("voices", in_a_row(voices, context.scratch() / "voices"), SAMPLE_RATE)
    context.save("titles", _titles(apart))


def _titles(apart: Sequence[Apart]) -> dict[str, list[Any]]:
    """The table `titles`: the speakers who have a track or a channel, in its order."""
    return {
        "speaker": [one.label for one in apart],
        "name": [one.name for one in apart],
        "confidence": [1.0 if one.name else 0.0 for one in apart],
        "source": ["title" if one.name else "none" for one in apart],
        "evidence": [[one.words] for one in apart],
    }


def _speaking(reading: Reading, chosen: Chosen, sound: TrackAudio) -> tuple[Chosen, TrackAudio]:
    """The track that is transcribed: another one if the chosen one has no speech, and the other has."""
    context, language = reading.context, reading.context.params.get("language")
    if len(reading.film.of("audio")) == 1 or speech_share(sound.samples) > TRACKS.speechless:
        return chosen, sound
    for other in instead(reading.film, chosen.track, language):
        try:
            sound_of_other = reading.sound(other)
        except StageError as error:
            if error.category not in _OF_THE_TRACK:
                raise
            continue
        if speech_share(sound_of_other.samples) >= TRACKS.speaks:
            why = f"{chosen.track.words()} has no speech that could be found"
            context.log(f"{other.words()}: {why}")
            return Chosen(other, why, doubtful=True), sound_of_other
    return chosen, sound


def _mark_if_cut(reading: Reading, track: Track, sound: TrackAudio, seconds: float) -> None:
    """Report a film that ends before its stated duration, or is smaller than its stated size.

    A track may be shorter than the film, so the track's duration counts, or the film's if ffmpeg reported
    errors. A duration that libavformat guessed does not count.
    """
    context, film, clip, name = reading.context, reading.film, reading.clip, reading.path.name
    if sound.lost > SHORT_BY_SECONDS:
        context.degraded(f"{name} is damaged: {sound.lost:.0f} s of its audio could not be read")
    announced = track.seconds if clip is None else None
    if announced is None and sound.errors and film.seconds:
        announced = sound.expected
    if announced is not None and seconds < announced - SHORT_BY_SECONDS:
        whole = max(announced, film.seconds or 0.0)
        context.degraded(f"{name} ends early: only {seconds:.0f} s of {whole:.0f} s could be read")
    elif film.cut and clip is None:
        context.degraded(
            f"{name} ends early: only {seconds:.0f} s could be read; "
            f"the file should have {film.cut / 1e6:.1f} MB"
        )
    elif sound.errors:
        lines = sound.errors.splitlines()
        context.warn(f"ffmpeg reported {len(lines)} kinds of errors while decoding; the first: {lines[0]}")
