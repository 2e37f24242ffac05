"""Which model aligns the words of a language, and what is used of those on this disk."""

from __future__ import annotations

import pytest

from ipc.whisper_languages import LANGUAGES
from orchestrator.models import aligners_by_language as table
from orchestrator.models import aligners_here, families, hub
from orchestrator.models.listing import describe
from stage_runners.alignment import aligners
from tests.orchestrator.models.places import cached

WHOLE = {"config.json": '{"model_type": "wav2vec2"}', "vocab.json": "{}", "model.safetensors": "weights"}
GERMAN, VOXPOPULI = (
    "jonatasgrosman/wav2vec2-large-xlsr-53-german",
    "facebook/wav2vec2-base-10k-voxpopuli-ft-de",
)


def test_every_language_of_whisper_but_english_has_a_model_to_pull():
    assert table.to_pull("en") is None
    assert {code for code in LANGUAGES if table.to_pull(code)} == LANGUAGES - {"en"}
    assert len({model.id for model in table.MODELS}) == len(table.MODELS)
    assert all(hub.is_repository(model.id) for model in table.MODELS)


def test_a_model_for_any_use_is_pulled_before_one_for_non_commercial_use():
    assert (table.to_pull("de").id, table.to_pull("de").non_commercial) == (GERMAN, False)
    assert (table.to_pull("sw"), table.to_pull("sw").non_commercial) == (table.MMS, True)
    assert table.to_pull("yue") == table.QWEN
    assert [model.id for model in table.of_language("de")] == [GERMAN, VOXPOPULI, table.QWEN.id, table.MMS.id]


def test_nothing_is_used_that_is_not_on_this_disk():
    assert aligners_here.by_language() == {}
    assert aligners_here.missing("de").id == GERMAN


def test_the_best_model_on_this_disk_aligns_its_language_and_mms_the_rest():
    for name in (VOXPOPULI, table.MMS.id):
        cached(name, WHOLE)
    found = aligners_here.by_language()
    assert (found["de"].id, found["cs"].id, "ja" in found) == (VOXPOPULI, table.MMS.id, False)
    assert found["de"].licence == "CC-BY-NC-4.0"
    cached(GERMAN, WHOLE)
    assert aligners_here.by_language()["de"].id == GERMAN
    assert aligners_here.missing("de") is None
    assert {row.name: row.licence for row in describe("aligner") if row.where == "Hub cache"} == {
        GERMAN: "Apache-2.0", VOXPOPULI: "CC-BY-NC-4.0", table.MMS.id: "CC-BY-NC-4.0",
    }  # fmt: skip


def test_a_download_that_lacks_its_weights_is_not_used():
    cached(GERMAN, {name: text for name, text in WHOLE.items() if name != "model.safetensors"})
    assert aligners_here.on_this_disk("de") is None


@pytest.mark.parametrize("model", [*table.WAV2VEC2, table.MMS], ids=lambda model: model.id)
def test_the_family_of_a_listed_model_knows_its_licence_and_size(model):
    family = families.candidates("aligner", model.id)[0]
    assert (family.name, family.licences[model.id], family.download_mb(model.id)) == (
        "wav2vec2", model.licence, model.download_mb,
    )  # fmt: skip


def test_the_packaged_aligners_are_those_that_the_stage_tries_first():
    assert {code: names[0] for code, names in aligners.AUTO.items()} == table.PACKAGED
