"""Kinds of tables about sound and picture: audio, speech, voices, shots."""

from __future__ import annotations

from ipc.kind import SPAN, Column, Kind

AUDIO = Kind("audio", 1, "arrow", (Column("pcm", "int16"),), content=("sample_rate",))

REGIONS = Kind("regions", 1, "parquet", (*SPAN, Column("confidence", "float", nullable=True)), intervals=True)
"""Regions of speech, or of overlapping speech. `confidence` in 0..1 is the mean score if there is one."""

SCORES = Kind(
    "scores",
    1,
    "arrow",
    (Column("start", "double"), Column("scores", "list<float>")),
    content=("classes", "frames", "window_seconds", "frame_seconds", "frame_offset"),
)
"""Frame scores of a segmentation network, a row a window.

`scores` holds frames x classes values, row-major; `classes` is the list of their names, `window_seconds` a
window's length; frame i of a window covers `start + frame_offset + i * frame_seconds`.
"""

TURNS = Kind(
    "turns",
    1,
    "parquet",
    (*SPAN, Column("speaker", "string"), Column("confidence", "float", nullable=True)),
    intervals=True,
)

EMBEDDINGS = Kind(
    "embeddings",
    1,
    "arrow",
    (Column("speaker", "string"), Column("vector", "list<float>"), Column("seconds", "double")),
)
"""One voice per row: `vector` has unit length, `seconds` is the length of its speech."""

PIECES = Kind(
    "pieces",
    1,
    "parquet",
    (*SPAN, Column("at", "double"), Column("speaker", "string", nullable=True)),
    intervals=True,
)
"""The pieces of a recording in which turns that overlap were laid out apart: `at` is the time in the film.

With a `speaker` a piece is a turn from the speaker's own track, else it is what the film has there.
"""

SOUNDS = Kind(
    "sounds",
    1,
    "parquet",
    (*SPAN, Column("kind", "string"), Column("confidence", "float", nullable=True)),
    intervals=True,
)
"""Sounds without speech: `kind` is `music` or `silence`."""

WAVEFORM = Kind(
    "waveform",
    1,
    "arrow",
    (Column("low", "int32"), Column("high", "int32")),
    content=("per_second",),
)
"""The lowest and highest sample (int16) of each 1 / `per_second` seconds, from 0."""

SHOTS = Kind(
    "shots", 1, "parquet", (Column("time", "double"), Column("score", "float")), content=("frame_rate",)
)
"""Shot changes in order: `time` is that of the new shot's first frame. `frame_rate` in frames per second, 0
without a picture."""
