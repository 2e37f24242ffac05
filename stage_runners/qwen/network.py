"""Qwen3-ASR's network: sound to vectors, prompts with these vectors in them, and what comes after a prompt.

A prompt is that of the model's own chat template: the context as the system's message, the sound as the
user's, and in the answer the language, unless the network is to write it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stage_runners.qwen import checkpoint
from stage_runners.qwen.checkpoint import ENDS, SOUND, TEXT
from stage_runners.qwen.devices import dtype_of
from stage_runners.qwen.generation import generation, loops
from stage_runners.qwen.thresholds import DECODING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PER_SECOND = 13
"""Vectors of a second of sound."""


class Written(NamedTuple):
    """What the network wrote: token ids without the end, the log-probability of each and of the end, and
    whether it ended by itself.
    """

    tokens: list[int]
    logprobs: list[float]
    ended: bool


class Network:
    """A loaded network on its device."""

    def __init__(self, made: checkpoint.Checkpoint, device: str, compute_type: str) -> None:
        self.model, self.tokenizer, self._features = made
        self.compute_type = compute_type
        self._device = device
        self._chunk = 2 * int(self._features.n_window)
        self._vocabulary: dict[str, int] = self.tokenizer.get_vocab()
        self._special = sorted(self.tokenizer.get_added_vocab(), key=len, reverse=True)
        self._ends = [self._vocabulary[name] for name in ENDS]

    @classmethod
    def load(cls, path: str, device: str, compute_type: str, threads: int = 1) -> Network:
        """The network in the folder `path`."""
        import torch

        torch.set_num_threads(max(1, threads))
        dtype = dtype_of(device, compute_type)
        made = checkpoint.load(Path(path), checkpoint.ASR, dtype)
        made.network.to(device)
        return cls(made, device, str(dtype).removeprefix("torch."))

    def encode(self, pieces: Sequence[NDArray[np.float32]]) -> list[Any]:
        """The vectors of pieces of sound at 16 kHz, each of shape (vectors, width) on the device."""
        import torch

        made = self._features(
            list(pieces), sampling_rate=16000, padding=True, return_attention_mask=True, return_tensors="pt"
        )
        mask = made["attention_mask"]
        with torch.inference_mode():
            found = self.model.model.get_audio_features(
                made["input_features"].to(self._device, self.model.dtype), mask.to(self._device)
            ).pooler_output
        return list(torch.split(found, [self.vectors(int(frames)) for frames in mask.sum(-1)]))

    def vectors(self, frames: int) -> int:
        """How many vectors the encoder makes of so many log-mel frames."""
        whole, rest = divmod(frames, self._chunk)
        return whole * _halved(self._chunk) + _halved(rest)

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text; names of special tokens in it are no tokens."""
        return list(self.tokenizer.encode(self._plain(text), add_special_tokens=False))

    def tokens_after(self, before: str, text: str) -> int:
        """The first token of `text` where it follows `before`."""
        known = self.tokens(before)
        return self.tokens(before + text)[len(known)]

    def text(self, tokens: Sequence[int]) -> str:
        """The text of tokens."""
        return str(self.tokenizer.decode(list(tokens), skip_special_tokens=True))

    def prompt(self, context: str = "", answer: str = "", after: Sequence[int] = ()) -> list[int]:
        """A prompt for one piece of sound; the network goes on after `answer`, and the tokens `after` it."""
        start = self.rendered(
            f"<|im_start|>system\n{self._plain(context)}<|im_end|>\n"
            f"<|im_start|>user\n<|audio_start|>{SOUND}<|audio_end|><|im_end|>\n"
            f"<|im_start|>assistant\n{answer}"
        )
        return [*start, *after]

    def rendered(self, text: str) -> list[int]:
        """The tokens of a text in which names of special tokens are tokens."""
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    def logits(self, prompt: Sequence[int], sound: Any) -> Any:
        """What the network says at each token of a prompt with sound: (vectors, classes).

        Counted from the end, places are those of the tokens.
        """
        import torch

        with torch.inference_mode():
            embedded, mask = self._embedded([prompt], [sound])
            return self.model(inputs_embeds=embedded, attention_mask=mask, use_cache=False).logits[0]

    def first(self, prompts: Sequence[Sequence[int]], sounds: Sequence[Any], tokens: Sequence[int]) -> Any:
        """The log-probabilities of `tokens` as the next token after each prompt: (prompts, tokens)."""
        import torch

        with torch.inference_mode():
            embedded, mask = self._embedded(prompts, sounds)
            made = self.model(inputs_embeds=embedded, attention_mask=mask, logits_to_keep=1, use_cache=False)
            return torch.log_softmax(made.logits[:, -1].float(), -1)[:, list(tokens)].cpu()

    def likelihoods(self, prompt: Sequence[int], sound: Any, tokens: Sequence[int]) -> list[float]:
        """The log-probability of each of `tokens` after the prompt and those before it."""
        import torch

        if not tokens:
            return []
        with torch.inference_mode():
            embedded, mask = self._embedded([[*prompt, *tokens]], [sound])
            made = self.model(
                inputs_embeds=embedded, attention_mask=mask, logits_to_keep=len(tokens) + 1, use_cache=False
            )
            known = torch.log_softmax(made.logits[0, :-1].float(), -1)
            rows = torch.arange(len(tokens), device=known.device)
            return [float(p) for p in known[rows, torch.tensor(list(tokens), device=known.device)].cpu()]

    def write(
        self, prompts: Sequence[Sequence[int]], sounds: Sequence[Any], most: int, no_repeat: int = 0
    ) -> list[Written]:
        """The likeliest token after another, up to `most`; it stops early in a loop."""
        import torch

        with torch.inference_mode():
            embedded, mask = self._embedded(prompts, sounds)
            tokens, logprobs = generation(self.model, embedded, mask, self._ends, most, no_repeat)
        result = []
        for row, own in enumerate(tokens):
            end = next((k for k, token in enumerate(own) if token in self._ends), None)
            count = len(own) if end is None else end
            looped = loops(own[max(0, count - DECODING.loop_tokens) : count])  # then the end is only padding
            ended = end is not None and not looped
            known = [column[row] for column in logprobs[: count + ended]]
            result.append(Written(own[:count], known, ended))
        return result

    def _embedded(self, prompts: Sequence[Sequence[int]], sounds: Sequence[Any]) -> tuple[Any, Any]:
        """The prompts' vectors, each with its sound in place, padded on the left; and the mask."""
        import torch

        table = self.model.get_input_embeddings()
        rows = []
        for prompt, sound in zip(prompts, sounds, strict=True):
            place = list(prompt).index(self._vocabulary[SOUND])
            text = table(torch.tensor(list(prompt), device=self._device))
            rows.append(torch.cat([text[:place], sound.to(text.dtype), text[place + 1 :]]))
        longest = max(len(row) for row in rows)
        embedded = torch.stack([torch.nn.functional.pad(row, (0, 0, longest - len(row), 0)) for row in rows])
        mask = torch.stack([(torch.arange(longest) >= longest - len(row)).long() for row in rows])
        return embedded, mask.to(self._device)

    def _plain(self, text: str) -> str:
        for name in self._special:
            text = text.replace(name, " ")
        return text.strip()


def language_answer(name: str) -> str:
    """The beginning of an answer in a language."""
    return f"language {name}{TEXT}"


def limit_of(seconds: float) -> int:
    """How many tokens a window of so many seconds may have."""
    return DECODING.least_tokens + round(DECODING.tokens_per_second * seconds)


def _halved(frames: int) -> int:
    if frames:
        for _ in range(3):
            frames = (frames - 1) // 2 + 1
    return frames
