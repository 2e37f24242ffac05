"""Greedy generation with Transformers: the likeliest token, its probability, and an end to loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stage_runners.qwen.thresholds import DECODING


def generation(
    model: Any, embedded: Any, mask: Any, ends: Sequence[int], most: int, no_repeat: int
) -> tuple[list[list[int]], list[list[float]]]:
    """The tokens of each row, and for each step the log-probability of the likeliest token of each row."""
    import torch
    from transformers import GenerationConfig, LogitsProcessor, StoppingCriteria

    steps: list[Any] = []

    class Recorder(LogitsProcessor):  # type: ignore[misc, unused-ignore]
        """The last processor, so that it sees what the choice is made of."""

        def __call__(self, input_ids: Any, scores: Any) -> Any:  # noqa: ARG002 - the interface's
            steps.append(torch.log_softmax(scores.float(), -1).max(-1).values)
            return scores

    class Loop(StoppingCriteria):  # type: ignore[misc, unused-ignore]
        """Ends a row whose last tokens repeat a group of tokens."""

        def __call__(self, input_ids: Any, scores: Any, **_others: Any) -> Any:  # noqa: ARG002
            done = [loops(row) for row in input_ids[:, -DECODING.loop_tokens :].tolist()]
            return torch.tensor(done, device=input_ids.device)

    how = GenerationConfig(
        max_new_tokens=most,
        do_sample=False,
        num_beams=1,
        no_repeat_ngram_size=no_repeat,
        eos_token_id=list(ends),
        pad_token_id=ends[0],
    )
    made = model.generate(
        inputs_embeds=embedded,
        attention_mask=mask,
        generation_config=how,
        logits_processor=[Recorder()],
        stopping_criteria=[Loop()],
    )
    return made.tolist(), [step.tolist() for step in steps]


def loops(tokens: Sequence[int]) -> bool:
    """Whether as many tokens as end a loop are the repetition of a short group."""
    if len(tokens) < DECODING.loop_tokens:
        return False
    return any(
        all(tokens[k] == tokens[k + size] for k in range(len(tokens) - size))
        for size in range(1, DECODING.loop_group + 1)
    )
