"""A film, and every place that can set an option for it; and machines with one accelerator or another."""

from __future__ import annotations

import argparse
import os

import pytest

from orchestrator.commands import film_options
from orchestrator.config import consent, job_files
from orchestrator.config import environment as config_env
from orchestrator.config.merge import settings
from orchestrator.errors import FatalError
from orchestrator.machine.answers import Answer
from orchestrator.machine.profile import Machine
from orchestrator.planning import stage_settings
from orchestrator.util.option_names import normalise


def typed(*words):
    """What these words of a command line set."""
    parser = argparse.ArgumentParser()
    film_options.add(parser, run=True)
    return film_options.typed(parser.parse_args(normalise(words)))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A film, and an environment in which nothing is said."""
    for name in os.environ:
        if name.startswith("ORCHESTRATOR_") or name in config_env.CARRIED:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user/config"))
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.platform", "linux")
    film = tmp_path / "movie.mp4"
    film.write_text("a film")
    return Place(film, tmp_path / "user/config/orchestrator/config.toml", monkeypatch)


class Place:
    """A film with a job file, an environment and a configuration file to write to."""

    def __init__(self, film, user, monkeypatch):
        self.film, self.user, self._patch = film, user, monkeypatch
        self.job = film.with_name("movie.mp4.orchestrator.toml")

    def environment(self, **values):
        for name, value in values.items():
            self._patch.setenv(name, value)

    def config(self, text):
        self.user.parent.mkdir(parents=True, exist_ok=True)
        self.user.write_text(text)

    def allowed(self, text):
        """Write the job file, and allow it."""
        self.job.write_text(text)
        consent.allow(job_files.read(self.job), self.film)

    def settings(self, *words, film=None):
        return settings(typed(*words), film or self.film)

    def refused(self, *words):
        with pytest.raises(FatalError) as caught:
            stage_settings.devices(self.settings(*words), nothing_but_a_cpu())
        return f"{caught.value.message} ({caught.value.hint})", caught.value.status


def machine(**envs):
    """A machine whose environments can use these devices; `mlx_on_cpu` is MLX without a Mac."""
    told = {
        env: {device: Answer(name=device, accelerator=device != "mlx_on_cpu") for device in devices}
        for env, devices in envs.items()
    }
    if told.get("mlx", {}).pop("mlx_on_cpu", None):
        told["mlx"]["mlx"] = Answer(accelerator=False)
    return Machine(platform="any", cpu="any", cores=8, memory_mb=32000, driver="", envs=told)


def nothing_but_a_cpu():
    return machine()


NVIDIA = machine(whisperx=["cuda"], pyannote=["cuda"])
MAC = machine(whisperx=["mps"], pyannote=["mps"], mlx=["mlx"])
LINUX_MLX = machine(mlx=["mlx_on_cpu"])
