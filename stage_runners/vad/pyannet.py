"""PyanNet, the network of pyannote's segmentation models, for inference alone.

The architecture is the published one (Bredin and Laurent 2021, "End-to-end speaker segmentation for
overlap-aware resegmentation", with SincNet filters of Ravanelli and Bengio 2018 in the cosine and sine form
of Pariente et al. 2020; powerset output of Plaquet and Bredin 2023). Its own definition here spares the
import of pyannote.audio and lightning (9 s, and telemetry), and lets the checkpoint be read with
`weights_only=True`. A test holds its scores equal to pyannote.audio's.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ipc.errors import StageError
from stage_runners.frameworks import checkpoints

SAMPLE_RATE = 16000
FRAME_SAMPLES = 270
"""Samples between two frames: SincNet's stride of 10, pooled three times by 3."""
FIELD_SAMPLES = 991
"""Samples that one frame sees."""
_SHELLS = tuple(f"pyannote.audio.core.task.{name}" for name in ("Specifications", "Problem", "Resolution"))


class SincFilters(nn.Module):
    """80 band-pass filters of 251 taps, even and odd ones, each given by its two corner frequencies."""

    window_: Tensor
    n_: Tensor

    def __init__(self, bands: int = 40, taps: int = 251) -> None:
        super().__init__()
        self.low_hz_ = nn.Parameter(torch.zeros(bands, 1))
        self.band_hz_ = nn.Parameter(torch.zeros(bands, 1))
        self.register_buffer("window_", torch.zeros(taps // 2))
        self.register_buffer("n_", torch.zeros(1, taps // 2))

    def forward(self) -> Tensor:
        """The filters, of shape (80, 1, 251)."""
        low = 50 + self.low_hz_.abs()
        high = torch.clamp(low + 50 + self.band_hz_.abs(), 50, SAMPLE_RATE / 2)
        band = high - low
        low_phase, high_phase = low @ self.n_, high @ self.n_
        even = (high_phase.sin() - low_phase.sin()) / (self.n_ / 2) * self.window_
        odd = (low_phase.cos() - high_phase.cos()) / (self.n_ / 2) * self.window_
        even = torch.cat([even, 2 * band, even.flip(1)], dim=1)
        odd = torch.cat([odd, torch.zeros_like(band), -odd.flip(1)], dim=1)
        return (torch.cat([even, odd]) / (2 * band).repeat(2, 1)).unsqueeze(1)


class SincLayer(nn.Module):
    """The first convolution; its filters are computed once, when the weights are there."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.filterbank = SincFilters()
        self.stride = stride
        self._filters: Tensor | None = None

    def forward(self, waveforms: Tensor) -> Tensor:
        """(batch, 1, samples) to (batch, 80, steps)."""
        if self._filters is None or self._filters.device != waveforms.device:
            self._filters = self.filterbank()
        return functional.conv1d(waveforms, self._filters, stride=self.stride)


class SincNet(nn.Module):
    """Waveform to 60 features every 270 samples."""

    def __init__(self, stride: int = 10) -> None:
        super().__init__()
        self.wav_norm1d = nn.InstanceNorm1d(1, affine=True)
        self.conv1d = nn.ModuleList([SincLayer(stride), nn.Conv1d(80, 60, 5), nn.Conv1d(60, 60, 5)])
        self.norm1d = nn.ModuleList([nn.InstanceNorm1d(size, affine=True) for size in (80, 60, 60)])

    def forward(self, waveforms: Tensor) -> Tensor:
        """(batch, 1, samples) to (batch, 60, frames)."""
        x = self.wav_norm1d(waveforms)
        for layer, (conv, norm) in enumerate(zip(self.conv1d, self.norm1d, strict=True)):
            x = conv(x)
            if layer == 0:
                x = x.abs()
            x = functional.leaky_relu(norm(functional.max_pool1d(x, 3)))
        return x


class PyanNet(nn.Module):
    """SincNet, a bidirectional LSTM, two linear layers, and log-probabilities of the powerset classes."""

    def __init__(self, lstm: dict[str, Any], linear: dict[str, Any], stride: int, classes: int) -> None:
        super().__init__()
        hidden, width = int(lstm["hidden_size"]), int(linear["hidden_size"])
        ways = 2 if lstm["bidirectional"] else 1
        self.sincnet = SincNet(stride)
        self.lstm = nn.LSTM(
            60, hidden, int(lstm["num_layers"]), batch_first=True, bidirectional=bool(lstm["bidirectional"])
        )
        sizes = [hidden * ways] + [width] * int(linear["num_layers"])
        self.linear = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.classifier = nn.Linear(sizes[-1], classes)

    def forward(self, waveforms: Tensor) -> Tensor:
        """(batch, 1, samples) in [-1, 1] to log-probabilities (batch, frames, classes)."""
        x = self.sincnet(waveforms).transpose(1, 2)
        x, _ = self.lstm(x)
        for linear in self.linear:
            x = functional.leaky_relu(linear(x))
        return functional.log_softmax(self.classifier(x), dim=-1)

    @torch.inference_mode()
    def scores(self, waves: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same for arrays, on the device of the weights."""
        device = self.classifier.weight.device
        found: NDArray[np.float32] = self(torch.from_numpy(waves).to(device)).float().cpu().numpy()
        return found


def read_network(path: Path, device: str = "cpu") -> PyanNet:
    """The network of a pyannote checkpoint (a file, or a folder with `pytorch_model.bin`), for inference.

    `StageError("config")` where it is no PyanNet with 7 powerset classes (3 speakers, at most 2 at once).
    """
    path = path / "pytorch_model.bin" if path.is_dir() else path
    checkpoint = _read_checkpoint(path)
    try:
        weights, hyper = checkpoint["state_dict"], checkpoint["hyper_parameters"]
        classes = len(weights["classifier.weight"])
        stride = int(hyper["sincnet"]["stride"])
        lstm, linear = dict(hyper["lstm"]), dict(hyper["linear"])
        if not lstm.get("monolithic", True) or linear["num_layers"] < 1 or stride != 10:
            raise StageError("config", f"{path}: a segmentation model of an unknown architecture: {hyper}")
        network = PyanNet(lstm, linear, stride, classes)
        network.load_state_dict(weights, strict=True)
    except (KeyError, TypeError, RuntimeError) as error:
        raise _unusable(path, str(error)) from error
    if classes != 7:
        raise _unusable(path, f"it has {classes} classes, 7 are needed")
    network.eval().to(device)
    return network


def _read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a lightning checkpoint without running what is pickled in it.

    Pyannote's own types become empty shells.
    """
    from torch.torch_version import TorchVersion

    try:
        checkpoint = checkpoints.read(path, types=(TorchVersion,), stand_ins=_SHELLS)
    except checkpoints.NoWeightsError as error:
        raise _unusable(path, str(error)) from error
    if not isinstance(checkpoint, dict):
        raise _unusable(path, "no dictionary of weights")
    return checkpoint


def _unusable(path: Path, why: str) -> StageError:
    return StageError(
        "config",
        f"{path}: not a supported segmentation model: {why}",
        "use pyannote's segmentation-3.0, or a model of the same architecture",
    )
