"""Pronunciations of English words that are not in the dictionary.

The network is that of the package g2p_en (Park and Kim 2019, Apache-2.0): a GRU encoder and decoder over
letters, trained on CMUdict. Only its weights are read, because importing the package downloads data for nltk.
"""

from __future__ import annotations

import importlib.util
import io
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

_SHA256 = "b8af35e4596d8dd5836dfd3fe9b2ba4f97b9c311efe8879544cbcfcbd566d8c6"
_END_OF_WORD = 2
_START, _END = 2, 3
_LONGEST = 20
# the order of the network's outputs; stress digits are dropped, since the acoustic model knows no stress
_VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY")
_PHONES = (
    "", "", "", "",
    *(vowel for vowel in _VOWELS for _ in range(3)),
    "B", "CH", "D", "DH", "EH", "EH", "EH", "ER", "ER", "ER", "EY", "EY", "EY", "F", "G", "HH",
    "IH", "IH", "IH", "IY", "IY", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OW", "OW", "OY", "OY", "OY",
    "P", "R", "S", "SH", "T", "TH", "UH", "UH", "UH", "UW", "UW", "UW", "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether the weights exist and are the tested ones."""
    path = _weights()
    return path is not None and sha256(path.read_bytes()).hexdigest() == _SHA256


@lru_cache(maxsize=4096)
def pronounce(word: str) -> tuple[str, ...]:
    """Phones (ARPAbet without stress) of a word of letters a to z; empty if there are none."""
    import numpy as np

    letters = [char for char in word.lower() if "a" <= char <= "z"]
    if not letters:
        return ()
    net = _network()
    state = np.zeros(net["enc_w_hh"].shape[1], np.float32)
    for index in [3 + ord(char) - ord("a") for char in letters] + [_END_OF_WORD]:
        state = _step(net, "enc", net["enc_emb"][index], state)
    phones: list[str] = []
    index = _START
    for _ in range(_LONGEST):
        state = _step(net, "dec", net["dec_emb"][index], state)
        index = int((net["fc_w"] @ state + net["fc_b"]).argmax())
        if index == _END:
            break
        if _PHONES[index]:
            phones.append(_PHONES[index])
    return tuple(phones)


def _step(net: dict[str, Any], side: str, given: Any, state: Any) -> Any:
    """One step of a gated recurrent unit (Cho et al. 2014; gates in the order reset, update, new)."""
    import numpy as np

    size = len(state)
    from_input = net[f"{side}_w_ih"] @ given + net[f"{side}_b_ih"]
    from_state = net[f"{side}_w_hh"] @ state + net[f"{side}_b_hh"]
    reset, update = np.split(1 / (1 + np.exp(-(from_input[: 2 * size] + from_state[: 2 * size]))), 2)
    new = np.tanh(from_input[2 * size :] + reset * from_state[2 * size :])
    return (1 - update) * new + update * state


@lru_cache(maxsize=1)
def _network() -> dict[str, Any]:
    import numpy as np

    path = _weights()
    if path is None:
        raise FileNotFoundError("g2p_en/checkpoint20.npz")
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def _weights() -> Path | None:
    found = importlib.util.find_spec("g2p_en")
    for folder in (found.submodule_search_locations or []) if found else []:
        path = Path(folder) / "checkpoint20.npz"
        if path.is_file():
            return path
    return None
