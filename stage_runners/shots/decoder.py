"""Decodes chosen frames of a video in process, to the small pictures that `cuts` compares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from stage_runners.shots.coded import Coded, UnsuitableError
from stage_runners.shots.cuts import HEIGHT, WIDTH

if TYPE_CHECKING:
    import av
    import numpy as np
    from numpy.typing import NDArray

Picture = tuple[float, "NDArray[np.uint8]"]
"""A time in seconds, and a picture as in `cuts`."""
Spans = Sequence[tuple[float, float]]
"""Ranges of time in seconds, ends included."""

FORMATS = ("h264", "hevc")
"""Video formats whose frames can be left out as here: what is shown later refers to no B frame, as a rule."""


class Care(NamedTuple):
    """How exactly a decoder works: the frames that it leaves out between the wanted ones, and its options."""

    skipped: str
    options: dict[str, str]


ROUGH = Care("BIDIR", {"skip_loop_filter": "all", "flags": "+output_corrupt", "flags2": "+showall"})
"""I and P frames, with the edges of their blocks. Encoders with many reference frames let P frames refer to
some B frames: the pictures are then a little off, a correlation of 0.84 at worst on the measured films."""
EXACT = Care("NONREF", {})
"""All frames to which others refer: the wanted pictures are those of a full decode."""


class Decoder:
    """A decoder of one stream; `decoded` counts the frames that it decoded.

    `passed` gets the time of each frame before it is decoded, in seconds.
    """

    def __init__(
        self, stream: av.VideoStream, care: Care, threads: int, passed: Callable[[float], None]
    ) -> None:
        import av
        from av.video.reformatter import VideoReformatter

        given = stream.codec_context
        self._context = av.CodecContext.create(given.name, "r")
        self._context.extradata = given.extradata
        self._context.thread_count = max(1, threads)
        self._context.thread_type = "FRAME"
        self._context.options = care.options
        self._care, self._passed = care, passed
        # HEVC's decoder calls all frames damaged that could refer to one that it left out.
        self._strict = care is EXACT or given.name != "hevc"
        self._scaler = VideoReformatter()
        self.decoded = 0

    def pictures(self, frames: Iterable[Coded], spans: Spans) -> list[Picture]:
        """All pictures in `spans`, and others on the way to them, ascending; `frames` begin with a key frame.

        `UnsuitableError` if the decoder reports damage, or a picture has not the time of a coded frame.
        """
        import av

        found: dict[int, Picture] = {}
        times: dict[int, float] = {}
        wanted: set[int] = set()
        try:
            for one, whole in marked(frames, spans):
                self._passed(one.time)
                assert one.packet.pts is not None  # noqa: S101 - it was checked when it was read
                times[one.packet.pts] = one.time
                wanted.update({one.packet.pts} if whole else ())
                self._context.skip_frame = "DEFAULT" if whole else self._care.skipped
                for frame in self._context.decode(one.packet):
                    self._take(frame, times, found)
            for frame in self._context.decode(None):
                self._take(frame, times, found)
        except av.error.FFmpegError as error:
            raise UnsuitableError(f"a frame cannot be decoded ({error.strerror or error})") from error
        finally:
            self._context.flush_buffers()
        if not wanted <= set(found):
            raise UnsuitableError("not every coded frame is a picture")
        return sorted(found.values(), key=lambda one: one[0])

    def _take(self, frame: av.VideoFrame, times: dict[int, float], found: dict[int, Picture]) -> None:
        import numpy as np

        self.decoded += 1
        if frame.pts is None or frame.pts not in times:
            raise UnsuitableError("a picture has another time than its coded frame")
        if frame.is_corrupt and self._strict:
            raise UnsuitableError("a frame is damaged")
        small = self._scaler.reformat(frame, WIDTH, HEIGHT, "yuv444p", interpolation="AREA")
        found[frame.pts] = times[frame.pts], np.ascontiguousarray(small.to_ndarray())


def marked(frames: Iterable[Coded], spans: Spans) -> Iterator[tuple[Coded, bool]]:
    """The frames, each with whether it is decoded whatever its kind.

    So are all frames that are shown between two frames to which B frames may refer, if one is in a span.
    """
    latest, whole = float("-inf"), False
    for one in frames:
        if one.time > latest:
            whole = any(first <= one.time and latest < last for first, last in spans)
            latest = one.time
        yield one, whole
