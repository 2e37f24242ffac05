"""The video that subtitles are burned into: its properties, and the options that encode it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ipc.errors import StageError
from stage_runners.burn.fonts import escaped
from stage_runners.media import opening

if TYPE_CHECKING:
    from av.video.stream import VideoStream

WHITE_OF = {16: 0.58, 18: 0.75}
"""The brightness of reference white on an HDR screen, as a share of the signal (ITU-R BT.2408)."""
_CURVES = {16: "PQ", 18: "HLG"}
_UNSPECIFIED = 2


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The properties of a video.

    These are its size in pixels and the aspect ratio of a pixel as it is shown, its time base in seconds,
    bits per sample, and its colours by their numbers in ITU-T H.273.
    """

    width: int
    height: int
    shape: Fraction
    clock: Fraction
    bits: int
    primaries: int
    curve: int
    matrix: int
    interlaced: bool = False

    @property
    def encoder(self) -> str:
        """H.264, which every screen plays; H.265 for more than 8 bits."""
        return "libx265" if self.bits > 8 else "libx264"

    def words(self) -> str:
        """A description for the user."""
        curve = f", {_CURVES[self.curve]}" if self.curve in _CURVES else ""
        return f"{self.width}x{self.height}, {self.bits} bits{curve}"


def picture_of(film: Path, index: int) -> Picture:
    """Read the properties from the first frame; `StageError("input")` if none can be decoded."""
    import av

    with opening.opened(film) as container:
        stream = cast("VideoStream", container.streams[index])
        try:
            frame = next(container.decode(stream))
        except (av.error.FFmpegError, StopIteration) as error:
            raise StageError(
                "input",
                f"{film.name}: the video cannot be decoded",
                "check whether a player can play the file",
            ) from error
        size, shape = (frame.width, frame.height), Fraction(stream.sample_aspect_ratio or 1)
        if int(frame.rotation) % 180:  # ffmpeg turns it before it draws
            size, shape = (size[1], size[0]), 1 / shape
        return Picture(
            width=size[0],
            height=size[1],
            shape=shape,
            clock=Fraction(stream.time_base),
            bits=max(component.bits for component in frame.format.components),
            primaries=int(frame.color_primaries),
            curve=int(frame.color_trc),
            matrix=int(frame.colorspace),
            interlaced=bool(frame.interlaced_frame),
        )


def encoding(
    picture: Picture,
    ass: Path,
    scratch: Path,
    *,
    late: float,
    params: Mapping[str, Any],
    threads: int,
) -> list[str]:
    """The options for the first video track. `late` is the film's delay after its container, in seconds."""
    drawn = scratch / "drawn.ass"
    _toned(ass, drawn, WHITE_OF.get(picture.curve, 1.0))
    draw = f"ass=filename={escaped(drawn)}"
    if picture.shape not in (0, 1):  # pixels that are no squares would make the letters wide
        draw += f":original_size={round(picture.width * picture.shape)}x{picture.height}"
    chain = [draw]
    if late:  # the cues are on the clock of the film, the packets on that of the container
        chain = [f"setpts=PTS-{late:.6f}/TB", draw, f"setpts=PTS+{late:.6f}/TB"]
    if picture.width % 2 or picture.height % 2:
        chain.append("pad=ceil(iw/2)*2:ceil(ih/2)*2")
    options = [
        "-filter:v:0", ",".join(chain), "-c:v:0", picture.encoder,
        "-crf", str(params["crf"]), "-preset", str(params["preset"]),
        "-pix_fmt:v:0", "yuv420p10le" if picture.bits > 8 else "yuv420p", "-fps_mode:v:0", "passthrough",
        "-enc_time_base:v:0", str(picture.clock), "-threads:v:0", str(max(1, threads)),
    ]  # fmt: skip
    if picture.interlaced:
        options += ["-flags:v:0", "+ilme+ildct"]
    if picture.encoder == "libx265":
        options += ["-tag:v:0", "hvc1", "-x265-params", f"log-level=error:pools={max(1, threads)}"]
    for name, value in (
        ("color_primaries", picture.primaries),
        ("color_trc", picture.curve),
        ("colorspace", picture.matrix),
    ):
        if value != _UNSPECIFIED:
            options += [f"-{name}:v:0", str(value)]
    return options


def _toned(ass: Path, drawn: Path, white: float) -> None:
    """The subtitles with colours dimmed to reference white, because full white would dazzle."""
    import pysubs2

    subs = pysubs2.load(str(ass), encoding="utf-8")
    if white < 1:
        for style in subs.styles.values():
            c = style.primarycolor
            red, green, blue = (round(part * white) for part in (c.r, c.g, c.b))
            style.primarycolor = pysubs2.Color(red, green, blue, c.a)
    subs.save(str(drawn), encoding="utf-8", format_="ass")
