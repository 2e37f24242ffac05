"""The verification of the new film: whether cues moved as sound and picture did."""

from types import SimpleNamespace

import pytest

from ipc.errors import StageError
from stage_runners.media.probe import Film, Track
from stage_runners.mux import verify


def track(kind, start):
    return Track(index=0, number=0, type=kind, codec="", start=start)


@pytest.mark.parametrize("first_of_new", [0.02, 0.72])
def test_a_film_cut_without_encoding_is_measured_by_its_packets_and_not_by_its_headers(
    monkeypatch, first_of_new
):
    """An edit list hides 0.7 s before the cut, which the copy shows; the headers leave that out."""
    film = Film(format="mov,mp4", start=0.0, seconds=11.3, tracks=())
    order = SimpleNamespace(film="old", form=lambda _: "copy")
    monkeypatch.setattr(
        verify, "first_packets", lambda path: {0: -0.7} if path == "old" else {0: first_of_new}
    )
    said = SimpleNamespace(degraded=pytest.fail)
    pairs = [(track("audio", 0.0), track("audio", 0.02))]

    def check(shift):
        verify._in_time(SimpleNamespace(name="new.mkv"), shift, pairs, order, film, said)

    check(first_of_new + 0.7)
    with pytest.raises(StageError, match=r"the subtitles are .* s off"):
        check(first_of_new + 1.5)
