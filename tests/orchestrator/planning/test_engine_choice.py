"""Which engine suits a language on a machine: the recorded machines, seven languages, and none.

`tests/data/machines/engines.txt` has the table; `python -m tests.orchestrator.planning.test_engine_choice`
writes it. `orchestrator plan FILM --machine FILE --language de` shows the same with the reasons.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ipc.declaration import Backend
from orchestrator.environments import registry
from orchestrator.machine import profile
from orchestrator.machine.answers import Answer
from orchestrator.models import families
from orchestrator.models import resolve as models
from orchestrator.planning import choices, published
from orchestrator.planning.engine_choice import ranked
from orchestrator.stages.catalog import STAGES
from orchestrator.util import text as fmt
from stage_runners.parakeet.languages import EUROPEAN
from tests.orchestrator.machines import YES, machine

MACHINES = Path(__file__).resolve().parents[2] / "data" / "machines"
LANGUAGES = ("en", "de", "cs", "nl", "ja", "hi", "zh", "")
ASR = STAGES["asr"]
PARAKEET = "parakeet-tdt-0.6b-v3"
QWEN = "qwen3-asr-1.7b"


def table():
    rows = [["machine", *(language or "unknown" for language in LANGUAGES)]]
    for file in sorted(MACHINES.glob("*.json")):
        on = profile.recorded(file)
        cells = []
        for language in LANGUAGES:
            asked = {"language": language} if language else {}
            choice = choices.choose(ASR, asked, {}, machine=on, offline=True).choices[0]
            cells.append(f"{choice.model.id} ({choice.backend.device})")
        rows.append([file.stem, *cells])
    return "".join(f"{line.rstrip()}\n" for line in fmt.table(rows))


def test_every_machine_and_seven_languages_get_the_engines_of_the_table():
    assert table() == (MACHINES / "engines.txt").read_text()


def test_every_model_is_proposed_for_a_backend_that_runs_it():
    for file in MACHINES.glob("*.json"):
        for language in LANGUAGES:
            for one in ranked(ASR, profile.recorded(file), language):
                assert models.family_of("recognition", one.model) in one.backend.families


def best(on, language=""):
    return ranked(ASR, on, language)[0]


def test_the_reason_has_the_figures_of_both_engines():
    german, dutch = (best(machine(whisperx={"cuda": YES}), code).advice.why for code in ("de", "nl"))
    assert german.startswith(
        "de: 5.0 % of words wrong on Fleurs, large-v3 4.9 %, which is hardly better and much slower; "
    )
    assert dutch.startswith(f"nl: 5.2 % of words wrong on Fleurs, {PARAKEET} 7.5 %; ")


def test_a_region_of_a_language_does_not_matter():
    assert best(machine(), "pt-BR").model == best(machine(), "PT").model == PARAKEET


def test_a_machine_with_little_memory_keeps_the_embedded_model():
    assert best(machine(memory_mb=3000), "de").model == "base"


def test_an_engine_without_an_environment_for_the_device_is_ranked_where_it_would_run():
    on = machine(whisperx={"cuda": YES})
    assert (best(on, "de").backend.env, best(on, "de").advice.compute_type) == ("parakeet-cuda", "float32")
    rocm = machine(whisperx={"cuda": Answer(why_not="CTranslate2 finds no CUDA device")}, gpus=("a GPU",))
    assert best(rocm, "de").backend.device == "cpu"


def test_every_figure_is_of_a_model_that_has_a_name_and_covers_its_languages():
    assert set(published.ERRORS[PARAKEET]) == set(EUROPEAN)
    for model, rates in published.ERRORS.items():
        assert models.family_of("recognition", model)
        assert all(1 < rate < 60 for rate in rates.values())


@pytest.fixture
def here(monkeypatch):
    """This machine, without an accelerator, with models and environments as a test says."""
    on_disk = set()
    monkeypatch.setattr(models, "on_disk", lambda _role, name, _device="cpu": name in {"base", *on_disk})
    monkeypatch.setattr(models, "resolve", lambda role, name, **_: models.elsewhere(role, name))
    monkeypatch.setattr(choices.registry, "health", lambda env: None if env in on_disk else "not installed")
    return on_disk


def chosen(**asked):
    return choices.choose(ASR, asked, {}, machine=machine(here=True), offline=True)


def test_what_is_not_on_the_disk_is_named_and_not_used(here):
    found = chosen(language="de")
    assert found.choices[0].model.id == "base"
    (note,) = found.notes
    assert note.startswith(f"this machine could run {PARAKEET} (de: 5.0 % of words wrong on Fleurs; ")
    assert note.endswith(f"): orchestrator models pull {PARAKEET}")


def test_what_is_on_the_disk_is_used_for_its_languages_unasked(here):
    here.update({PARAKEET, "parakeet"})
    found = chosen(language="de")
    assert (found.choices[0].model.id, found.choices[0].backend.env) == (PARAKEET, "parakeet")
    assert found.choices[0].params["compute_type"] == "int8"
    assert "5.0 % of words wrong" in found.choices[0].why
    assert not found.notes
    assert chosen(language="ja").choices[0].model.id == "base"
    assert chosen().choices[0].model.id == "base"  # what is spoken is not known: Whisper detects it


def test_a_model_whose_environment_is_missing_is_not_used_unasked(here):
    here.add(PARAKEET)
    assert chosen(language="de").choices[0].model.id == "base"


def test_an_engine_without_word_times_is_used_unasked_only_with_an_aligner_of_the_language(here, monkeypatch):
    aligners = {}
    monkeypatch.setattr(choices.aligners_here, "by_language", lambda code: aligners if code == "zh" else {})
    here.update({QWEN, "qwen"})
    on = machine(here=True, whisperx={"cuda": YES}, qwen={"cuda": YES})

    def name(language, **asked):
        asked |= {"machine": on, "offline": True}
        return choices.choose(ASR, {"language": language}, {}, **asked).choices[0].model.id

    assert name("zh") == "base"
    aligners["zh"] = models.elsewhere("aligner", "jonatasgrosman/wav2vec2-large-xlsr-53-chinese-zh-cn")
    assert name("zh") == QWEN
    assert name("zh", aligner="attention") == name("zh", aligner="pocketsphinx") == "base"
    assert name("zh", aligner="jonatasgrosman/wav2vec2-large-xlsr-53-german") == "base"
    assert name("zh", aligner="qwen3-forced-aligner") == name("zh", aligner="me/mine") == QWEN
    assert name("de") == "base"  # its row is for Chinese and Cantonese alone


def test_auto_translates_with_the_best_model_on_the_disk_that_can(here):
    translation, on = STAGES["translation"], machine(here=True, whisperx={"cuda": YES})
    here.add("whisperx")

    def name(device):
        found = choices.choose(translation, {}, {"": device}, machine=on, offline=True)
        return found.choices[0].model.id

    assert (name("cpu"), name("cuda")) == ("base", "base")
    here.update({"small", "large-v3"})
    assert (name("cpu"), name("cuda")) == ("small", "large-v3")


def test_in_place_of_a_model_that_cannot_translate_auto_takes_one_that_can(here):
    on = machine(here=True, whisperx={"cuda": Answer(name="GPU", memory_mb=4000)})

    def found():
        return choices.choose(STAGES["translation"], {}, {}, machine=on, offline=True)

    why = "large-v3-turbo cannot translate, and medium is about as large"
    assert found().notes == (f"this machine could run medium ({why}): orchestrator models pull medium",)
    here.update({"medium", "whisperx"})
    assert (found().choices[0].model.id, found().notes) == ("medium", ())


def test_a_named_model_has_the_backends_of_its_engine_alone(here):
    here.update({PARAKEET, "parakeet"})
    found = chosen(model=PARAKEET)
    assert [(one.backend.env, one.backend.device) for one in found.choices] == [("parakeet", "cpu")]
    assert {type(one.backend) for one in found.choices} == {Backend}


def test_a_folder_that_only_one_device_reads_has_no_fallback_on_another(tmp_path):
    (tmp_path / "config.json").write_text('{"target": "nemo.collections.asr.models.x"}')
    (tmp_path / "model.safetensors").touch()
    on = machine(here=True, **{"parakeet-mlx": {"mlx": YES}})
    found = choices.choose(ASR, {"model": str(tmp_path)}, {"asr": "mlx"}, machine=on, offline=True)
    assert [one.backend.device for one in found.choices] == ["mlx"]


def test_no_other_family_claims_the_names_of_parakeet():
    for name in families.family("recognition", "parakeet").short_names:
        assert models.family_of("recognition", name) == "parakeet"
        assert families.role_of(name) == "recognition"


def test_the_environment_for_cuda_is_left_out_for_development():
    fitting = {name for name in registry.names() if registry.get(name).fits()}
    tested = {name for name in fitting if registry.get(name).for_development()}
    assert fitting - tested <= {"parakeet-cuda"}
    assert {"parakeet", "media"} <= tested
    assert not registry.get("parakeet").by_default()


if __name__ == "__main__":
    (MACHINES / "engines.txt").write_text(table())
