"""Films with everything in them, and their content to the last byte. As a script it runs in `media`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

MARKS = (
    ";FFMETADATA1\ntitle=Rich\ncomment=of tests\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=5000\ntitle=One\n"
    "[CHAPTER]\nTIMEBASE=1/1000\nSTART=5000\nEND=12000\ntitle=Zwei: ü\n"
)
FONT = bytes(range(256)) * 40
HDR = (
    "-mastering_display:v:0", "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)",
    "-content_light:v:0", "1000,400",
)  # fmt: skip


def parts(folder: Path) -> tuple[Path, Path, Path, Path]:
    """A picture of colour, chapters with a title, something like a font, a text."""
    from tests.stage_runners import films

    marks, font, note = folder / "marks.txt", folder / "One Font.ttf", folder / "note.txt"
    marks.write_text(MARKS, encoding="utf-8")
    font.write_bytes(FONT)
    note.write_text("a note\n")
    cover = films.make(
        "-f",
        "lavfi",
        "-i",
        "color=red:s=32x32",
        "-frames:v",
        "1",
        "-pix_fmt",
        "yuvj420p",
        folder / "front.jpg",
    )
    return cover, marks, font, note


def matroska(folder: Path) -> Path:
    """Two videos (one rotated, bright), two audio, four subtitle tracks, fonts, a cover, chapters."""
    from tests.stage_runners import films

    cover, marks, font, note = parts(folder)
    lines = films.cues(folder, [(1.0, 2.0, "Un"), (3.0, 4.0, "Deux")])
    plain = films.film(folder, "plain.mkv")
    bright = HDR if films.knows("mastering_display") else ()
    return films.make(
        *bright, "-display_rotation:v:0", "90", "-i", plain, "-i", lines["srt"], "-i", lines["ass"], "-i",
        marks,
        "-map", "0:v", "-map", "0:v", "-map", "0:a", "-map", "0:a", "-map", "1", "-map", "1", "-map", "1",
        "-map", "2",
        "-map_metadata", "3", "-map_chapters", "3", "-c", "copy",
        "-disposition:v:0", "default", "-disposition:v:1", "original", "-disposition:a:0", "default+dub",
        "-disposition:a:1", "comment+visual_impaired", "-disposition:s:0", "default", "-disposition:s:1",
        "default+forced",
        "-disposition:s:2", "hearing_impaired", "-disposition:s:3", "original+comment",
        "-metadata:s:v:0", "timecode=01:00:00:00", "-metadata:s:v:0", "custom=thing",
        "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra", "-metadata:s:a:1",
        "title=Two talk",
        "-metadata:s:s:0", "language=fre", "-metadata:s:s:1", "language=eng", "-metadata:s:s:2",
        "language=eng",
        "-metadata:s:s:2", "title=Full", "-metadata:s:s:3", "language=ger",
        "-attach", font, "-metadata:s:t:0", "mimetype=application/x-truetype-font",
        "-attach", note, "-metadata:s:t:1", "mimetype=text/plain",
        "-attach", cover, "-metadata:s:t:2", "mimetype=image/jpeg", "-metadata:s:t:2", "filename=front.jpg",
        "-default_mode", "passthrough", folder / "rich.mkv",
    )  # fmt: skip


def mp4(folder: Path, python: Path) -> Path:
    """A camera's film: a timecode track, a data track, a cover, chapters, two audio tracks, French text."""
    from tests.stage_runners import films

    cover, marks, _, _ = parts(folder)
    lines = films.cues(folder, [(1.0, 2.0, "Un"), (3.0, 4.0, "Deux")])
    plain = films.film(folder, "plain.mp4", audio=("-c:a", "aac"))
    taken = folder / "camera.mp4"
    subprocess.run([python, __file__, "measured", plain, taken], check=True)
    return films.make(
        "-i", taken, "-i", lines["srt"], "-i", cover, "-i", marks, "-map", "0:v", "-map", "0:a", "-map",
        "0:a", "-map", "0:d",
        "-map", "1", "-map", "2", "-map_metadata", "3", "-map_chapters", "3", "-c", "copy", "-c:s",
        "mov_text",
        "-copy_unknown", "-metadata:s:v:0", "timecode=01:00:00:00", "-disposition:v:1", "attached_pic",
        "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra", "-disposition:a:0", "default",
        "-disposition:a:1", "comment", "-disposition:s:0", "default", "-metadata:s:s:0", "language=fra",
        "-metadata:s:s:0", "handler_name=Pour tous", folder / "rich.mp4",
    )  # fmt: skip


def hashes(path: Path) -> list[str]:
    """SHA-256 of the packets of each stream that players use, by ffmpeg: `v,SHA256=...`."""
    from tests.stage_runners import films

    hidden = [s["index"] for s in everything(path)["streams"] if s["hidden"] or s["type"] == "attachment"]
    shut = [word for index in hidden for word in ("-map", f"-0:{index}")]
    done = subprocess.run(
        [films.ffmpeg(), "-v", "error", "-i", path, "-map", "0", *shut, "-c", "copy", "-copy_unknown",
        "-f", "streamhash", "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def side_data(path: Path) -> list[object]:
    """Rotation, mastering display and light level of each video, by ffprobe; None without ffprobe."""
    if shutil.which("ffprobe") is None:
        return [None]
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream_side_data", "-of",
        "json", path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    streams = json.loads(done.stdout)["streams"]
    return [
        sorted(
            ({k: _number(v) for k, v in entry.items()} for entry in stream.get("side_data_list", [])), key=str
        )
        for stream in streams
    ]


def _number(value: object) -> object:
    """Fractions as numbers: `34000/50000` and `17/25` are one."""
    return float(Fraction(value)) if isinstance(value, str) and re.fullmatch(r"\d+/\d+", value) else value


def everything(path: Path) -> dict:
    """What PyAV says is in a film."""
    from tests.stage_runners.spec import python_of

    done = subprocess.run(
        [python_of("media"), __file__, "look", path], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def _measured(source: str, target: str) -> None:
    """Copy a film and add a track of data as a camera does; ffmpeg's own command line has no such source."""
    import av

    with av.open(source) as old, av.open(target, "w") as new:
        streams = [s for s in old.streams if s.type in {"video", "audio"}]
        to = {s.index: new.add_stream_from_template(s) for s in streams}
        data = new.add_data_stream("bin_data")
        data.time_base = Fraction(1, 1000)
        data.metadata["handler_name"] = "GoPro MET"
        for packet in old.demux(*streams):
            if packet.dts is not None:
                packet.stream = to[packet.stream_index]
                new.mux(packet)
        for second in range(10):
            packet = av.Packet(b"DEVC" + bytes([second]) * 40)
            packet.stream, packet.time_base = data, data.time_base
            packet.pts = packet.dts = int(second / data.time_base)
            packet.duration = int(1 / data.time_base)
            new.mux(packet)


def _look(path: str) -> dict:
    import hashlib

    import av

    with av.open(path) as film:
        start = (film.start_time or 0) / 1e6
        streams = [
            {
                "index": s.index,
                "type": s.type,
                "codec": s.codec_context.name if s.codec_context else "",
                "hidden": s.discard == av.stream.Discard.all,
                "flags": [f.name for f in av.stream.Disposition if f.name and f in s.disposition],
                "tags": {name.lower(): text for name, text in s.metadata.items()},
                "data": hashlib.sha256(s.data).hexdigest() if s.type == "attachment" else "",
            }
            for s in film.streams
        ]
        marks = [
            [float(c["start"] * c["time_base"]) - start, c["metadata"].get("title")] for c in film.chapters()
        ]
        return {"streams": streams, "chapters": marks, "tags": dict(film.metadata)}


if __name__ == "__main__":
    if sys.argv[1] == "measured":
        _measured(*sys.argv[2:])
    else:
        print(json.dumps(_look(sys.argv[2])))
