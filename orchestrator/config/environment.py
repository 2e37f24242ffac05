"""What the environment sets: `ORCHESTRATOR_<OPTION>` for every option, and the names that people carry over from earlier tools.

An empty variable sets nothing. A token is never a value here: of `HF_TOKEN` only its presence is read.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

from orchestrator.config import device_requests
from orchestrator.config.options import BY_KEY, OPTIONS
from orchestrator.config.values import WORDS, DeviceRequest, Layer, Value, from_text, wrong

PREFIX = "ORCHESTRATOR_"
NOT_OPTIONS = frozenset(
    PREFIX + name
    for name in (
        "HOME", "ENVS", "BIN", "PYTHON", "FFMPEG", "DEBUG", "CONFIG", "SHARED", "KILLS", "EVENTS_FD", "TMDB_URL",
    )
)  # fmt: skip
"""Variables of this tool that are not options: places and switches of its own."""

CARRIED_VALUES = {
    "WHISPER_MODEL": "model", "WHISPER_COMPUTE_TYPE": "compute_type", "BATCH_SIZE": "batch_size",
}  # fmt: skip
APPLE = ("mps", "mlx")
WHISPERX = ("whisperx", "faster-whisper")
MLX = ("mlx", "mlx-whisper")
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


def layers(environ: Mapping[str, str]) -> list[Layer]:
    """What the environment sets, the highest rank first: our own names, then the carried-over ones."""
    return [_own(environ), _carried(environ)]


def unknown(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """`ORCHESTRATOR_` variables that mean nothing, each with the nearest name that does, or an empty one."""
    names = {name.removeprefix(PREFIX) for name in (*_own_names(), *NOT_OPTIONS)}
    found = []
    for name in sorted(environ):
        word = name.removeprefix(PREFIX)
        if name != word and word not in names:
            near = difflib.get_close_matches(word, sorted(names), 1, 0.75)
            found.append((name, PREFIX + near[0] if near else ""))
    return found


def has_token(environ: Mapping[str, str]) -> str:
    """The variable that holds a token for the Hub, or an empty name."""
    return next((name for name in TOKENS if environ.get(name, "").strip()), "")


def _own_names() -> dict[str, tuple[str, bool]]:
    """Our variables: the key of the option each sets, and whether it means the opposite (`ORCHESTRATOR_NO_MUX`)."""
    names = {PREFIX + option.key.upper(): (option.key, False) for option in OPTIONS}
    names |= {
        f"{PREFIX}NO_{option.key.upper()}": (option.key, True) for option in OPTIONS if option.type is bool
    }
    return names | {PREFIX + "DEVICE": ("device", False)}


def _own(environ: Mapping[str, str]) -> Layer:
    values: dict[str, Value] = {}
    devices: dict[str, DeviceRequest] = {}
    for name, (key, opposite) in _own_names().items():
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
    """`asr` and `alignment`. Apple's GPU is MLX for the one and torch's MPS for the other."""
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
        # Of the aligners only wav2vec2 runs on a GPU: the others are no reason to refuse the whole run.
        "alignment": DeviceRequest(devices=(device,), source=source, words=words, firm=False),
    }


def _whisper_backend(
    text: str, source: str, words: str, before: Mapping[str, DeviceRequest]
) -> dict[str, DeviceRequest]:
    """`asr` by WhisperX (on CUDA where there is one, else on the CPU) or by MLX."""
    if text == device_requests.AUTO:
        return {}
    if text not in WHISPERX + MLX:
        raise wrong(words, "there is no such backend", f"backends: {', '.join((*WHISPERX, *MLX))}, auto")
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
        "MLX computes on Apple's GPU (mps), WhisperX on cuda or cpu: unset one",
    )


def _gpu_diarization(
    text: str, source: str, words: str, before: Mapping[str, DeviceRequest]
) -> dict[str, DeviceRequest]:
    """`diarization` and `pyannote_vad` on this machine's accelerator, or on the CPU."""
    del before
    if text not in WORDS:
        raise wrong(words, "not yes or no", "use true or false")
    devices = device_requests.ACCELERATORS if WORDS[text] else ("cpu",)
    asked = DeviceRequest(devices=devices, source=source, words=words, gpu=WORDS[text])
    return {"diarization": asked, "pyannote_vad": asked}


def _indictrans_device(
    text: str, source: str, words: str, before: Mapping[str, DeviceRequest]
) -> dict[str, DeviceRequest]:
    """`translation` by a model of this machine; other methods keep their own order."""
    del before
    if text == device_requests.AUTO:
        return {}
    return {
        "translation": DeviceRequest(devices=(_device(text, words),), source=source, words=words, firm=False)
    }


def _device(text: str, words: str) -> str:
    if text not in device_requests.NAMES:
        hint = f"devices: {', '.join(device_requests.NAMES)}, auto"
        if text.startswith("cuda:"):
            hint += "; one GPU of several is chosen by CUDA_VISIBLE_DEVICES"
        raise wrong(words, f"there is no device {text!r}", hint)
    return text


_READERS: dict[str, Callable[[str, str, str, Mapping[str, DeviceRequest]], dict[str, DeviceRequest]]] = {
    "WHISPERX_DEVICE": _whisperx_device,
    "WHISPER_BACKEND": _whisper_backend,
    "USE_GPU_DIARIZATION": _gpu_diarization,
    "INDICTRANS2_DEVICE": _indictrans_device,
}
CARRIED = (*_READERS, *CARRIED_VALUES, "HF_TOKEN")
"""The names that people carry over from earlier tools."""
