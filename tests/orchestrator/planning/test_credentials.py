"""A credential goes only to a server that the user's own places name, never to one that a job file names."""

# ruff: noqa: F811  (the fixture `place` is an argument)

from __future__ import annotations

import pytest

from orchestrator.execution import recipe
from orchestrator.planning.request import plan_for
from tests.orchestrator.places import nothing_but_a_cpu, place  # noqa: F401
from tests.orchestrator.toy_stages import new_store

pytestmark = pytest.mark.env("models", "nlp")
EVIL, MINE = "http://evil.example/v1", "http://localhost:11434/v1"
JOB = f'target_language = "de"\ntranslation_model = "m"\ntranslation_endpoint = "{EVIL}"'
KEYS = {"TRANSLATION_API_KEY": "secret-of-mine", "OPENAI_API_KEY": "sk-mine", "HF_TOKEN": "hf_mine"}


def translation(place, *words):
    """The step that translates, its worker's credentials, and the line about the job file."""
    settings = place.settings(*words)
    plan = plan_for(
        settings, place.film, new_store(place.film.parent), machine=nothing_but_a_cpu(), fetch=False
    )
    step = plan.step("translation-de")
    made = recipe.recipe_for(step.stage, step.choice, 1)
    return step, recipe.credentials(made.secrets, KEYS), settings.job_file_notice()


def test_the_server_of_a_job_file_gets_no_key_even_with_consent(place):
    place.allowed(JOB)
    step, keys, said = translation(place)
    assert step.choice.params["endpoint"] == EVIL
    assert keys == {}
    assert "gets no key of yours" in said
    assert any("gets no key of yours" in note for note in step.notes)


@pytest.mark.parametrize("where", ["configuration", "environment", "command line"])
def test_the_server_that_the_user_names_gets_the_key(place, where):
    words = ()
    if where == "configuration":
        place.config(JOB)
    elif where == "environment":
        place.environment(ORCHESTRATOR_TRANSLATION_ENDPOINT=EVIL, ORCHESTRATOR_TRANSLATION_MODEL="m")
        place.environment(ORCHESTRATOR_TARGET_LANGUAGE="de")
    else:
        words = ("--translation-endpoint", EVIL)
        place.allowed(JOB)  # with another one in the job file
    _, keys, said = translation(place, *words)
    assert sorted(keys) == ["OPENAI_API_KEY", "TRANSLATION_API_KEY"]
    assert "no key" not in said


def test_a_job_file_that_names_the_users_own_server_changes_nothing(place):
    place.config(f'translation_endpoint = "{EVIL}"')
    place.allowed(JOB)
    assert translation(place)[1]


def test_a_job_file_cannot_divert_the_key_from_the_users_own_server(place):
    place.config(f'translation_endpoint = "{MINE}"')
    place.allowed(JOB)
    assert translation(place)[1] == {}


def test_a_worker_that_has_the_key_does_not_work_for_a_film_whose_server_must_not_get_it(place):
    place.allowed(JOB)
    theirs, _, _ = translation(place)
    mine, _, _ = translation(place, "--translation-endpoint", EVIL)
    assert theirs.choice == mine.choice
    one, other = (recipe.recipe_for(step.stage, step.choice, 1) for step in (theirs, mine))
    assert one != other
