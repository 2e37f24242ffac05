"""Other programs as subjects: WhisperX's command line, and pyannote's pipeline.

They run in the environments of our stages, on the same film, model, language, number of threads and device,
with their own defaults otherwise, and never online. A variant whose model is not on this disk is shown with
that reason. WhisperX gets int8 on the CPU, as our `asr` uses: its own default there, float32, is slower.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from orchestrator.bench.results import RunUse
from orchestrator.bench.subject import Bench, Facts, tail
from orchestrator.environments import ffmpeg, registry
from orchestrator.errors import FatalError
from orchestrator.models import pyannote, resolve
from orchestrator.surroundings import home_folder

WHISPERX = "whisperx"
PYANNOTE = "pyannote"
_TORCH_ALIGNERS = {
    "en": "wav2vec2_fairseq_base_ls960_asr_ls960.pth",
    "fr": "wav2vec2_voxpopuli_base_10k_asr_fr.pt",
    "de": "wav2vec2_voxpopuli_base_10k_asr_de.pt",
    "es": "wav2vec2_voxpopuli_base_10k_asr_es.pt",
    "it": "wav2vec2_voxpopuli_base_10k_asr_it.pt",
}
"""Files of the aligners that WhisperX takes from torchaudio by default, in torch's cache."""


@dataclass(kw_only=True)
class WhisperX:
    """WhisperX, without word times and speakers, or with (`align`, `diarize`)."""

    name: str = WHISPERX
    about: str = "transcript only (--no_align)"
    align: bool = False
    diarize: bool = False
    _facts: Facts = field(default_factory=Facts)
    _model: Path = Path()

    def missing(self, facts: Facts) -> str:
        """See `Subject.missing`."""
        self._facts = facts
        if why := registry.health("whisperx"):
            return f"the environment whisperx cannot be used: {why}"
        if not facts.model:
            return "our run used no Whisper model to give it"
        try:
            model = resolve.resolve("recognition", facts.model, offline=True, device=_device(facts))
        except FatalError as error:
            return error.message
        self._model = model.converted or model.path
        if not (self._model / "model.bin").exists():
            return (
                f"the model {facts.model} has not the layout of CTranslate2, the only one that WhisperX reads"
            )
        if self.align and not aligner_on_disk(facts.language):
            return f"its alignment model for {facts.language or 'this language'} is not on this disk"
        if self.diarize and not resolve.on_disk("diarization", pyannote.COMMUNITY):
            return f"its diarization model {pyannote.COMMUNITY} is not on this disk"
        return ""

    def version(self) -> str:
        """The version that is installed."""
        return installed("whisperx", "whisperx")

    def run(self, film: Path, bench: Bench) -> RunUse:
        """See `Subject.run`."""
        out = _emptied(bench.folder / self.name)
        device = _device(self._facts)
        words = [
            str(registry.python("whisperx")), "-m", "whisperx", str(film), "--model", str(self._model),
            "--device", device, "--compute_type", "int8" if device == "cpu" else "float16",
            "--output_dir", str(out / "out"), "--output_format", "srt", "--print_progress", "False",
        ]  # fmt: skip
        words += ["--threads", str(self._facts.threads)] if self._facts.threads else []
        words += ["--language", self._facts.language] if self._facts.language else []
        words += [] if self.align else ["--no_align"]
        words += ["--diarize", "--diarize_model", pyannote.COMMUNITY] if self.diarize else []
        # Our own environment refuses the pickles in WhisperX's package; here it runs as for its users.
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return _measured(self.name, words, film, bench, plain)


@dataclass(kw_only=True)
class Pyannote:
    """The pipeline of pyannote.audio, from its files: who speaks when, and nothing else."""

    name: str = PYANNOTE
    about: str = f"speakers only ({pyannote.COMMUNITY})"
    _facts: Facts = field(default_factory=Facts)
    _pipeline: Path = Path()

    def missing(self, facts: Facts) -> str:
        """See `Subject.missing`."""
        self._facts = facts
        if why := registry.health("pyannote"):
            return f"the environment pyannote cannot be used: {why}"
        try:
            self._pipeline = resolve.resolve("diarization", pyannote.COMMUNITY, offline=True).path
        except FatalError as error:
            return error.message
        return ""

    def version(self) -> str:
        """The version that is installed."""
        return installed("pyannote", "pyannote.audio")

    def run(self, film: Path, bench: Bench) -> RunUse:
        """See `Subject.run`."""
        out = _emptied(bench.folder / self.name)
        words = [
            str(registry.python("pyannote")), "-P", "-m", "stage_runners.stock_pipeline",
            str(self._pipeline), str(film), str(out / "out" / "film.rttm"), _device(self._facts),
            str(self._facts.threads or os.cpu_count() or 1),
        ]  # fmt: skip
        return _measured(self.name, words, film, bench, registry.child_environment("pyannote"))


def all_of(name: str) -> tuple[WhisperX | Pyannote, ...]:
    """The variants of a rival; empty for an unknown name."""
    if name == PYANNOTE:
        return (Pyannote(),)
    if name != WHISPERX:
        return ()
    return (
        WhisperX(),
        WhisperX(name="whisperx-align", about="transcript and word times", align=True),
        WhisperX(
            name="whisperx-diarize", about="transcript, word times and speakers", align=True, diarize=True
        ),
    )


def aligner_on_disk(language: str) -> bool:
    """Whether WhisperX's default aligner of a language may be loaded without a network.

    It is looked for where torchaudio keeps it; in other languages, only WhisperX itself can tell.
    """
    cache = Path(os.environ.get("TORCH_HOME") or home_folder.of(os.environ) / ".cache" / "torch")
    file = _TORCH_ALIGNERS.get(language)
    return file is None or (cache / "hub" / "checkpoints" / file).is_file()


def installed(env: str, package: str) -> str:
    """The locked version of a package in an environment; empty if it is not in the lock."""
    try:
        lines = registry.get(env).lock.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    wanted = package.replace(".", "-")
    names = (line.partition(" ")[0].split("==") for line in lines if "==" in line and line[:1].isalpha())
    return next((f"{package} {name[1]}" for name in names if name[0].replace(".", "-") == wanted), "")


def _device(facts: Facts) -> str:
    """CUDA if one of our stages used it, else the CPU: neither program has another GPU for its networks."""
    return "cuda" if "cuda" in facts.devices else "cpu"


def _emptied(own: Path) -> Path:
    shutil.rmtree(own / "out", ignore_errors=True)
    (own / "out").mkdir(parents=True)
    return own


def _measured(
    name: str, words: list[str], film: Path, bench: Bench, environment: Mapping[str, str]
) -> RunUse:
    own = bench.folder / name
    log = own / f"{film.stem}.log"
    tools = own / "bin"
    tools.mkdir(exist_ok=True)
    link = tools / "ffmpeg"  # both call it by name
    if not link.is_symlink() and (binary := ffmpeg.binary(registry.python("media"))):
        link.symlink_to(binary.absolute())
    path = f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    offline = {"PATH": path, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    use = bench.gauge.run(words, {**environment, **offline}, log, own)
    wrote = any((own / "out").iterdir())
    error = "" if use.status == 0 and wrote else tail(log) or f"it ended with status {use.status}"
    run = RunUse(
        film=film.stem, subject=name, wall_s=round(use.wall_s, 3), cpu_s=round(use.cpu_s, 3),
        peak_memory=use.peak_memory, peak_vram=use.peak_vram, energy_j=use.energy_j,
    )  # fmt: skip
    return replace(run, error=error)
