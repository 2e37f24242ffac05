import dataclasses

import pytest

from orchestrator.errors import USAGE, FatalError
from orchestrator.models.nllb_opus import memory_mb
from orchestrator.stages import translations
from orchestrator.stages.catalog import STAGES
from orchestrator.stages.translators import Wanted, chosen
from tests.orchestrator.models.places import folder


def stages(**wanted):
    return translations.added(STAGES, Wanted(**wanted))


def test_a_region_reaches_the_translator_the_subtitles_and_no_path():
    found = stages(
        languages=("pt",), model="m", endpoint="http://localhost/v1", tags=translations.tags("PT_br")
    )
    assert found.params["translation-pt"]["tag"] == "pt-BR"
    assert found.params["subtitles-pt"] == {"track": "pt", "region": "pt-BR"}
    for wrong in ("pt-../../etc", "pt-", "pt-BR/x", "pt-BR,pt-PT", "pt,pt-BR"):
        with pytest.raises(FatalError) as refused:
            translations.languages(wrong)
        assert refused.value.status == USAGE
    assert translations.languages("zh_Hant,es-419") == ("zh", "es")


def test_without_a_target_language_no_stage_changes():
    assert stages().stages is STAGES


def test_every_language_gets_its_own_translation_and_subtitles():
    found = stages(languages=("en", "de"), model="nllb-200-3.3B").stages
    assert "translation" not in found
    assert found["translation-de"].base == "translation"
    sources = {i.name: i.source for i in found["subtitles-de"].inputs}
    assert sources["words"] == "translation-de.words"
    assert sources["speakers"] == "naming.speakers"
    order = list(found)
    assert (
        order.index("translation-en")
        < order.index("subtitles")
        < order.index("subtitles-de")
        < order.index("mux")
    )


def test_a_translation_of_an_edited_film_reads_the_edited_transcript():
    before = stages(languages=("en", "de"), model="nllb-200-distilled-600M").stages
    assert before["edits"].off
    found = translations.reading_edits(before)
    assert not found["edits"].off
    for code in ("en", "de"):
        sources = {i.name: i.sources() for i in found[f"translation-{code}"].inputs}
        assert sources["words"] == ("edits.words",)
        assert sources["segments"] == ("edits.segments",)
        assert {i.name: i.source for i in found[f"subtitles-{code}"].inputs}[
            "words"
        ] == f"translation-{code}.words"
    assert found["subtitles"] == before["subtitles"]  # it applies edits itself
    order = list(found)
    assert order.index("edits") < order.index("translation-en")
    assert translations.reading_edits(STAGES) == STAGES  # without a translation nobody reads it


def test_chapters_of_an_edited_film_read_the_edited_transcript():
    found = translations.reading_edits(
        {**STAGES, "chapters": dataclasses.replace(STAGES["chapters"], off="")}
    )
    assert not found["edits"].off
    sources = {i.name: i.source for i in found["chapters"].inputs}
    assert (sources["words"], sources["segments"]) == ("edits.words", "edits.segments")


def test_each_translation_of_a_film_has_its_own_memory(tmp_path):
    found = stages(languages=("en", "de"), model="nllb-200-distilled-600M").stages
    kept = translations.memories(found, tmp_path, "abc", edited=True)
    assert kept == {
        f"translation-{code}": {"memory": str(tmp_path / f"abc-{code}.json"), "recall": True}
        for code in ("en", "de")
    }


def test_line_breaks_of_a_translation_use_its_own_parse():
    found = stages(languages=("en", "de"), model="nllb-200-3.3B").stages
    assert {i.name: i.source for i in found["phrases-en"].inputs} == {
        "segments": "translation-en.segments",
        "words": "translation-en.words",
    }
    assert {i.name: i.source for i in found["subtitles-en"].inputs}["phrases"] == "phrases-en.phrases"
    assert "phrases-de" not in found
    assert "phrases" not in {i.name for i in found["subtitles-de"].inputs}


def test_subtitles_of_a_translation_read_what_is_spoken_and_the_source_subtitles():
    inputs = {i.name: i for i in stages(languages=("en",)).stages["subtitles-en"].inputs}
    assert (inputs["spoken"].source, inputs["spoken"].otherwise) == (
        "post_ner.segments",
        "attribution.segments",
    )
    assert inputs["source_srt"].source == "subtitles.srt"
    assert inputs["source_ass"].source == "subtitles.ass"


def test_the_film_gets_a_track_for_every_language():
    mux = stages(languages=("en",)).stages["mux"]
    assert [i.name for i in mux.inputs][-4:] == ["cues-en", "srt-en", "ass-en", "forced-en"]


def test_the_recognition_model_translates_into_languages_it_supports():
    assert stages(languages=("en",), recognition_model="large-v3").params["translation-en"] == {
        "target": "en",
        "translation_model": "large-v3",
    }


def test_a_recognition_model_that_cannot_translate_is_replaced_with_a_note():
    found = stages(languages=("en",), recognition_model="large-v3-turbo")
    assert "translation_model" not in found.params["translation-en"]
    assert "large-v3-turbo cannot translate" in found.notes["translation-en"][0]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"languages": ("de",)}, "the embedded model translates to en only"),
        (
            {"languages": ("de",), "model": "large-v3"},
            "it translates to en only",
        ),
        ({"languages": ("en",), "model": "large-v3-turbo"}, "this model cannot translate"),
        ({"languages": ("en",), "model": "small.en"}, "this model cannot translate"),
        ({"languages": ("en",), "endpoint": "http://localhost/v1"}, "no model given"),
        ({"languages": ("en",), "endpoint": "localhost:11434", "model": "m"}, "not a server address"),
        (
            {"languages": ("en",), "endpoint": "https://me:s3cret@host/v1", "model": "m"},
            "contains a key or a password",
        ),
        (
            {"languages": ("en",), "endpoint": "https://host/v1?key=s3cret", "model": "m"},
            "contains a key or a password",
        ),
        (
            {"languages": ("en",), "endpoint": "http://user:s3cret@[::1/v1", "model": "m"},
            "not a server address",
        ),
        ({"languages": ("en",), "endpoint": "http://h:abc/v1", "model": "m"}, "not a server address"),
        (
            {"languages": ("en",), "endpoint": "https://host/v1#s3cret", "model": "m"},
            "contains a key or a password",
        ),
        ({"languages": ("zz",), "model": "nllb-200-3.3B"}, "does not translate into it"),
        ({"languages": ("de",), "model": "opus-mt-cs-en"}, "does not translate into it"),
        ({"languages": ("en",), "model": "somebody/indictrans2-x"}, "its code would run on this machine"),
    ],
)
def test_an_impossible_translation_is_reported_before_the_run(wanted, sentence):
    with pytest.raises(FatalError) as caught:
        stages(**wanted)
    assert sentence in caught.value.message
    assert "s3cret" not in caught.value.message + caught.value.hint


def test_the_default_translator_is_not_called_an_embedded_model_for_a_better_one_may_be_taken():
    _, why = chosen("en", Wanted())
    assert why == "by Whisper, from the audio, which translates to en only"


def test_target_languages_are_comma_separated_codes_without_duplicates():
    assert translations.languages("en, DE,pt-BR,en") == ("en", "de", "pt")
    with pytest.raises(FatalError, match="no language given"):
        translations.languages(",")
    with pytest.raises(FatalError, match="unknown language"):
        translations.languages("en,klingon")


def test_a_large_model_reserves_memory_according_to_its_name():
    assert memory_mb("nllb-200-3.3B") == 9250
    assert memory_mb("facebook/nllb-200-distilled-600M") == 2500
    assert memory_mb("opus-mt-cs-en") == 0
    found = stages(languages=("de",), model="nllb-200-3.3B").stages["translation-de"]
    assert found.resources.memory_mb == 9250


def test_a_model_named_like_a_translator_is_still_the_requested_model():
    found = stages(languages=("de",), model="ctranslate2", endpoint="http://localhost/v1")
    assert found.params["translation-de"]["translation_model"] == "ctranslate2"
    whisper = stages(languages=("en",), model="whisper", recognition_model="small")
    assert whisper.params["translation-en"]["translation_model"] == "small"


def test_a_model_that_cannot_translate_is_replaced_by_one_for_that_language():
    with pytest.raises(FatalError) as caught:
        stages(languages=("de",), model="tiny.en")
    assert "nllb-200" in caught.value.hint


def test_a_folder_with_code_is_refused_unless_its_author_is_trusted(tmp_path):
    files = {"dict.SRC.json": "{}", "model.SRC": "x", "model.safetensors": "weights", "config.json": "{}"}
    wanted = {"languages": ("en",), "model": str(folder(tmp_path / "indictrans2-indic-en", files))}
    with pytest.raises(FatalError, match="would run the Python files in that folder") as caught:
        stages(**wanted)
    assert caught.value.status == USAGE
    assert "--trust-model-code" in caught.value.hint
    assert "translation-en" in stages(**wanted, trusted=True).stages


def test_a_folder_under_the_name_of_the_authors_models_is_not_trusted(tmp_path, monkeypatch):
    name = "ai4bharat/indictrans2-indic-en-1B"
    files = {"dict.SRC.json": "{}", "model.SRC": "x", "model.safetensors": "weights"}
    folder(tmp_path / name, files)
    monkeypatch.chdir(tmp_path)  # a folder from the internet in which somebody runs the program
    with pytest.raises(FatalError, match="would run the Python files in that folder"):
        stages(languages=("en",), model=f"./{name}")


def test_a_requested_region_is_a_tag_of_the_new_film_s_track():
    assert translations.languages("en,pt-BR") == ("en", "pt")
    assert translations.tags("en,pt-BR,zh_Hant") == {"pt": "pt-BR", "zh": "zh-Hant"}
    assert translations.tags("en") == {}
