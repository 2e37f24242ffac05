"""Counts correct names before and after bias and correction, with right and wrong casts, on real recordings.

usage: .venv/bin/python benchmarks/names.py DATA [--models tiny.en,base] [--cases phone,...]
[--sound clean,noise-5,...] [--work FOLDER]

DATA has one folder per case with movie.mkv and truth.txt. Each recording is transcribed clean and degraded
(pink noise below the speech; telephone band and noise), for more misheard names. It is biased and corrected
with its cast, with casts of other films, with a wrong cast that sounds similar, and with right and wrong
casts together. Decoding runs in the environment `whisperx`, glossary and correction in `nlp`; decoded text is
stored in FOLDER.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
RATE = 16000
RIGHT = {
    "phone": "Diane,Sheila,@Chicago,@Texas,@New Jersey",
    "timit_dialogue": "Joyce,Gus,@Sequoia,Rachel,@Nevada,Carl,Jim",
    "fillets_cs": "Feidias,Zeus,Cháron,Macha Šebestová,Harold Veliký,Leif Smělý,Olaf Udatný,Snorri "
    "Statečný,Thorson Tvrdý,Erik Rudý,Barbarka",
}  # fmt: skip
ALIKE = {
    "phone": "Dyan,Dion,Sheena,@Chicana,Teresa,Jeremy,Shelly,Diana,@Texel",
    "timit_dialogue": "Joy,Guss,@Sequel,Raquel,@Navarro,Carla,Gem,Joyner,Racine,Gustav,@Sahara,Choi,Karl,Tim",
    "fillets_cs": "Karon,Machar,Harald,Leo,Olav,Snorre,Erich,Barbara,Torsten,Zeno,Fidel",
}  # fmt: skip
DECOYS = {
    "mafia": "Vito Corleone,Michael Corleone,Sonny Corleone,Tom Hagen,Kay Adams,Clemenza,Tessio,Luca Brasi,"
    "Fredo,Connie,@Sicily,@Las Vegas",
    "wizards": "Harry Potter,Hermione Granger,Ron Weasley,Albus Dumbledore,Rubeus Hagrid,Severus Snape,"
    "Draco Malfoy,Neville Longbottom,@Hogwarts",
    "bollywood": "Raj Malhotra,Simran Singh,Baldev Singh,Lajjo,Kuljeet,Preeti,Chutki,Veeru,Jai,Basanti,"
    "Gabbar Singh,Thakur,Aditi Rao,@Punjab,@Ramgarh",
    "space": "Luke Skywalker,Leia Organa,Han Solo,Obi-Wan Kenobi,Darth Vader,Chewbacca,Greedo,Jabba,"
    "@Tatooine,@Alderaan",
    "matrix": "Thomas Anderson,Neo,Trinity,Morpheus,Agent Smith,Cypher,Tank,Dozer,Switch,Mouse,Apoc,@Zion",
    "office": "Dara,Stephen,Corinne,Dana,Eddie,Wes,Marta,Elena,Teresa,Custer,Porter,Dominic,Anders,Landa,"
    "Gary,Marlon,Sven,Joss,Carlo,Rochelle,Dionne",
}  # fmt: skip
"""Casts of other films; the last has common names that sound like common words."""


def main() -> int:
    """Run the benchmark, or one of its parts in its environment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--models", default="tiny.en,base")
    parser.add_argument("--cases", default="phone,timit_dialogue")
    parser.add_argument("--sound", default="clean,phone-20,phone-15,noise-15,noise-10,noise-5")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--part", choices=("glossaries", "decode", "correct"))
    arguments = parser.parse_args()
    arguments.work = arguments.work or Path(tempfile.mkdtemp(prefix="names-"))
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.part:
        {"glossaries": glossaries, "decode": decode, "correct": correct}[arguments.part](arguments)
        return 0
    for part, env in (("glossaries", "nlp"), ("decode", "whisperx"), ("correct", "nlp")):
        python = ROOT / "envs" / env / ".venv" / "bin" / "python"
        command = [python, __file__, arguments.data, "--models", arguments.models, "--cases", arguments.cases]
        command += ["--sound", arguments.sound, "--work", arguments.work, "--part", part]
        subprocess.run(command, check=True)
    return 0


def casts(case: str) -> dict[str, str]:
    """Casts by name for a case.

    These are: right, mixed (right, alike and a decoy), half (every other right name, and alike), alike,
    decoys.
    """
    found = dict(DECOYS)
    if case in RIGHT:
        found = {
            "right": RIGHT[case],
            "mixed": f"{RIGHT[case]},{ALIKE[case]},{DECOYS['mafia']}",
            "half": half(case),
            "alike": ALIKE[case],
            **found,
        }
    return found


def half(case: str) -> str:
    """A cast that the film supports, without half of its names, and with names that sound like those."""
    return ",".join(RIGHT[case].split(",")[::2]) + "," + ALIKE[case]


def glossaries(arguments: argparse.Namespace) -> None:
    """The glossary of every cast, by pre_ner."""
    from stage_runners.names.glossary_runner import terms

    for case in arguments.cases.split(","):
        for name, listed in casts(case).items():
            rows = [
                {
                    "name": one.lstrip("@"), "kind": "place" if one[0] == "@" else "character", "aliases": [],
                    "source": "cast", "order": k,
                }
                for k, one in enumerate(listed.split(","))
            ]  # fmt: skip
            (arguments.work / f"glossary-{case}-{name}.json").write_text(json.dumps(terms(rows, "", "")))


def decode(arguments: argparse.Namespace) -> None:
    """Words of every recording, without a glossary and with each."""
    from faster_whisper import decode_audio

    from stage_runners.asr import name_bias
    from stage_runners.recognition import windows
    from stage_runners.recognition.recognizer import Settings, Sound
    from stage_runners.whisper import engine

    for model in arguments.models.split(","):
        whisper = engine.load({"_model": {"path": _folder(model)}, "_threads": 2}, "cpu")
        for case in arguments.cases.split(","):
            clean = decode_audio(str(arguments.data / case / "movie.mkv"), RATE)
            spans, language = _regions(clean), _language(arguments.data / case)
            settings = Settings(language=language)
            for sound in arguments.sound.split(","):
                samples = worse(clean, sound)
                chunks = windows.pack(spans, samples, RATE, 30.0)
                out = arguments.work / f"words-{model}-{case}-{sound}-none.json"
                film = Sound(samples, RATE)
                first = _first(out.with_suffix(".pickle"), whisper, film, chunks, settings)
                out.write_text(json.dumps(_rows(first, language)))
                for cast in casts(case):
                    rows = json.loads((arguments.work / f"glossary-{case}-{cast}.json").read_text())
                    biased, told = name_bias.rescored(whisper, film, first, rows, lambda _, own=settings: own)
                    made = {**_rows(biased, language), "bias": told}
                    (out.parent / out.name.replace("-none", f"-{cast}")).write_text(json.dumps(made))


def _first(kept: Path, whisper, sound, chunks, settings) -> list:
    """The windows as they are decoded without a glossary; kept, for most of the time goes there."""
    if kept.is_file():
        return pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
    first: list = []
    for start in range(0, len(chunks), 8):
        first += whisper.transcribe(whisper.encode(sound, chunks[start : start + 8]), settings)
    kept.write_bytes(pickle.dumps(first))
    return first


def correct(arguments: argparse.Namespace) -> None:
    """Correct with every glossary, count, and print."""
    from stage_runners.names import correction_runner, corrections
    from stage_runners.names import terms as names_terms
    from stage_runners.names.stage import POST_NER

    model = correction_runner.load({}, "cpu")
    total: Counter = Counter()
    print(
        f"{'model':8} {'case':15} {'sound':9} {'cast':10} {'names right: none bias both':>28} "
        f"{'WER none bias both':>22}  bias ok/bad  corr ok/bad"
    )
    for model_name in arguments.models.split(","):
        for case in arguments.cases.split(","):
            truth = (arguments.data / case / "truth.txt").read_text()
            names = {part for one in RIGHT.get(case, "").split(",") for part in words_of(one)}
            for sound in arguments.sound.split(","):
                base = f"{model_name}-{case}-{sound}"
                plain = json.loads((arguments.work / f"words-{base}-none.json").read_text())
                for cast in casts(case):
                    heard = json.loads((arguments.work / f"words-{base}-{cast}.json").read_text())
                    glossary = json.loads((arguments.work / f"glossary-{case}-{cast}.json").read_text())
                    known = names_terms.terms(glossary)
                    languages = {row["id"]: row["language"] for row in heard["segments"]}
                    film = corrections.Film(
                        heard["words"],
                        languages,
                        known,
                        correction_runner.tagger(model, heard["words"], languages),
                    )
                    found = film.corrections(POST_NER.defaults()["name_threshold"])
                    done, _, _ = corrections.applied(heard["words"], heard["segments"], found)
                    texts = [plain["words"], heard["words"], done]
                    right = [names_right(truth, rows, names) for rows in texts]
                    wer = [errors(truth, rows) for rows in texts]
                    bias, own = changes(truth, texts[0], texts[1]), changes(truth, texts[1], done)
                    print(
                        f"{model_name:8} {case:15} {sound:9} {cast:10} {right[0][1]:>16}: {right[0][0]:3} "
                        f"{right[1][0]:3} {right[2][0]:3}"
                        f" {wer[0]:8.3f} {wer[1]:.3f} {wer[2]:.3f}  {bias[0]:4}/{bias[1]:<4} "
                        f"{own[0]:4}/{own[1]:<4}"
                        f" {told(heard['bias'], 'changed')} refused {told(heard['bias'], 'refused')}"
                        f" {[f'{one.before}>{one.after} {one.score:.2f}' for one in found]}"
                    )
                    kind = cast if cast in ("right", "mixed", "half") else "decoy"
                    total.update({
                        f"{kind}: names": right[0][1], f"{kind}: right before": right[0][0],
                        f"{kind}: right after bias": right[1][0],
                        f"{kind}: right after both": right[2][0],
                        f"{kind}: words changed by bias for the better": bias[0],
                        f"{kind}: and not": bias[1], f"{kind}: words corrected for the better": own[0],
                        f"{kind}: corrected wrongly": own[1],
                    })  # fmt: skip
    for what, count in total.items():
        print(f"{what:45} {count}")


def told(bias: dict, what: str) -> list[str]:
    """What the bias changed or refused, with how many nats less likely it is."""
    return [f"{one['from']}>{one['to']} {one['less_likely']}" for one in bias[what]]


def worse(samples, how: str):
    """int16 samples: `clean`, `noise-5` (pink noise 5 dB below speech), `phone-10` (300-3400 Hz, noise)."""
    import numpy as np

    kind, _, decibel = how.partition("-")
    sound = samples
    if kind != "clean":
        frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
        if kind == "phone":
            spectrum = np.fft.rfft(samples)
            spectrum[(frequencies < 300) | (frequencies > 3400)] = 0
            sound = np.fft.irfft(spectrum, len(samples))
        noise = np.fft.rfft(np.random.default_rng(0).normal(size=len(samples)))
        noise[1:] /= np.sqrt(frequencies[1:])
        noise = np.fft.irfft(noise, len(samples))
        level = np.sqrt(np.mean(sound[np.abs(sound) > 0.006] ** 2))
        sound = sound + noise / np.sqrt(np.mean(noise**2)) * level * 10 ** (-float(decibel) / 20)
    return np.clip(sound * 32768, -32768, 32767).astype(np.int16)


def words_of(text: str) -> list[str]:
    """Words in small letters."""
    return re.findall(r"[\w']+", unicodedata.normalize("NFC", text.lower()).replace("’", "'"))  # noqa: RUF001


def errors(truth: str, rows: list) -> float:
    """Word error rate, by Levenshtein's distance."""
    from rapidfuzz.distance import Levenshtein

    right = words_of(truth)
    return Levenshtein.distance(right, _heard(rows)) / len(right)


def names_right(truth: str, rows: list, names: set) -> tuple[int, int]:
    """How many names of the truth stand in the transcript where they were said, and how many there are."""
    right = words_of(truth)
    blocks = SequenceMatcher(None, right, _heard(rows), autojunk=False).get_matching_blocks()
    found = sum(_stem(word) in names for block in blocks for word in right[block.a : block.a + block.size])
    return found, sum(_stem(word) in names for word in right)


def changes(truth: str, before: list, after: list) -> tuple[int, int]:
    """Words that became right, and words that were changed otherwise."""
    right, old, new = words_of(truth), _heard(before), _heard(after)
    good = {
        k
        for m in SequenceMatcher(None, right, new, autojunk=False).get_matching_blocks()
        for k in range(m.b, m.b + m.size)
    }
    touched = [
        k
        for op, _, _, a, b in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if op != "equal"
        for k in range(a, max(b, a + 1))
    ]
    return sum(k in good for k in touched), sum(k not in good for k in touched)


def _stem(word: str) -> str:
    return re.sub(r"'s?$", "", word)


def _heard(rows: list) -> list[str]:
    return words_of(" ".join(row["text"] for row in rows))


def _language(case: Path) -> str:
    return str(json.loads((case / "truth.json").read_text()).get("language", "en"))[:2]


def _folder(model: str) -> str:
    command = [ROOT / ".venv" / "bin" / "python", "-m", "orchestrator", "models", "path", model]
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, env=os.environ
    ).stdout.strip()


def _regions(samples) -> list[tuple[float, float]]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    found = get_speech_timestamps(samples, VadOptions(min_silence_duration_ms=300, speech_pad_ms=100))
    return [(one["start"] / RATE, one["end"] / RATE) for one in found]


def _rows(decoded: list, language: str) -> dict:
    """Rows of segments and words as the recogniser's stage makes them, as far as names need them."""
    from stage_runners.asr import words as asr_words

    segments, words = [], []
    for result in decoded:
        for group in asr_words.segments(asr_words.words(result.words, result.chunk)):
            segments.append({"id": len(segments), "text": asr_words.joined(group), "language": language})
            words += [{**word._asdict(), "segment": len(segments) - 1, "speaker": None} for word in group]
    return {"segments": segments, "words": words}


if __name__ == "__main__":
    sys.exit(main())
