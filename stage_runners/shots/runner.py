"""The stage shots: the film's shot changes, each at the time of the first frame of the new shot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.time_range import clip_of
from stage_runners.media.excerpt import excerpt
from stage_runners.media.numbering import film_of
from stage_runners.media.probe import Film, Track, on_the_container
from stage_runners.shots.coded import UnsuitableError, groups, stream
from stage_runners.shots.cuts import cuts
from stage_runners.shots.decoder import EXACT, FORMATS, ROUGH, Decoder
from stage_runners.shots.few_frames import Search
from stage_runners.shots.frames import frames, track_of
from stage_runners.shots.stage import SHOTS
from stage_runners.shots.thresholds import PICTURE_CHECKS as CHECKS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ipc.context import Context

STAGE = SHOTS
ALL = "adaptive difference and correlation"
FEW = f"{ALL}, on few frames"


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Find the shot changes; a film without video has none."""
    del model
    path = inputs["film"]
    film = film_of(path)
    track = track_of(film)
    if track is None:
        context.method = "no picture"
        context.log(f"{path.name} has no video: no shot changes")
        _save(context, [], 0.0)
        return
    clip = on_the_container(clip_of(context.params.get("clip")), film)
    expected = _expected(film, track, clip)
    errors: list[str] = []
    likely = expected or (film.likely or 0.0 if clip is None else clip[1] - clip[0])
    source, part, span = excerpt(path, film, clip, context)
    shown = part.of("video")[track.number]
    try:
        seen, found = _by_few_frames(source, part, shown, span, context, likely)
    except UnsuitableError as why:
        context.log(f"all frames of {path.name} are decoded: {why}")
        seen = Seen(context, likely)
        found = list(cuts(seen.passing(frames(source, part, shown, span, context, errors))))
        context.method = ALL
    _mark_if_damaged(context, path.name, seen, expected, errors)
    context.fact("shots", len(found))
    context.fact("frames", seen.count)
    _save(context, found, seen.rate())


def _by_few_frames(
    path: Path, film: Film, track: Track, clip: tuple[float, float] | None, context: Context, expected: float
) -> tuple[Seen, list[tuple[float, float]]]:
    """What was seen, and the cuts; `UnsuitableError` at anything unusual.

    A film with damage in a frame that is decoded here is decoded in full, so that its faults are reported.
    HEVC's decoder shows damage in key frames alone.
    """
    if track.codec not in FORMATS:
        raise UnsuitableError(f"frames of {track.codec} are not left out")
    errors: list[str] = []
    seen, end = Seen(context, expected), clip[1] - clip[0] if clip else float("inf")
    with stream(path, film, track, clip, context, errors) as (video, coded):
        rough, exact = (Decoder(video, care, context.threads, seen.reached) for care in (ROUGH, EXACT))
        search = Search(
            groups(coded), rough, exact, lambda times: seen.note(t for t in times if -1e-6 < t < end)
        )
        found = search.cuts()
    if errors:
        raise UnsuitableError(errors[0])
    context.method = FEW
    context.fact("decoded", search.decoded)
    return seen, [cut for cut in found if seen.first < cut[0] < end]


class Seen:
    """Measures the times of frames; reports progress and checks for cancellation."""

    def __init__(self, context: Context, expected: float) -> None:
        self._context, self._expected = context, expected
        self._steps: dict[float, tuple[int, float]] = {}
        self.count = 0
        self.first = 0.0
        self.last = 0.0
        self.longest = 0.0
        self._reached = 0.0

    def passing(
        self, source: Iterator[tuple[float, NDArray[np.uint8]]]
    ) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """Yield the frames of `source`, and note their times."""
        for time, picture in source:
            self.note([time])
            yield time, picture

    def note(self, times: Iterable[float]) -> None:
        """Note the times of frames, ascending, in seconds."""
        for time in times:
            if self.count:
                step = time - self.last
                count, whole = self._steps.get(round(step, 3), (0, 0.0))
                self._steps[round(step, 3)] = (count + 1, whole + step)
                self.longest = max(self.longest, step)
            else:
                self.first = time
            self.count, self.last = self.count + 1, time
            self.reached(time)

    def reached(self, time: float) -> None:
        """Report the latest time so far, in seconds; a frame that is decoded again is a sign of life, too."""
        self._context.check()
        self._reached = max(time, self._reached)
        done = min(self._reached, self._expected) if self._expected else self._reached
        self._context.progress(done, self._expected, phase="picture")

    def rate(self) -> float:
        """Frames per second, by the most common steps between frames; 0 without frames."""
        if not self._steps:
            return 0.0
        common = max(self._steps, key=lambda step: self._steps[step][0])
        near = [
            facts
            for step, facts in self._steps.items()
            if abs(step - common) < CHECKS.tick_s * CHECKS.ticks_apart
        ]
        seconds = sum(whole for _, whole in near)
        return round(sum(count for count, _ in near) / seconds, 3) if seconds > 0 else 0.0


def _expected(film: Film, track: Track, clip: tuple[float, float] | None) -> float | None:
    """The expected seconds of video, if the container or the clip states them."""
    whole = track.seconds if track.seconds is not None else film.seconds
    if clip is None:
        return whole
    return max(0.0, min(clip[1], whole) - clip[0]) if whole else None


def _mark_if_damaged(
    context: Context, name: str, seen: Seen, expected: float | None, errors: list[str]
) -> None:
    first = f": {errors[0]}" if errors else ""
    if not seen.count:
        context.method = "picture not readable"
        context.degraded(f"the video of {name} cannot be decoded{first}")
    elif (
        expected
        and seen.last < expected - CHECKS.short_by_s
        and (errors or expected - seen.last > CHECKS.lost_s)
    ):
        context.degraded(f"the video of {name} ends at {seen.last:.0f} s of {expected:.0f} s{first}")
    elif errors and seen.longest > CHECKS.short_by_s:
        context.degraded(
            f"the video of {name} is damaged: {seen.longest:.0f} s are missing in one place{first}"
        )
    elif errors:
        context.warn(f"ffmpeg reported {len(errors)} kinds of errors in the video; the first{first}")


def _save(context: Context, found: list[tuple[float, float]], rate: float) -> None:
    context.save(
        "shots",
        {"time": [time for time, _ in found], "score": [score for _, score in found]},
        content={"frame_rate": rate},
    )
