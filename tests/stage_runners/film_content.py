"""Prints the content of a film as JSON, by PyAV: `film_content.py FILM`."""

from __future__ import annotations

import json
import sys

import av


def main(path: str) -> None:
    with av.open(f"file:{path}") as film:
        start = (film.start_time or 0) / 1e6
        streams = [
            {
                "type": s.type, "codec": s.codec_context.name if s.codec_context else "",
                "metadata": dict(s.metadata), "default": bool(int(s.disposition) & 1),
                "forced": bool(int(s.disposition) & 64),
            }
            for s in film.streams
        ]  # fmt: skip
        chapters = [[float(c["start"] * c["time_base"]), c["metadata"].get("title")] for c in film.chapters()]
        tracks = [s for s in film.streams if s.type == "subtitle"]
        cues = list(_cues(film, tracks[-1], start)) if tracks else []
        seconds = film.duration / 1e6 if film.duration else None
        print(
            json.dumps({
                "start": start, "seconds": seconds, "streams": streams, "subtitles": cues,
                "chapters": chapters, "tags": dict(film.metadata),
            })
        )  # fmt: skip


def _cues(film, track, start):
    for packet in film.demux(track):
        if packet.pts is not None and packet.size > 2:
            begin = float(packet.pts * packet.time_base) - start
            length = float((packet.duration or 0) * packet.time_base)
            yield [begin, begin + length, bytes(packet).decode("utf8", "replace")]


if __name__ == "__main__":
    main(sys.argv[1])
