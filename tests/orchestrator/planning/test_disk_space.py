"""What a run writes is counted beforehand, also the voices of people with a track or a channel each."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.planning import disk_space
from orchestrator.stages.catalog import STAGES
from orchestrator.storage.store import Store
from tests.orchestrator.toy_stages import make_plan
from tests.stage_runners import films

SECONDS = 10.0


@pytest.fixture
def stored(tmp_path):
    """The bytes that `demux` of a film of two stereo tracks writes to the store, by its parameters."""
    wav = films.recording(tmp_path / "a.wav", (1.0,), seconds=SECONDS)
    film = films.make(
        "-i", wav, "-i", wav, "-map", "0", "-map", "1", "-c:a", "flac", "-ac", "2", tmp_path / "film.mka"
    )

    def of(**params):
        stages = {"demux": STAGES["demux"]}
        plan = make_plan(film, Store(tmp_path / "store"), stages, params={"demux": params})
        return disk_space.needed(plan)[Path("store")]

    return of


@pytest.mark.env("media")
def test_each_voice_is_decoded_and_kept_and_all_are_laid_out_once_more(stored):
    two_voices = SECONDS * 32_000 * (2 * 3 + 2)
    assert stored(speakers_by_track=True) - stored() == pytest.approx(two_voices, rel=0.01)
    assert stored(speakers_by_channel=True) - stored() == pytest.approx(two_voices, rel=0.01)
