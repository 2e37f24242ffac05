"""Which channels have the speech, and whether the mono mix of all of them has it too.

Every channel is compared, in blocks of 4 s, with the mix that ffmpeg makes. Where speech is in a channel, but
not in the mix, the channels cancel each other (one is upside down), or the others drown it out. Then one
channel is taken, if it has the speech of the others too; if not, or if little is lost, the mix stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from stage_runners.media import speechlike
from stage_runners.media.thresholds import CHANNELS, SPEECH

GAINS = {"FC": 1.0, "FL": 0.7071, "FR": 0.7071, "LFE": 0.0, "LFE2": 0.0}
"""Parts of the channels in ffmpeg's mono mix; 0.5 for those at the sides and behind."""
BLOCK = round(SPEECH.block_s * speechlike.RATE)


@dataclass(frozen=True)
class Block:
    """What one block has, by channel: speech, loss in the mix, and level.

    `opposite` is whether all that is audible is cancelled. By pairs of channels: `same` speech, the seconds
    by which the second is `late` with it, and the share of the time in which different ones speak `at_once`.
    """

    speech: tuple[bool, ...]
    cancelled: tuple[bool, ...]
    masked: tuple[bool, ...]
    level_db: tuple[float, ...]
    opposite: bool = False
    same: frozenset[tuple[int, int]] = frozenset()
    late: dict[tuple[int, int], float] = field(default_factory=dict)
    at_once: dict[tuple[int, int], float] = field(default_factory=dict)

    def in_mix(self, channel: int) -> bool:
        """Whether the speech of a channel is in the mix, be it by another channel."""
        lost = [self.cancelled[k] or self.masked[k] for k in range(len(self.speech))]
        others = [k for k in range(len(lost)) if k != channel and self.speech[k] and not lost[k]]
        return not lost[channel] or any(self.alike(channel, other) for other in others)

    def alike(self, one: int, other: int) -> bool:
        """Whether two channels have the same speech."""
        return (min(one, other), max(one, other)) in self.same


@dataclass(frozen=True)
class ChannelVerdict:
    """The channel to take, None for the mix; why, in words; whether the user should check it."""

    channel: int | None = None
    why: str = ""
    doubtful: bool = False


def measure(samples: NDArray[np.int16], names: Sequence[str]) -> Block:
    """Compare the channels of a block of shape (BLOCK, channels) with each other, and with their mix."""
    gains = gains_of(names)
    sound = np.asarray(samples, np.float32).T / 32768
    spectra = [speechlike.spectra(channel) for channel in sound]
    bands = [speechlike.envelopes(spectrum) for spectrum in spectra]
    mix = np.einsum("c,cfb->fb", np.asarray(gains, np.complex64), np.stack(spectra))
    likely = [speechlike.likeness(band) for band in bands]
    energy, own = _energy(mix), [_energy(spectrum) for spectrum in spectra]
    parts = [gain**2 * power for gain, power in zip(gains, own, strict=True)]
    shares = [
        float(np.vdot(spectrum, mix).real) ** 2 / (power * energy + 1e-12)
        for spectrum, power in zip(spectra, own, strict=True)
    ]
    speech = [gain > 0 and one.speech for gain, one in zip(gains, likely, strict=True)]
    cancelled = [energy < CHANNELS.cancelled * part for part in parts]
    clear = speechlike.likeness(speechlike.envelopes(mix)).modulation
    masked = [
        share < CHANNELS.masked and clear < CHANNELS.blurred * one.modulation
        for share, one in zip(shares, likely, strict=True)
    ]
    audible = [one.level_db > SPEECH.audible_db and gain > 0 for one, gain in zip(likely, gains, strict=True)]
    logs = [speechlike.levels(band) for band in bands]
    both = [pair for pair in combinations(range(len(names)), 2) if speech[pair[0]] and speech[pair[1]]]
    lags = {pair: _lag(logs[pair[0]], logs[pair[1]]) for pair in both}
    late = {pair: lag for pair, lag in lags.items() if lag}
    same = {pair for pair, lag in lags.items() if lag == 0}
    return Block(
        speech=tuple(speech),
        cancelled=tuple(cancelled),
        masked=tuple(masked),
        level_db=tuple(one.level_db for one in likely),
        opposite=any(audible) and all(one for one, loud in zip(cancelled, audible, strict=True) if loud),
        same=frozenset(same),
        late=late,
        at_once={pair: _at_once(bands[pair[0]], bands[pair[1]]) for pair, lag in lags.items() if lag is None},
    )


def gains_of(names: Sequence[str]) -> list[float]:
    """The parts of the channels in the mono mix."""
    return [GAINS.get(name, 0.5) for name in names]


def judge(blocks: Sequence[Block], names: Sequence[str]) -> ChannelVerdict:
    """Decide by all blocks which channel to take, or that the mix stays."""
    if not blocks:
        return ChannelVerdict()
    count = [sum(block.speech[k] for block in blocks) for k in range(len(names))]
    if sum(block.opposite for block in blocks) > len(blocks) / 2:
        loudest = max(range(len(names)), key=lambda k: (round(_level(blocks, k)), -k))
        return ChannelVerdict(loudest, "the channels cancel each other")
    # The first of equals: the front ones, and the left one.
    for channel in sorted(range(len(names)), key=lambda k: (-count[k], k)):
        if count[channel] >= CHANNELS.least_blocks and (
            lost := _lost(blocks, names, channel, count[channel])
        ):
            return lost
    return _two_speeches(blocks, names, count)


def _lost(blocks: Sequence[Block], names: Sequence[str], channel: int, count: int) -> ChannelVerdict | None:
    """The verdict if speech of this channel is lost in the mix; None if it is not."""
    speaking = [block for block in blocks if block.speech[channel]]
    lost = [block for block in speaking if not block.in_mix(channel)]
    cancelled = sum(block.cancelled[channel] for block in lost) / count
    limit = CHANNELS.lost_by_cancelling if cancelled > len(lost) / count / 2 else CHANNELS.lost_by_masking
    if len(lost) < max(CHANNELS.least_blocks, CHANNELS.lost_by_cancelling * count):
        return None
    why = "the channels cancel each other" if cancelled else "the other channels drown it out"
    share = f"in {len(lost) / count:.0%} of the speech in the channel {names[channel]}"
    others = [k for k in range(len(names)) if k != channel]
    elsewhere = sum(
        any(block.speech[k] and block.in_mix(k) for k in others)
        for block in blocks
        if not block.speech[channel]
    )
    different = sum(
        any(block.speech[k] and not block.alike(channel, k) for k in others) for block in speaking
    )
    other = max(0, elsewhere + different - 1)  # one block may be music
    if len(lost) >= limit * count and other <= CHANNELS.elsewhere * count:
        return ChannelVerdict(channel, f"{why} {share}")
    if other > CHANNELS.elsewhere * count and not cancelled:
        return None  # voices behind those that the mix has
    return ChannelVerdict(None, f"{why} {share}, but other channels have other speech", doubtful=True)


def _two_speeches(blocks: Sequence[Block], names: Sequence[str], count: Sequence[int]) -> ChannelVerdict:
    """The verdict on two channels with different speech: two languages at once, or two people by turns."""
    for one, other in combinations(range(len(names)), 2):
        late = [block.late[one, other] for block in blocks if (one, other) in block.late]
        spoken = [block for block in blocks if block.speech[one] or block.speech[other]]
        apart = [block for block in spoken if not block.alike(one, other)]
        both = [block for block in apart if (one, other) in block.at_once]
        near = np.median([abs(b.level_db[one] - b.level_db[other]) for b in both]) if both else 0.0
        if min(count[one], count[other]) < CHANNELS.least_blocks or near > CHANNELS.level_db:
            continue
        if len(late) >= CHANNELS.two_speeches * len(spoken):
            first, last = (one, other) if np.median(late) > 0 else (other, one)
            behind = f"{names[last]} has the same speech {abs(np.median(late)):.2f} s late"
            return ChannelVerdict(first, behind)
        if len(apart) < CHANNELS.two_speeches * len(spoken) or len(names) > 2:
            continue
        at_once = float(np.median([block.at_once[one, other] for block in both])) if both else 0.0
        if at_once >= CHANNELS.at_once and len(both) >= CHANNELS.two_speeches * len(spoken):
            return ChannelVerdict(
                one, "both channels speak at once, as with a language in each", doubtful=True
            )
        return ChannelVerdict(None, "another speaker in each channel; both are mixed")
    return ChannelVerdict()


def _level(blocks: Sequence[Block], channel: int) -> float:
    return float(np.median([block.level_db[channel] for block in blocks]))


def _lag(one: speechlike.Floats, other: speechlike.Floats) -> float | None:
    """Seconds by which the levels of `other` follow those of `one`, 0 first of all; None if they differ."""
    if _correlation(one, other) >= CHANNELS.same:
        return 0.0
    most = min(CHANNELS.latest_frames, len(one) - 25)
    correlations = {lag: _correlation(one[: len(one) - lag], other[lag:]) for lag in range(1, most + 1)}
    correlations |= {-lag: _correlation(one[lag:], other[: len(other) - lag]) for lag in range(1, most + 1)}
    best = max(correlations, key=lambda lag: correlations[lag], default=0)
    return (
        best * speechlike.HOP / speechlike.RATE
        if correlations and correlations[best] >= CHANNELS.echo
        else None
    )


def _correlation(one: speechlike.Floats, other: speechlike.Floats) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def _energy(spectrum: NDArray[np.complex64]) -> float:
    return float(np.vdot(spectrum, spectrum).real) + 1e-9


def _at_once(one: speechlike.Floats, other: speechlike.Floats) -> float:
    """The share of the frames with sound in which both channels have it."""
    first, second = speechlike.active(one), speechlike.active(other)
    return float((first & second).sum() / max(1, (first | second).sum()))
