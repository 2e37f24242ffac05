"""Measures how well the score in stage_runners/alignment/confidence.py detects wrong alignments (ROC).

usage: envs/whisperx/.venv/bin/python benchmarks/alignment_trust.py SPEECH WORDS.csv MUSIC [SECONDS]

SPEECH is a recording with hand-made word times in WORDS.csv (start,end,word), MUSIC one without speech. Right
transcripts (clean, and with music at 10, 5 and 0 dB) are aligned, and wrong ones: shuffled among the pieces,
and on music. Attention times are simulated by the true ones with the error of Whisper base (normal, 90 ms). A
constant shift between SPEECH and WORDS (an encoder's priming) is removed first.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stage_runners.alignment import confidence, pieces, spoken_text
from stage_runners.alignment.pieces import Span
from stage_runners.alignment.pocketsphinx_aligner import sounds_of
from stage_runners.alignment.sphinx import Sphinx

RATE = 16000
SHIFT_WORDS = 17


def read_pcm(path):
    from faster_whisper import decode_audio

    return decode_audio(path, RATE) * 32767.0


def mixed(speech, music, decibel):
    """Speech with music at a level of `db` below it."""
    level = np.sqrt(np.mean(speech[np.abs(speech) > 200] ** 2))
    bed = np.resize(music, len(speech)) / np.sqrt(np.mean(music**2))
    return speech + bed * level * 10 ** (-decibel / 20)


def align(aligner, pcm, texts, rough):
    """For each word: start, end, its nats per frame, those of its neighbourhood, distance to attention."""
    audio = SimpleNamespace(
        samples=np.clip(pcm, -32768, 32767).astype(np.int16), sample_rate=RATE, seconds=len(pcm) / RATE
    )
    rows = []
    for piece in pieces.pieces(rough, audio.seconds):
        spoken = [spoken_text.spoken(text, aligner.in_dictionary) for text in texts[piece.first : piece.last]]
        sounds = sounds_of(aligner, audio, spoken, piece)
        near = confidence.neighbourhood(sounds)
        for sound, nats, span in zip(sounds, near, rough[piece.first : piece.last], strict=True):
            if sound is None:
                rows.append([np.nan] * 5)
            else:
                rows.append(
                    [sound.start, sound.end, sound.nats / sound.frames, nats, abs(sound.start - span.start)]
                )
    return np.array(rows)


def area(right, wrong):
    """Area under the ROC curve: how often a right word scores above a wrong one."""
    ranks = np.concatenate([right, wrong]).argsort().argsort() + 1
    return (ranks[: len(right)].sum() - len(right) * (len(right) + 1) / 2) / len(right) / len(wrong)


def main(speech_path, words_path, music_path, seconds="90"):
    limit = float(seconds)
    speech, music = read_pcm(speech_path)[: int(limit * RATE)], read_pcm(music_path)
    with Path(words_path).open() as lines:
        rows = [(r["word"], float(r["start"]), float(r["end"])) for r in csv.DictReader(lines)]
    rows = [row for row in rows if row[2] < limit - 1]
    texts, truth = [row[0] for row in rows], np.array([row[1:] for row in rows])
    aligner = Sphinx()
    clean = align(aligner, speech, texts, [Span(*span) for span in truth])
    truth = truth + np.nanmedian(clean[:, 0] - truth[:, 0])
    starts = np.maximum.accumulate(truth[:, 0] + np.random.default_rng(0).normal(0, 0.09, len(truth)))
    attention = [Span(s, max(s, e)) for s, e in zip(starts, truth[:, 1], strict=True)]
    shuffled = texts[len(texts) // 2 + SHIFT_WORDS :] + texts[: len(texts) // 2 + SHIFT_WORDS]

    right = {"clean": align(aligner, speech, texts, attention)}
    for decibel in (10, 5, 0):
        right[f"music {decibel} dB"] = align(aligner, mixed(speech, music, decibel), texts, attention)
    wrong = {
        "shuffled": align(aligner, speech, shuffled, attention),
        "music only": align(aligner, np.resize(music, len(speech)), texts, attention),
    }
    print(
        f"{len(texts)} words\n\nright transcript    own AUC  near AUC  believed  error of believed / "
        "others, ms (p90)"
    )
    bad = np.concatenate(list(wrong.values()))
    bad = bad[~np.isnan(bad[:, 0])]
    for name, found in right.items():
        good = ~np.isnan(found[:, 0])
        error = np.abs(found[:, :2] - truth).max(axis=1) * 1000
        near_truth = good & (error <= 100)
        believed = np.array([confidence.trusted(row[3], row[4], 0.0) for row in found])
        other = np.percentile(error[good & ~believed], 90) if (good & ~believed).any() else float("nan")
        print(
            f"{name:18} {area(found[near_truth, 2], bad[:, 2]):8.3f} "
            f"{area(found[near_truth, 3], bad[:, 3]):9.3f}"
            f" {believed[good].mean():9.3f}  {np.percentile(error[good & believed], 90):6.0f} / {other:.0f}"
        )
    print("\nwrong transcript   believed")
    for name, found in wrong.items():
        print(f"{name:18} {np.mean([confidence.trusted(r[3], r[4], 0.0) for r in found]):8.3f}")
    print("\nneighbourhood's threshold   right words kept, clean / music 5 dB   wrong words kept")
    for threshold in (-4.0, -5.0, -6.0, -7.0, -8.0, -9.0):
        kept = [np.mean(right[name][:, 3] >= threshold) for name in ("clean", "music 5 dB")]
        print(f"{threshold:25} {kept[0]:20.3f} / {kept[1]:.3f} {np.mean(bad[:, 3] >= threshold):22.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
