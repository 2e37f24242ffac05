from types import SimpleNamespace

import numpy as np
import pytest

from stage_runners.whisper.ctranslate2.model_file import UnreadableError, read_model
from stage_runners.whisper.mlx import tensor_names
from stage_runners.whisper.mlx.align import warp
from stage_runners.whisper.mlx.alignment_heads import alignment_heads
from stage_runners.whisper.mlx.beam_search import _advance, _Candidates, _Window
from stage_runners.whisper.mlx.engine import _compute_type
from stage_runners.whisper.model_names import model_name
from tests.stage_runners.whisper.whisper_folders import (
    ctranslate2_variables,
    random_state,
    write_ctranslate2,
    write_model_bin,
)

CONFIG = {
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_layers": 2,
    "decoder_layers": 2,
}


@pytest.mark.parametrize(("bands", "vocabulary"), [(80, 51864), (80, 51865), (128, 51866)])
def test_a_model_is_the_same_from_ctranslate2_and_from_transformers(bands, vocabulary, tmp_path):
    state = random_state(bands, vocabulary, np.float16)
    one, arrays = tensor_names.from_ctranslate2(write_ctranslate2(tmp_path / "m", state) / "model.bin")
    other, theirs = tensor_names.from_transformers(state, CONFIG)
    assert one == other
    assert (one["n_mels"], one["n_vocab"], one["n_audio_ctx"], one["n_text_ctx"]) == (
        bands,
        vocabulary,
        1500,
        448,
    )
    assert arrays.keys() == theirs.keys()
    assert all(np.array_equal(arrays[name], theirs[name]) for name in arrays)


def test_eight_bit_weights_come_back_within_their_rounding(tmp_path):
    state = random_state(vocabulary=100)
    path = write_ctranslate2(tmp_path / "m", state, int8=True) / "model.bin"
    _, arrays = tensor_names.from_ctranslate2(path)
    exact = state["model.decoder.layers.1.encoder_attn.v_proj.weight"]
    found = arrays["decoder.blocks.1.cross_attn.value.weight"]
    step = np.abs(exact).max(axis=1, keepdims=True) / 127
    assert found.dtype == np.float16
    assert (np.abs(found - exact) <= 0.51 * step + 2e-4).all()


def test_weights_that_do_not_fit_mlx_whispers_network_are_refused(tmp_path):
    state = random_state(vocabulary=100)
    variables = ctranslate2_variables(state)
    variables["decoder/projection/weight"] = variables["decoder/embeddings/weight"] + 1
    write_model_bin(tmp_path / "untied.bin", variables)
    with pytest.raises(tensor_names.UnfitError, match="output layer"):
        tensor_names.from_ctranslate2(tmp_path / "untied.bin")
    del variables["decoder/projection/weight"]
    variables["encoder/layer_0/self_attention/linear_0/bias"] = np.ones(192, np.float32)
    write_model_bin(tmp_path / "biased.bin", variables)
    with pytest.raises(tensor_names.UnfitError, match="bias for its keys"):
        tensor_names.from_ctranslate2(tmp_path / "biased.bin")
    with pytest.raises(tensor_names.UnfitError, match=r"adapter\.weight is no weight of Whisper's"):
        tensor_names.from_transformers({**state, "model.adapter.weight": np.zeros(3)}, CONFIG)


def test_a_truncated_or_foreign_model_file_is_reported(tmp_path):
    whole = write_ctranslate2(tmp_path / "m", random_state(vocabulary=100)) / "model.bin"
    cut = tmp_path / "cut.bin"
    cut.write_bytes(whole.read_bytes()[:-100000])
    with pytest.raises(UnreadableError, match="cut short"):
        read_model(cut)
    write_model_bin(tmp_path / "old.bin", {}, version=3)
    with pytest.raises(UnreadableError, match="version 3"):
        read_model(tmp_path / "old.bin")
    write_model_bin(tmp_path / "other.bin", {}, kind="TransformerSpec")
    with pytest.raises(tensor_names.UnfitError, match="holds a TransformerSpec"):
        tensor_names.from_ctranslate2(tmp_path / "other.bin")


@pytest.mark.parametrize(
    ("asked", "gpu", "found"),
    [
        (None, True, ("float16", "float16", 0)),
        ("default", False, ("float32", "float32", 0)),
        ("bfloat16", True, ("bfloat16", "bfloat16", 0)),
        ("int8", True, ("int8_float16", "float16", 8)),
        ("int8_float32", True, ("int8_float32", "float32", 8)),
    ],
)
def test_compute_types_are_named_as_ctranslate2_names_them(asked, gpu, found):
    assert _compute_type(asked, gpu) == found


@pytest.mark.parametrize(
    "identity",
    ["Systran/faster-whisper-large-v3", "openai/whisper-large-v3", "mlx-community/whisper-large-v3-mlx-8bit"],
)
def test_a_conversion_keeps_the_name_of_its_model(identity):
    assert model_name(identity) == "large-v3"


@pytest.mark.parametrize(
    ("said", "identity", "found"),
    [
        ([[0, 1]], "mlx-community/whisper-large-v3-turbo", [(0, 1)]),
        (None, "mlx-community/whisper-large-v3-turbo", [(2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14)]),
        (None, "my-own", [(layer, head) for layer in (2, 3) for head in range(20)]),
        ([[31, 0]], "pruned", [(layer, head) for layer in (2, 3) for head in range(20)]),
    ],
)
def test_alignment_heads_come_from_the_model_openai_or_the_upper_half(said, identity, found):
    network = SimpleNamespace(dims=SimpleNamespace(n_text_layer=4, n_text_head=20, n_mels=128))
    assert alignment_heads(network, {"alignment_heads": said}, identity) == found


def test_a_finished_beam_is_replaced_by_the_best_other_candidate():
    window = _Window(0, [[5], [6]], [-1.0, -2.0])
    best = _Candidates([0, 1, 0, 1], [9, 7, 9, 8], [-1.5, -2.5, -3.0, -3.5])
    assert _advance(window, best, beams=2, eot=9, at_limit=False) == [1, 1]
    assert window.ended == [([5], -1.5)]
    assert window.texts == [[6, 8], [6, 7]]
    assert window.scores == [-3.5, -2.5]


def test_at_the_length_limit_every_beam_is_a_finished_text():
    window = _Window(0, [[5], [6]], [-1.0, -2.0])
    best = _Candidates([0, 1, 0, 1], [4, 9, 3, 8], [-1.5, -2.5, -3.0, -3.5])
    _advance(window, best, beams=2, eot=9, at_limit=True)
    assert window.ended == [([5, 4], -1.5), ([6], -2.5)]


def test_a_batch_of_matrices_is_warped_like_each_alone():
    rng = np.random.default_rng(3)
    shapes = [(1, 1), (1, 40), (7, 50), (20, 20), (30, 9)]
    costs = [rng.normal(size=shape).astype(np.float32).round(1) for shape in shapes]
    assert warp(costs) == [_one(cost) for cost in costs]
    assert warp([]) == []


def _one(cost):
    """The textbook's loop over cells."""
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf, np.float32)
    total[0, 0] = 0
    move = {}
    for j in range(1, m + 1):
        for i in range(1, n + 1):
            both, token, frame = total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]
            if both < token and both < frame:
                least, move[i, j] = both, (1, 1)
            elif token < both and token < frame:
                least, move[i, j] = token, (1, 0)
            else:
                least, move[i, j] = frame, (0, 1)
            total[i, j] = cost[i - 1, j - 1] + least
    path, i, j = [], n, m
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        down, right = (0, 1) if i == 0 else (1, 0) if j == 0 else move[i, j]
        i, j = i - down, j - right
    return path[::-1]
