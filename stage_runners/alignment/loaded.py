"""The aligners that a worker has loaded: those without a model, and one network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stage_runners.alignment.aligner import Aligner
from stage_runners.alignment.aligners import ALIGNERS, Model


class Loaded:
    """Aligners, loaded when first needed, because that depends on the film's languages.

    Networks take a gigabyte each, so another one takes the place of the last.
    """

    def __init__(self, params: Mapping[str, Any], device: str) -> None:
        self._params = params
        self._device = device
        self._loaded: dict[str, Aligner] = {}
        self._network: tuple[str, Aligner] | None = None

    def get(self, name: str, model: Model) -> Aligner:
        """The aligner `name`, with `model` if it needs one."""
        params = {**self._params, "_model": model}
        if not ALIGNERS[name].FAMILIES:
            if name not in self._loaded:
                self._loaded[name] = ALIGNERS[name].load(params, self._device)
            return self._loaded[name]
        path = str(model.get("path") or "")
        if self._network is None or self._network[0] != path:
            self._network = None
            self._network = path, ALIGNERS[name].load(params, self._device)
        return self._network[1]
