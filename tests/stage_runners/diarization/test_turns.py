"""From scores, pieces and voices to turns."""

from __future__ import annotations

import numpy as np
import pytest

from ipc.errors import StageError
from stage_runners.diarization import pieces as pieces_of
from stage_runners.diarization import turns, voice_changes
from stage_runners.diarization.embedded import assemble
from stage_runners.diarization.limits import Limits
from stage_runners.diarization.runner import limits
from stage_runners.diarization.window_names import name_windows
from stage_runners.vad.frame_scores import WINDOW_FRAMES
from tests.stage_runners.vad.test_frame_scores import certain


def conversation():
    """One window: local speaker 0 for 200 frames, silence, 1 for 200, both for 50, silence."""
    row = np.zeros(WINDOW_FRAMES, int)
    row[0:200], row[220:420], row[420:470] = 1, 2, 4
    return certain([0], [row])


def test_each_piece_has_one_speaker_with_its_index_in_the_window():
    scores = conversation()
    found = pieces_of.cut(scores)
    assert found.spans.min() == 0
    assert found.spans.max() == 420
    assert (found.lengths <= pieces_of.LENGTH).all()
    early = found.spans[found.pieces, 1] <= 200
    assert (found.locals[early] == 0).all()
    assert (found.locals[~early] == 1).all()


def test_a_change_of_speaker_without_a_pause_cuts_the_pieces():
    row = np.zeros(WINDOW_FRAMES, int)
    row[0:100], row[100:200] = 1, 2
    found = pieces_of.cut(certain([0], [row]))
    assert not ((found.spans[:, 0] < 100) & (found.spans[:, 1] > 100)).any()


def named(scores, vectors_of):
    found = pieces_of.cut(scores)
    vectors = np.array([vectors_of(span) for span in found.spans], np.float32)
    return found, vectors, np.eye(2, dtype=np.float32)


def test_turns_include_overlap_and_exclusive_turns_do_not():
    scores = conversation()
    found, vectors, centroids = named(scores, lambda span: [1, 0] if span[1] <= 200 else [0, 1])
    names = name_windows(scores, found, vectors, centroids)
    active = turns.activity(scores, names, 2)
    both = turns.decide(active, scores.count())
    assert both[:200, 0].all()
    assert both[220:470, 1].all()
    assert both[420:470].all()
    one = turns.decide(active, np.minimum(scores.count(), 1))
    assert one.sum(axis=1).max() == 1


def test_two_speakers_in_a_window_never_get_the_same_label():
    scores = conversation()
    found, vectors, centroids = named(scores, lambda span: [1, 0] if span[1] <= 200 else [0.9, 0.1])
    names = name_windows(scores, found, vectors, centroids)
    assert names[0].tolist() == [0, 1, -1]


def test_pieces_without_an_embedding_have_no_speaker():
    scores = conversation()
    found, vectors, centroids = named(scores, lambda span: [1, 0])
    vectors[:] = np.nan
    assert (name_windows(scores, found, vectors, centroids) == -1).all()
    active = turns.activity(scores, np.full((1, 3), -1), 2)
    assert not turns.decide(active, scores.count()).any()


def test_a_span_is_assigned_by_its_voice_if_windows_merged_two_speakers():
    row = np.zeros(WINDOW_FRAMES, int)
    row[0:200], row[260:460] = 1, 1
    scores = certain([0], [row])
    found, vectors, centroids = named(scores, lambda span: [1, 0] if span[1] <= 200 else [0.1, 0.9])
    names = name_windows(scores, found, vectors, centroids)
    active = voice_changes.heed_voices(
        turns.activity(scores, names, 2), scores.count(), scores.speech(), found.spans, vectors @ centroids.T
    )
    decided = turns.decide(active, scores.count())
    assert decided[:200, 0].all()
    assert decided[260:460, 1].all()


def test_a_span_without_a_pause_is_divided_where_its_voice_changes():
    row = np.zeros(WINDOW_FRAMES, int)
    row[0:560] = 1
    scores = certain([0], [row])
    found, vectors, centroids = named(scores, lambda span: [1, 0] if sum(span) / 2 < 300 else [0.1, 0.9])
    names = name_windows(scores, found, vectors, centroids)
    speech = scores.speech()
    speech[297] = 0.6
    active = voice_changes.heed_voices(
        turns.activity(scores, names, 2), scores.count(), speech, found.spans, vectors @ centroids.T
    )
    decided = turns.decide(active, scores.count())
    assert (decided[:297, 0].all(), decided[297:560, 1].all()) == (True, True)
    assert decided[:560].sum(axis=1).max() == 1


def test_a_single_piece_of_another_voice_does_not_divide_a_span():
    row = np.zeros(WINDOW_FRAMES, int)
    row[0:560] = 1
    scores = certain([0], [row])
    found, vectors, centroids = named(
        scores, lambda span: [0.5, 0.6] if 250 < sum(span) / 2 < 290 else [0.9, 0.1]
    )
    names = name_windows(scores, found, vectors, centroids)
    active = voice_changes.heed_voices(
        turns.activity(scores, names, 2), scores.count(), scores.speech(), found.spans, vectors @ centroids.T
    )
    assert turns.decide(active, scores.count())[:560, 0].all()


def film_turns(scores, found, cosines, certain=None):
    names = np.tile([0, 1, -1], (len(scores.starts), 1))
    count = scores.count()
    certain = np.full(len(found.spans), -1) if certain is None else certain
    return turns.film_turns(scores, count, count, names, found, cosines, certain, 6)


def test_turns_of_a_long_film_do_not_depend_on_the_stretches_it_is_divided_into(monkeypatch):
    row = np.zeros(WINDOW_FRAMES, int)
    row[0:200], row[220:420], row[420:470], row[500:560] = 1, 2, 4, 1
    scores = certain([0, 589, 1178], [row, row, row])
    found, vectors, centroids = named(scores, lambda span: [1, 0] if span[0] % 589 < 210 else [0.1, 0.9])
    whole = film_turns(scores, found, vectors @ centroids.T)
    stretches = turns.stretches
    monkeypatch.setattr(turns, "stretches", lambda count: stretches(count, frames=30))
    assert len(list(turns.stretches(scores.count()))) > 6
    assert film_turns(scores, found, vectors @ centroids.T) == whole
    assert len(whole[0]) > len(list(stretches(scores.count())))


def test_the_middle_of_a_piece_belongs_to_its_certain_speaker():
    scores = conversation()
    found, vectors, centroids = named(scores, lambda span: [1, 0] if span[1] <= 200 else [0, 1])
    sure = np.where(np.arange(len(found.spans)) == 0, 1, -1)
    both, _ = film_turns(scores, found, vectors @ centroids.T, sure)
    assert min(turn.first for turn in both if turn.speaker == 1) == found.lengths[0] // 4


@pytest.mark.parametrize(("asked", "heard"), [(2, 2), (4, 4), (6, 6), (40, 8)])
def test_every_requested_speaker_has_turns_as_long_as_there_are_pieces(asked, heard):
    scores = conversation()
    found = pieces_of.cut(scores)
    assert len(found.spans) == 8
    rng = np.random.default_rng(2)
    vectors = np.eye(2)[(found.spans[:, 0] > 200).astype(int)] @ np.eye(2, 64) + 0.05 * rng.normal(
        size=(8, 64)
    )
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    count = scores.count()
    done = assemble(
        scores, count, count, np.zeros(scores.frames, bool), found, vectors, Limits(asked, asked), print
    )
    assert len(done.speakers) == len({turn.speaker for turn in done.turns}) == heard


def test_speakers_are_numbered_as_they_appear():
    active = np.zeros((50, 3), bool)
    active[30:40, 0] = active[10:20, 2] = True
    found = turns.turns_of(active)
    assert turns.by_appearance(found) == [2, 0]
    assert [turn.first for turn in found] == [10, 30]


@pytest.mark.parametrize(
    "params",
    [
        {"num_speakers": 0},
        {"min_speakers": 3, "max_speakers": 2},
        {"num_speakers": 2, "min_speakers": 3},
        {"num_speakers": 4, "max_speakers": 3},
    ],
)
def test_limits_that_contradict_one_another_are_a_config_error(params):
    with pytest.raises(StageError) as error:
        limits(params)
    assert error.value.category == "config"


def test_consistent_speaker_limits_are_accepted():
    assert limits({}).exact is None
    assert limits({"num_speakers": 2, "max_speakers": 3}).exact == 2
    assert limits({"min_speakers": 2, "max_speakers": 2}).exact == 2
    assert (limits({"min_speakers": 2}).least, limits({"min_speakers": 2}).most) == (2, None)


def test_who_talks_only_with_others_in_a_window_has_the_name_of_the_neighbouring_window():
    first, second = np.zeros(WINDOW_FRAMES, int), np.zeros(WINDOW_FRAMES, int)
    first[10:90], first[200:300], first[320:450] = 1, 4, 2
    second[52:152], second[172:302] = 5, 1  # the same overlap, by the local speakers 2 and 0
    scores = certain([0, 148], [first, second])
    found, vectors, centroids = named(scores, lambda span: [1, 0] if span[1] <= 200 else [0, 1])
    assert name_windows(scores, found, vectors, centroids).tolist() == [[0, 1, -1], [1, -1, 0]]
