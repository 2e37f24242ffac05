"""The small tasks of CONTRIBUTING.md, each done in a copy of the program that then runs on a film."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ENVIRONMENTS

ROOT = Path(__file__).resolve().parents[2]
LRC = '''"""LRC: lyrics with times."""

from __future__ import annotations

from stage_runners.subtitles.output_format import Document, Format


def write(document: Document) -> str:
    """A line for each cue, with the time at which it begins."""
    return "".join(
        f"[{cue.start // 60_000:02d}:{cue.start / 1000 % 60:05.2f}]{' '.join(cue.text().split())}\\n"
        for cue in document.cues
    )


FORMAT = Format(
    name="lrc",
    extension="lrc",
    content="cues",
    media_type="application/x-lrc",
    description="LRC: a line for each cue",
    write=write,
)
'''
GREETING = '''"""An engine that writes the same two words into every piece of speech."""

from __future__ import annotations

from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.engine import Engine
from stage_runners.recognition.recognizer import Encoded, Token, Transcript
from ipc.declaration import on

ENGINE = Engine(
    name="greeting",
    families=("greeting",),
    packaged=("greeting",),
    backends=(on("cpu", "asr.runner", "whisperx"),),
    capabilities=Capabilities(
        longest_window=30.0,
        languages=("en",),
        word_times="fixed",
        detects_language=False,
        scores_text=False,
        takes_prompt=False,
    ),
)


def load(params, device):
    return Greeting()


class Greeting:
    method, compute_type, computed_on, time_bias = "fixed words", "float32", "", 0.0
    capabilities = ENGINE.capabilities
    detector = scorer = prompt = None

    def encode(self, sound, chunks):
        return [Encoded(sound, chunk) for chunk in chunks]

    def transcribe(self, encoded, settings):
        return [self._greet(one.chunk, settings.language) for one in encoded]

    transcribe_once = transcribe

    def _greet(self, chunk, language):
        words = tuple(
            Token(f" {word}", chunk.start + k / 2, chunk.start + k / 2 + 0.4, 0.9)
            for k, word in enumerate(("Good", "evening."))
            if chunk.start + k / 2 + 0.4 < chunk.end
        )
        text = "".join(word.text for word in words).strip()
        return Transcript(chunk=chunk, text=text, language=language, words=words, silent=not text)
'''

BACKWARDS = '''"""A translator that reads every word backwards."""

from __future__ import annotations

from ipc.declaration import Param, Resources, Stage, on_cpu
from stage_runners.translation import thresholds
from stage_runners.translation.declared import FROM_TEXT, TARGET, TRANSLATED, Translator

STAGE = Stage(
    name="translation",
    version=1,
    backends=on_cpu("translation.backwards_translator", "nlp"),
    inputs=FROM_TEXT,
    outputs=TRANSLATED,
    params=(TARGET, Param(name="translation_model", load=True)),
    resources=Resources(cores=1, memory_mb=100),
    model="translation_model",
    model_role="translation",
    thresholds=thresholds.FROM_TEXT,
)
TRANSLATOR = Translator(name="backwards", stage=STAGE, families=("backwards",), packaged=("backwards",))


def load(params, device):
    return None


def run(loaded, inputs, context):
    from stage_runners.translation import by_text

    by_text.run(Backwards(), inputs, context)


class Backwards:
    method, placeholder, batch, in_order = "backwards", "XQ{}", 8, False

    def begin(self, film):
        pass

    def refusal(self, language, target):
        return ""

    def translate(self, lines, target, attempt):
        return [
            " ".join(word if "XQ" in word else word[::-1] for word in line.text.split()) for line in lines
        ]
'''


@pytest.fixture
def copy(tmp_path):
    """Returns a function that copies the program; stages of the environments `envs` run from the copy."""

    def copied(*envs):
        folder = tmp_path / "checkout"
        for name in ("orchestrator", "ipc", "stage_runners", "docs"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        _environments(folder / "envs", folder, envs)
        return folder

    return copied


def _environments(folder, checkout, copied):
    folder.mkdir()
    for env in (ROOT / "envs").iterdir():
        if env.name not in copied:
            (folder / env.name).symlink_to(env)
            continue
        shutil.copytree(env, folder / env.name, symlinks=True, copy_function=os.link)
        (path_file,) = (folder / env.name / ".venv").glob("lib/python*/site-packages/*checkout.pth")
        for file in (path_file, folder / env.name / ".state.json"):
            text = file.read_text().replace(str(ROOT), str(checkout))
            file.unlink()  # a hard link: writing into it would change the original
            file.write_text(text)


def edit(file, before, after):
    text = file.read_text()
    assert text.count(before) == 1, (file, before)
    file.write_text(text.replace(before, after))


def place(checkout):
    return {"cwd": checkout, "PYTHONPATH": str(checkout)}


def ran(program):
    return [name for name, how in program.how().items() if how == "done"]


def reference(checkout):
    subprocess.run([sys.executable, checkout / "docs" / "make_reference.py"], check=True)
    return (checkout / "docs" / "reference.md").read_text()


def test_adding_a_subtitle_format_takes_one_new_module(program, finished, film, copy, tmp_path):
    del finished  # which is not written to: others read it
    out = tmp_path / "out"
    program("run", film, "-o", out)
    checkout = copy("media")
    (checkout / "stage_runners/subtitles/formats/lrc.py").write_text(LRC)
    assert " lrc" in program("run", "--help", **place(checkout)).stdout
    assert "nothing to run" in program("plan", film, "-o", out, **place(checkout)).stdout
    program("run", film, "-o", out, "--output-format", "srt,lrc", **place(checkout))
    assert ran(program) == ["subtitles"]
    lines = (out / "demo.en.lrc").read_text().splitlines()
    assert len(lines) == (out / "demo.en.srt").read_text().count(" --> ")
    assert all(re.match(r"\[00:\d\d\.\d\d]\S", line) for line in lines)
    assert "| `FILM.LANG.lrc` | `lrc` | no |" in reference(checkout)


def test_adding_an_option_takes_one_line_in_the_declaration_of_its_stage(
    program, finished, film, copy, tmp_path
):
    del finished
    checkout = copy("media")
    edit(
        checkout / "stage_runners/subtitles/stage.py",
        'name="label_form", default="[NAME]", help="form of a speaker label"',
        'name="label_form", default="[NAME]", help="form of a speaker label", '
        'cli=Cli(group="speakers", metavar="FORM", example="NAME:")',
    )
    assert "--label-form FORM" in program("run", "--help", **place(checkout)).stdout
    assert "`--label-form FORM`" in reference(checkout)
    (tmp_path / "config.toml").write_text('label_form = "<NAME>"\n')
    config = {"ORCHESTRATOR_CONFIG": str(tmp_path / "config.toml"), **place(checkout)}
    assert "<NAME>" in program("config", **config).stdout
    program("run", film, "-o", tmp_path / "out", "--label-form", "(NAME)", **config)
    assert "subtitles" in ran(program)
    assert "alignment" not in ran(program)
    assert "(DIANE)" in (tmp_path / "out" / "demo.en.srt").read_text()


def test_changing_a_threshold_takes_one_line_and_makes_results_of_its_stage_stale(
    program, finished, film, copy, tmp_path
):
    del finished
    checkout = copy("media")
    edit(checkout / "stage_runners/subtitles/thresholds.py", "    cue: float = 3.0", "    cue: float = 30.0")
    program("run", film, "-o", tmp_path / "out", **place(checkout))
    assert "subtitles" in ran(program)
    assert "attribution" not in ran(program)


def test_adding_a_recognition_engine_takes_one_module_and_its_registration(
    program, finished, film, copy, tmp_path
):
    del finished
    checkout = copy(*ENVIRONMENTS)
    (checkout / "stage_runners/asr/greeting.py").write_text(GREETING)
    registry = checkout / "stage_runners/asr/engines.py"
    edit(
        registry,
        "import engine as whisper\n",
        "import engine as whisper\nfrom stage_runners.asr import greeting\n",
    )
    edit(registry, "= (whisper,", "= (whisper, greeting,")
    assert "greeting" in program("models", "list", **place(checkout)).stdout
    options = ("--model", "greeting", "--language", "en", "--output-format", "srt")
    program("run", film, "-o", tmp_path / "out", *options, **place(checkout))
    assert "asr" in ran(program)
    assert "pyannote_vad" not in ran(program)
    cues = (tmp_path / "out" / "demo.en.srt").read_text()
    words = {
        word for line in cues.splitlines() if " --> " not in line for word in re.findall("[A-Za-z.]+", line)
    }
    assert {"Good", "evening."} <= words <= {"Good", "evening.", "Speaker"}


def test_adding_a_translator_takes_one_module_and_its_registration(apart, film, copy, tmp_path):
    checkout = copy("nlp", "media")
    (checkout / "stage_runners/translation/backwards_translator.py").write_text(BACKWARDS)
    registry = checkout / "stage_runners/translation/stage.py"
    edit(registry, "import (\n", "import (\n    backwards_translator,\n")
    edit(registry, "_MODULES = (", "_MODULES = (backwards_translator, ")
    options = ("--target-language", "de", "--translation-model", "backwards")
    planned = apart("plan", film, *options, **place(checkout)).stdout
    assert re.search(r"translation-de .* backwards ", planned)
    assert "by backwards, as requested" in " ".join(planned.split())
    formats = ("--output-format", "srt,srt-bilingual,ass-bilingual,forced")
    shown = apart("run", film, "-o", tmp_path / "out", *options, *formats, **place(checkout)).stderr
    assert "demo.de.forced.srt is not written: nothing is said in another language than English" in shown
    assert sorted(path.name for path in (tmp_path / "out").glob("*.srt")) == [
        "demo.de.bilingual.srt", "demo.de.srt", "demo.en.srt",
    ]  # fmt: skip
    both = (tmp_path / "out" / "demo.de.bilingual.srt").read_text().lower()
    assert both.index("hello") < both.index("olleh")
    assert both.count(" --> ") == (tmp_path / "out" / "demo.en.srt").read_text().count(" --> ")
    spoken = (tmp_path / "out" / "demo.en.srt").read_text().split()
    translated = (tmp_path / "out" / "demo.de.srt").read_text().split()
    assert "hello" in {word.lower().strip(",.") for word in spoken}
    assert "olleh" in {word.lower().strip(",.") for word in translated}
