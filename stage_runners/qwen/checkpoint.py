"""Checks and loads the folder of a Qwen3-ASR or Qwen3-ForcedAligner model, in both of its layouts.

Transformers has the networks since 5.13 and reads its own layout (the repositories whose names end with
`-hf`). The first layout (`Qwen/Qwen3-ASR-0.6B`) has the same weights under other names, and in `config.json`
a `thinker_config`: names and settings are translated as the files are read. Nothing is downloaded, and no
code of the folder runs: the classes are named here, and weights are safetensors.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ipc.errors import StageError
from ipc.parsing import json_of

INDEX = "model.safetensors.index.json"
WEIGHTS = "model.safetensors"
ASR, ALIGNER = "Qwen3-ASR", "Qwen3-ForcedAligner"
SOUND = "<|audio_pad|>"
TEXT = "<asr_text>"
TIME = "<timestamp>"
ENDS = ("<|endoftext|>", "<|im_end|>")
_TOKENS = (*ENDS, "<|im_start|>", "<|audio_start|>", "<|audio_end|>", SOUND)
_OWN = {ASR: TEXT, ALIGNER: TIME}
_HEAD = {ASR: "lm_head.", ALIGNER: "score."}
_WHOLE = "download the whole repository again: config.json, the weights, and the files of its tokenizer"
_SYNC = "run `orchestrator envs sync qwen`"


class Checkpoint(NamedTuple):
    """A network in evaluation mode on the CPU, its tokenizer, and its feature extractor."""

    network: Any
    tokenizer: Any
    features: Any


def load(folder: Path, kind: str, dtype: Any) -> Checkpoint:
    """The model of `kind` in a folder; `StageError("config")` with the file that is wrong, or "env"."""
    settings = _settings(folder, kind)
    _check_weights(folder)
    try:
        from transformers import (
            Qwen2Tokenizer,
            Qwen3ASRFeatureExtractor,
            Qwen3ASRForConditionalGeneration,
            Qwen3ASRForTokenClassification,
        )
    except ImportError as error:
        raise _too_old(error) from error
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    config, renamed = _config(settings, kind, folder)
    tokenizer = _tokenizer(Qwen2Tokenizer, folder)
    _check_tokenizer(tokenizer, config, kind, folder)
    made = {ASR: Qwen3ASRForConditionalGeneration, ALIGNER: Qwen3ASRForTokenClassification}[kind]
    try:
        network, found = made.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            key_mapping=renamed or None,
            local_files_only=True,
            use_safetensors=True,
            attn_implementation="sdpa",
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError) as error:
        raise _broken(folder, f"Transformers cannot load it: {_line(error)}") from error
    lost = sorted({*found["missing_keys"], *(name for name, *_ in found["mismatched_keys"])})
    if lost:
        raise _broken(
            folder, f"its weights lack {lost[0]}" + (f" and {len(lost) - 1} more" * (len(lost) > 1))
        )
    sound = config.audio_config
    features = Qwen3ASRFeatureExtractor(feature_size=sound.num_mel_bins, n_window=sound.n_window)
    return Checkpoint(network.eval(), tokenizer, features)


def _settings(folder: Path, kind: str) -> Mapping[str, Any]:
    """The content of `config.json`, if it is of a network of this kind."""
    file = folder / "config.json"
    try:
        content = json_of(file.read_bytes())
    except (OSError, ValueError) as error:
        raise _broken(folder, f"its config.json cannot be read: {_line(error)}") from error
    settings = content if isinstance(content, dict) else {}
    if settings.get("model_type") != "qwen3_asr":
        what = settings.get("model_type") or "no model_type"
        raise StageError(
            "config", f"{folder}: not a {kind} model: its config.json says {what}", _choose(kind)
        )
    if (found := ALIGNER if _classes(settings) else ASR) != kind:
        raise StageError("config", f"{folder}: a {found} model, not {kind}", _choose(kind))
    return settings


def _classes(settings: Mapping[str, Any]) -> int:
    """The number of an aligner's classes of time; 0 for a recogniser."""
    thinker = settings.get("thinker_config")
    if isinstance(thinker, Mapping):
        return int(thinker.get("classify_num") or 0)
    names = settings.get("architectures") or ()
    labels = settings.get("id2label") or ()
    return len(labels) if any("TokenClassification" in str(name) for name in names) else 0


def _choose(kind: str) -> str:
    return "use --model qwen3-asr-0.6b" if kind == ASR else "use --align-model qwen3-forced-aligner"


def _config(settings: Mapping[str, Any], kind: str, folder: Path) -> tuple[Any, dict[str, str]]:
    """The settings as Transformers has them, and the pattern and new name of each group of weights."""
    from transformers import Qwen3ASRConfig

    try:
        if "thinker_config" not in settings:
            return Qwen3ASRConfig.from_dict(dict(settings)), {}
        thinker = settings["thinker_config"]
        own: dict[str, Any] = {"audio_token_id": int(thinker["audio_token_id"])}
        if kind == ALIGNER:
            own |= {
                "num_labels": _classes(settings),
                "timestamp_token_id": int(settings["timestamp_token_id"]),
            }
        sound, text = dict(thinker["audio_config"]), dict(thinker["text_config"])
        rope = {"rope_type": "default", "rope_theta": float(text.get("rope_theta") or 1_000_000.0)}
        empty = Qwen3ASRConfig()
        config = Qwen3ASRConfig(
            audio_config={**_known(sound, empty.audio_config), "max_position_embeddings": _positions(sound)},
            text_config={**_known(text, empty.text_config), "rope_parameters": rope},
            **own,
        )
    except Exception as error:  # strict dataclasses of several libraries, each with errors of its own
        raise _broken(folder, f"its config.json has wrong settings: {_line(error)}") from error
    return config, {
        r"^thinker\.model\.": "model.language_model.",
        r"^thinker\.lm_head\.": _HEAD[kind],
        r"^thinker\.audio_tower\.proj1\.": "model.multi_modal_projector.linear_1.",
        r"^thinker\.audio_tower\.proj2\.": "model.multi_modal_projector.linear_2.",
        r"^thinker\.audio_tower\.": "model.audio_tower.",
    }


def _known(given: Mapping[str, Any], config: Any) -> dict[str, Any]:
    """The settings that a network of Transformers has, under the same names; the rest has no effect on it."""
    names = {field.name for field in dataclasses.fields(config)} - {"model_type", "rope_parameters"}
    return {name: value for name, value in given.items() if name in names and value is not None}


def _positions(sound: Mapping[str, Any]) -> int:
    """The vectors of a piece of sound: three layers each halve its frames (100 become 13)."""
    frames = 2 * int(sound.get("n_window") or 50)
    for _ in range(3):
        frames = (frames - 1) // 2 + 1
    return frames


def _tokenizer(made: Any, folder: Path) -> Any:
    if not (folder / "tokenizer.json").is_file():
        for name in ("vocab.json", "merges.txt"):
            if not (folder / name).is_file():
                raise _broken(folder, f"it has no {name}")
    try:
        return made.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # tokenizers raises plain exceptions
        raise _broken(folder, f"its tokenizer cannot be read: {_line(error)}") from error


def _check_tokenizer(tokenizer: Any, config: Any, kind: str, folder: Path) -> None:
    """Raise if the network does not know the tokens that this tokenizer gives."""
    vocabulary = tokenizer.get_vocab()
    for token in (*_TOKENS, _OWN[kind]):
        if token not in vocabulary:
            raise _broken(folder, f"its tokenizer does not fit: it has no token {token}")
    size, wanted = config.text_config.vocab_size, {SOUND: config.audio_token_id}
    if kind == ALIGNER:
        wanted[TIME] = config.timestamp_token_id
    if max(vocabulary.values()) >= size:
        raise _broken(
            folder, f"its tokenizer does not fit: {max(vocabulary.values()) + 1} tokens, not {size}"
        )
    for token, number in wanted.items():
        if vocabulary[token] != number:
            raise _broken(folder, f"its tokenizer does not fit: {token} is {vocabulary[token]}, not {number}")


def _check_weights(folder: Path) -> None:
    """Raise for a file of weights that is missing or damaged: Transformers would not name it."""
    from safetensors import SafetensorError, safe_open

    for name in _pieces(folder):
        if not (folder / name).is_file():
            raise _broken(folder, f"it has no {name}")
        try:
            with safe_open(folder / name, framework="pt") as file:
                file.keys()
        except (SafetensorError, OSError) as error:
            raise _broken(folder, f"{name} is damaged: {_line(error)}") from error


def _pieces(folder: Path) -> Sequence[str]:
    if (folder / WEIGHTS).is_file() or not (folder / INDEX).is_file():
        return [WEIGHTS]
    try:
        names = sorted({str(name) for name in json_of((folder / INDEX).read_bytes())["weight_map"].values()})
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise _broken(folder, f"{INDEX} cannot be read: {_line(error)}") from error
    if any(Path(name).name != name for name in names):
        raise _broken(folder, f"{INDEX} lists a file outside the folder")
    return names


def _broken(folder: Path, why: str) -> StageError:
    return StageError("config", f"{folder}: {why}", _WHOLE)


def _too_old(error: ImportError) -> StageError:
    import transformers

    return StageError(
        "env", f"Transformers {transformers.__version__} has no Qwen3-ASR ({_line(error)})", _SYNC
    )


def _line(error: Exception) -> str:
    """The message as one line without a full stop; that of strict settings has the reason in its second."""
    lines = (str(error).strip() or type(error).__name__).splitlines()
    return " ".join(line.strip() for line in lines[: 2 if lines[0].endswith(":") else 1]).rstrip(".")
