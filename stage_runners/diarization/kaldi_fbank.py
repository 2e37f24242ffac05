"""Log mel filter banks as Kaldi computes them (`compute-fbank-feats`, no dither), batched, in torch alone."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

_RATE, _FRAME, _SHIFT, _FFT = 16000, 400, 160, 512
_LOW_HZ = 20.0


def fbank(waveforms: Tensor, mels: int = 80) -> Tensor:
    """Features of (batch, samples) at 16 kHz in [-1, 1]: (batch, frames, mels), float32.

    25 ms Povey windows every 10 ms, DC removed, pre-emphasis .97, power spectrum, mel bins from 20 Hz to 8
    kHz, natural logarithm. Equal to torchaudio.compliance.kaldi.fbank(dither=0) to 1e-3.
    """
    frames = waveforms.unfold(-1, _FRAME, _SHIFT)
    frames = frames - frames.mean(-1, keepdim=True)
    before = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
    frames = (frames - 0.97 * before) * _povey().to(waveforms.device)
    power = torch.fft.rfft(frames, _FFT).abs().square()
    energies = power @ _mel_bank(mels).to(waveforms.device)
    return energies.clamp_min(torch.finfo(torch.float32).eps).log()


@lru_cache
def _povey() -> Tensor:
    return torch.hann_window(_FRAME, periodic=False).pow(0.85)


@lru_cache
def _mel_bank(mels: int) -> Tensor:
    """Triangles of shape (257, mels), evenly spaced on Kaldi's mel scale.

    The Nyquist bin counts for nothing.
    """
    edges = torch.linspace(0, 1, mels + 2, dtype=torch.float64)
    low, high = _mel(torch.tensor([_LOW_HZ, _RATE / 2], dtype=torch.float64))
    edges = low + (high - low) * edges
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    bins = _mel(torch.arange(_FFT // 2, dtype=torch.float64) * (_RATE / _FFT))[:, None]
    rising, falling = (bins - left) / (centre - left), (right - bins) / (right - centre)
    bank = torch.minimum(rising, falling).clamp_min(0)
    return torch.cat([bank, torch.zeros(1, mels)]).float()


def _mel(hz: Tensor) -> Tensor:
    return 1127.0 * torch.log1p(hz / 700.0)
