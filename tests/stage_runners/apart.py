"""The recording that pyannote.audio ships, with a microphone for each of its two speakers."""

from __future__ import annotations

import numpy as np

from tests.stage_runners.voices import sample_pcm, sample_truth

LATE = 160
"""Samples by which a voice is late in the other microphone: 10 ms."""


def microphones(leak_db=-20.0):
    """The PCM of each speaker's microphone, which also hears the other one, and the truth as in `voices`.

    Where both speak, the recording has both, and so have both microphones.
    """
    pcm, truth = sample_pcm(), sample_truth()
    alone = []
    for speaker in sorted({turn[2] for turn in truth}):
        mask = np.zeros(len(pcm), np.float32)
        for start, end, who in truth:
            if who == speaker:
                mask[round(start * 16_000) : round(end * 16_000)] = 1
        alone.append(pcm * np.convolve(mask, np.hanning(321) / np.hanning(321).sum(), "same"))
    gain = 10 ** (leak_db / 20)
    heard = [own + gain * np.roll(other, LATE) for own, other in (alone, alone[::-1])]
    noise = np.random.default_rng(0).standard_normal((2, len(pcm))) * 20
    return [(sound + hiss).astype(np.int16) for sound, hiss in zip(heard, noise, strict=True)], truth


ANEW = ((10.98, 14.45, 0, 1.0), (14.44, 17.9, 1, 3.2), (22.0, 27.75, 1, 7.6), (18.62, 21.45, 0, 12.4))
"""What one person says alone, from and to a second of the recording, the track, and the second in it."""


def at_once(leak_db=-20.0):
    """The PCM of each speaker's microphone, 16 s in which two people speak at once, twice for a second.

    Each is heard by the other microphone too.
    """
    pcm = sample_pcm().astype(np.float32)
    tracks = np.random.default_rng(0).standard_normal((2, 16 * 16_000)).astype(np.float32) * 20
    fade = np.linspace(0, 1, 320)
    for first, last, track, at in ANEW:
        part = pcm[round(first * 16_000) : round(last * 16_000)].copy()
        part[:320] *= fade
        part[-320:] *= fade[::-1]
        for number, (gain, late) in enumerate(((1.0, 0), (10 ** (leak_db / 20), LATE))):
            begin = round(at * 16_000) + late
            tracks[(track + number) % 2, begin : begin + len(part)] += gain * part
    return [sound.astype(np.int16) for sound in tracks]
