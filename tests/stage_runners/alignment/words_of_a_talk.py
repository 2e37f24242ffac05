"""The first words of the packaged recording, by ear, and the stage run on them."""

from __future__ import annotations

from ipc.artifacts import read, write
from tests.stage_runners.recordings import RATE, inputs, packaged
from tests.stage_runners.rows import segment, word
from tests.stage_runners.spec import run_stage

SECONDS = 11.3
SAID = (
    ("Hello?", 6.8, 7.2), ("Hello.", 7.6, 8.3), ("Oh,", 8.4, 8.6), ("hello.", 8.6, 8.9), ("I", 8.9, 9.0),
    ("didn't", 9.0, 9.3), ("know", 9.3, 9.4), ("you", 9.4, 9.5), ("were", 9.5, 9.6), ("there.", 9.6, 10.0),
    ("Neither", 10.0, 10.4), ("did", 10.4, 10.6), ("I.", 10.6, 11.1), ("Okay.", 11.1, 11.3),
)  # fmt: skip
"""What is said in the recording's first seconds, by ear, to a tenth of a second."""


def samples():
    """The sound of these seconds."""
    return packaged()[: int(SECONDS * RATE)]


def align(
    folder, samples, said, language="en", align_model="auto", path="", here=None, env="whisperx", device="cpu"
):
    """The stage's process, segments and words.

    `language` of all that is said, or (language, count of words) in order. `here` are the models on the disk
    by language.
    """
    parts = [(language, len(said))] if isinstance(language, str) else language
    words, lines = [], []
    for number, (spoken, count) in enumerate(parts):
        own = said[len(words) : len(words) + count]
        words += [word(text, start, end, segment=number) for text, start, end in own]
        text = " ".join(text for text, _, _ in own)
        lines.append(segment(number, own[0][1], own[-1][2], text, language=spoken))
    given = inputs(folder, samples, [])
    write(folder / "segments.parquet", "segments", {key: [row[key] for row in lines] for key in lines[0]})
    write(folder / "words.parquet", "words", {key: [row[key] for row in words] for key in words[0]})
    given = {
        "audio": given["audio"], "segments": folder / "segments.parquet", "words": folder / "words.parquet",
    }  # fmt: skip
    model = {"id": align_model, "revision": "", "path": str(path), "by_language": here or {}}
    done, out = run_stage(
        "alignment", given, folder, {"align_model": align_model}, env=env, model=model, device=device
    )
    if done.returncode:
        return done, [], []
    return (
        done,
        read(out / "segments.parquet", "segments").rows(),
        read(out / "words.parquet", "words").rows(),
    )
