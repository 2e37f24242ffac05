"""Reads options from environment variables: `ORCHESTRATOR_<OPTION>`, and variables of earlier tools.

An empty variable sets nothing. A token is never read here, only whether `HF_TOKEN` is set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ipc.suggest import hint, nearest
from orchestrator.config import device_requests
from orchestrator.config.options import BY_KEY, OPTIONS
from orchestrator.config.values import WORDS, DeviceRequest, Layer, Value, from_text, wrong

PREFIX = "ORCHESTRATOR_"
NOT_OPTIONS = frozenset(
    PREFIX + name
    for name in (
        "HOME", "ENVS", "BIN", "PYTHON", "FFMPEG", "DEBUG", "CONFIG", "SHARED", "KILLS", "EVENTS_FD",
        "TMDB_URL",
    )
)  # fmt: skip
"""Variables of this tool that are not options."""

CARRIED_VALUES = {
    "WHISPER_MODEL": "model", "WHISPER_COMPUTE_TYPE": "compute_type", "BATCH_SIZE": "batch_size",
}  # fmt: skip
APPLE = ("mps", "mlx")
WHISPERX = ("whisperx", "faster-whisper")
MLX = ("mlx", "mlx-whisper")
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


def layers(environ: Mapping[str, str]) -> list[Layer]:
    """The layers of the environment: `ORCHESTRATOR_` variables, then those of earlier tools."""
    return [_prefixed(environ), _carried(environ)]


def unknown(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """`ORCHESTRATOR_` variables that are not options, each with the nearest option, or an empty name."""
    names = {name.removeprefix(PREFIX) for name in (*option_variables(), *NOT_OPTIONS)}
    misspelt = []
    for name in sorted(environ):
        word = name.removeprefix(PREFIX)
        if name != word and word not in names:
            near = nearest(word, sorted(names))
            misspelt.append((name, PREFIX + near if near else ""))
    return misspelt


def has_token(environ: Mapping[str, str]) -> str:
    """The variable that holds a token for the Hugging Face Hub, or an empty name."""
    return next((name for name in TOKENS if environ.get(name, "").strip()), "")


def option_variables() -> dict[str, tuple[str, bool]]:
    """The option that each variable sets, by key, and whether it negates it (`ORCHESTRATOR_NO_MUX`)."""
    names = {PREFIX + option.key.upper(): (option.key, False) for option in OPTIONS}
    names |= {
        f"{PREFIX}NO_{option.key.upper()}": (option.key, True) for option in OPTIONS if option.type is bool
    }
    return names | {PREFIX + "DEVICE": ("device", False)}


def _prefixed(environ: Mapping[str, str]) -> Layer:
    values: dict[str, Value] = {}
    devices: dict[str, DeviceRequest] = {}
    for name, (key, opposite) in option_variables().items():
        text = environ.get(name, "")
        if not text:
            continue
        source, words = f"environment {name}", f"{name}={text}"
        if key == "device":
            devices = device_requests.from_text(text, source, words)
            continue
        value = from_text(BY_KEY[key], text, source, words)
        if opposite:
            value = Value(value=not value.value, source=source, words=words)
            if key in values and values[key].value != value.value:
                raise wrong(f"{values[key].words} and {words}", "they contradict each other", "unset one")
        values[key] = value
    return Layer(values=values, devices=devices)


def _carried(environ: Mapping[str, str]) -> Layer:
    values = {}
    for name, key in CARRIED_VALUES.items():
        if text := environ.get(name, "").strip():
            values[key] = from_text(BY_KEY[key], text, f"environment {name}", f"{name}={text}")
    devices: dict[str, DeviceRequest] = {}
    for name, read in _READERS.items():
        if text := environ.get(name, "").strip().lower():
            devices |= read(text, f"environment {name}", f"{name}={text}", devices)
    return Layer(values=values, devices=devices)


def _whisperx_device(
    text: str, source: str, words: str, before: Mapping[str, DeviceRequest]
) -> dict[str, DeviceRequest]:
    """Requests for `asr` and `alignment`. Apple's GPU is MLX for `asr` and torch's MPS for `alignment`."""
    del before
    if text == device_requests.AUTO:
        return {}
    device = _device(text, words)
    if device in APPLE:
        return {
            "asr": DeviceRequest(devices=("mlx",), source=source, words=words, gpu=True),
            "alignment": DeviceRequest(devices=("mps",), source=source, words=words, firm=False, gpu=True),
        }
    return {
        "asr": DeviceRequest(devices=(device,), source=source, words=words),
        # Only the wav2vec2 aligners run on a GPU; with another one the run must not fail.
        "alignment": DeviceRequest(devices=(device,), source=source, words=words, firm=False),
    }


def _whisper_backend(
    text: str, source: str, words: str, before: Mapping[str, DeviceRequest]
) -> dict[str, DeviceRequest]:
    """A request for `asr`: WhisperX (on CUDA if it can be used, else on the CPU) or MLX."""
    if text == device_requests.AUTO:
        return {}
    if text not in WHISPERX + MLX:
        raise wrong(words, "there is no such backend", hint(text, (*WHISPERX, *MLX, device_requests.AUTO)))
    devices = ("mlx",) if text in MLX else ("cuda", "cpu")
    if "asr" not in before:
        return {"asr": DeviceRequest(devices=devices, source=source, words=words)}
    other = before["asr"]
    if both := tuple(device for device in other.devices if device in devices):
        words = f"{other.words}, {words}"
        return {
            "asr": DeviceRequest(devices=both, source=f"{other.source}, {source}", words=words, gpu=other.gpu)
        }
    raise wrong(
        f"{other.words} and {words}",
        "they contradict each other",
        "unset one of them; MLX runs on Apple's GPU (mps), WhisperX on cuda or cpu",
    )


def _gpu_diarization(
    text: str, source: str, words: str, before: Mapping[str, DeviceRequest]
) -> dict[str, DeviceRequest]:
    """Requests for `diarization` and `pyannote_vad`: this machine's accelerator, or the CPU."""
    del before
    if text not in WORDS:
        raise wrong(words, "not yes or no", "use true or false")
    devices = device_requests.ACCELERATORS if WORDS[text] else ("cpu",)
    request = DeviceRequest(devices=devices, source=source, words=words, gpu=WORDS[text])
    return {"diarization": request, "pyannote_vad": request}


def _indictrans_device(
    text: str, source: str, words: str, before: Mapping[str, DeviceRequest]
) -> dict[str, DeviceRequest]:
    """A request for `translation` by a local model; other methods keep their order of devices."""
    del before
    if text == device_requests.AUTO:
        return {}
    return {
        "translation": DeviceRequest(devices=(_device(text, words),), source=source, words=words, firm=False)
    }


def _device(text: str, words: str) -> str:
    if text not in device_requests.NAMES:
        raise device_requests.unknown(text, words)
    return text


_READERS: dict[str, Callable[[str, str, str, Mapping[str, DeviceRequest]], dict[str, DeviceRequest]]] = {
    "WHISPERX_DEVICE": _whisperx_device,
    "WHISPER_BACKEND": _whisper_backend,
    "USE_GPU_DIARIZATION": _gpu_diarization,
    "INDICTRANS2_DEVICE": _indictrans_device,
}
CARRIED = (*_READERS, *CARRIED_VALUES, "HF_TOKEN")
"""Variables of earlier tools that are still read."""
