"""What is proposed for a machine and for languages: models, devices, environments, smaller ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.machine import profile
from orchestrator.models import aligners_by_language, families
from orchestrator.models.download import Offer
from orchestrator.models.pyannote import COMMUNITY
from orchestrator.setup import languages, suits, survey

MACHINES = Path(__file__).resolve().parents[2] / "data" / "machines"


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def on(name):
    return profile.recorded(MACHINES / f"{name}.json")


def recognition(name, *codes):
    """Model, languages, device and environment of each recogniser that is proposed."""
    found = suits.recognition(on(name), codes)
    return [(item.model, item.languages, item.device, item.environments) for item in found]


@pytest.mark.parametrize(
    ("name", "device", "environment", "hindi"),
    [
        ("plain-cpu", "cpu", "parakeet", ("base", ("hi",), "cpu", ("whisperx",))),
        ("rtx-3090", "cuda", "parakeet-cuda", ("large-v3", ("hi",), "cuda", ("whisperx",))),
        ("apple-m1-pro-16gb", "mlx", "parakeet-mlx", ("large-v3-turbo", ("hi",), "mlx", ("mlx",))),
    ],
)
def test_each_language_gets_the_engine_that_suits_it_on_the_device(name, device, environment, hindi):
    parakeet = ("parakeet-tdt-0.6b-v3", ("de", "cs"), device, (environment,))
    assert recognition(name, "de", "hi", "cs") == [parakeet, hindi]


def test_smaller_models_are_much_smaller_and_none_is_below_the_embedded_one():
    (large,) = suits.recognition(on("rtx-3090"), ["hi"])
    assert [item.model for item in large.smaller] == ["large-v3-turbo", "small"]
    assert {item.device for item in large.smaller} == {"cuda"}
    (base,) = suits.recognition(on("plain-cpu"), ["hi"])
    assert (base.on_disk, base.smaller) == (True, ())


def test_languages_of_one_model_are_one_item_and_a_packaged_aligner_is_none():
    items = suits.items(on("plain-cpu"), ["en", "sw", "yo", "de"])
    aligners = [(item.model, item.languages) for item in items if item.role == "aligner"]
    german = "jonatasgrosman/wav2vec2-large-xlsr-53-german"
    assert aligners == [(aligners_by_language.MMS.id, ("sw", "yo")), (german, ("de",))]
    assert [item.model for item in items if item.role == "diarization"] == [COMMUNITY]
    assert not [item for item in items if item.role == "translation"]


def test_a_translation_for_one_language_has_a_smaller_model_of_that_pair():
    items = suits.items(on("plain-cpu"), ["de", "en"], "en")
    (translation,) = [item for item in items if item.role == "translation"]
    assert translation.environments == ("translation",)
    assert [item.model for item in translation.smaller] == ["opus-mt-de-en"]
    items = suits.items(on("plain-cpu"), ["de", "fr"], "en")
    assert items[-1].smaller == ()


@pytest.mark.parametrize("name", sorted(file.stem for file in MACHINES.glob("*.json")))
def test_nothing_that_is_proposed_runs_code_of_its_folder_and_every_size_is_known_or_said(name):
    for item in suits.items(on(name), ["de", "hi", "ja", "zh"], "en"):
        for one in (item, *item.smaller):
            assert not one.family.runs_code
            assert one.family.refusal(one.model) is None
            assert families.candidates(one.role, one.model)[0] is one.family
            assert one.size or one.role in {"diarization", "translation"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LANG": "de_DE.UTF-8"}, ("de",)),
        ({"LC_ALL": "pt_BR", "LANG": "de_DE.UTF-8"}, ("pt",)),
        ({"LANG": "C.UTF-8"}, ("en",)),
        ({"LANG": "eo"}, ("en",)),  # a language that no model has
        ({}, ("en",)),
    ],
)
def test_the_languages_are_those_of_the_locale_until_somebody_answers(environ, expected):
    assert languages.default(environ) == expected
    languages.remember(("fr", "hi"), "en")
    assert languages.default(environ) == ("fr", "hi")
    assert languages.remembered() == (("fr", "hi"), "en")


def test_a_configured_language_comes_before_the_locale(tmp_path):
    (tmp_path / "config" / "orchestrator").mkdir(parents=True)
    (tmp_path / "config" / "orchestrator" / "config.toml").write_text('language = "zh-Hant"\n')
    assert languages.default({"LANG": "de_DE.UTF-8"}) == ("zh",)


def test_the_hub_s_licence_counts_where_the_table_has_none_and_the_stricter_one_where_both_do():
    danish, marathi = (
        next(one for one in suits.items(on("plain-cpu"), (code,)) if one.role == "aligner")
        for code in ("da", "mr")
    )
    found = [
        survey.Found(item=item, offer=Offer(repository="", commit="", size=1, there=0, licence=licence))
        for item, licence in ((danish, "cc-by-nc-4.0"), (danish, "mit"), (marathi, "mit"))
    ]
    assert [one.licence for one in found] == ["cc-by-nc-4.0", "mit", "CC-BY-NC-4.0"]
    assert [one.non_commercial for one in found] == [True, False, True]
