"""What is found wrong with a model's files before a framework is started."""

from __future__ import annotations

import pytest

from ipc.errors import StageError
from stage_runners.parakeet import engine
from tests.stage_runners.parakeet import onnx_files


def refused(folder, compute_type="default", device="cpu"):
    with pytest.raises(StageError) as caught:
        engine.load({"_model": {"path": str(folder)}, "compute_type": compute_type}, device)
    assert caught.value.category == "config"
    return f"{caught.value.message}; {caught.value.hint}"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("decoder_joint-model.int8.onnx", None, "it lacks decoder_joint-model.int8.onnx"),
        ("vocab.txt", None, "it lacks vocab.txt"),
        ("config.json", None, "it lacks config.json"),
        ("vocab.txt", b"one\ntwo\n", "line 1 of vocab.txt is not a token and its number"),
        ("vocab.txt", b"\xff\xfe 0\n", "vocab.txt is not text in UTF-8"),
        ("vocab.txt", b"a 0\nb 1\n", "vocab.txt has no <blk>"),
        ("vocab.txt", b"a 0\n<blk> 2\n", "vocab.txt does not number its tokens from 0"),
        ("config.json", b"{", "config.json is not JSON"),
        ("config.json", b"{}", "config.json does not say features_size"),
    ],
)
def test_a_missing_or_wrong_file_is_named_with_the_command_that_gets_it_again(name, content, words, tmp_path):
    onnx_files.write(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    said = refused(tmp_path)
    assert f"{tmp_path}: not a complete Parakeet model: {words}" in said
    assert "orchestrator models pull parakeet" in said


def test_a_number_format_that_neither_device_nor_folder_has_is_refused(tmp_path):
    onnx_files.write(tmp_path)
    said = refused(tmp_path, "float16")
    assert said == "--compute-type float16: Parakeet does not compute in it on cpu; choose int8 or float32"
    assert "has Parakeet in int8 only" in refused(tmp_path, "float32")
    larger = tmp_path / "float32"
    onnx_files.write(larger, float32=True)
    assert "has Parakeet in float32 only" in refused(larger, "int8")
    assert "does not compute in it on cuda" in refused(tmp_path, "int8", "cuda")
    assert "does not compute in it on mlx" in refused(tmp_path, "int8", "mlx")


def test_a_folder_in_another_layout_lacks_what_mlx_reads(tmp_path):
    onnx_files.write(tmp_path)
    assert "it lacks model.safetensors" in refused(tmp_path, device="mlx")
