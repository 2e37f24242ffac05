"""Answers of servers, stored as files by the question."""

from __future__ import annotations

import os
import time

from stage_runners.network.answer_store import AnswerStore


def aged(folder, seconds):
    """Make every file of `folder` this much older."""
    then = time.time() - seconds
    for file in folder.iterdir():
        os.utime(file, (then, then))


def test_an_answer_is_found_by_its_question_with_its_age(tmp_path):
    AnswerStore(tmp_path / "answers").keep("who?", {"name": "Aditi"})
    aged(tmp_path / "answers", 100)
    kept = AnswerStore(tmp_path / "answers").get("who?")
    assert kept.answer == {"name": "Aditi"}
    assert 99 < kept.age_s < 130
    assert AnswerStore(tmp_path / "answers").get("where?") is None


def test_a_damaged_file_is_not_an_answer(tmp_path):
    store = AnswerStore(tmp_path)
    store.keep("who?", "Aditi")
    (file,) = tmp_path.iterdir()
    file.write_text('{"answer"')
    assert store.get("who?") is None


def test_without_a_folder_nothing_is_stored():
    store = AnswerStore(None)
    store.keep("who?", "Aditi")
    assert store.get("who?") is None
    store.forget(older_than_s=0)


def test_a_folder_that_cannot_be_made_loses_only_the_answer(tmp_path):
    (tmp_path / "file").write_text("")
    store = AnswerStore(tmp_path / "file" / "answers")
    store.keep("who?", "Aditi")
    assert store.get("who?") is None


def test_forget_removes_own_answers_and_old_ones_of_others(tmp_path):
    AnswerStore(tmp_path).keep("old", "1")
    aged(tmp_path, 1000)
    AnswerStore(tmp_path).keep("new", "2")
    store = AnswerStore(tmp_path)
    store.keep("mine", "3")
    store.forget(older_than_s=500)
    after = AnswerStore(tmp_path)
    assert [after.get(question) is not None for question in ("old", "new", "mine")] == [False, True, False]


def test_the_folder_of_a_private_store_is_closed_to_others(tmp_path):
    AnswerStore(tmp_path / "answers", folder_mode=0o700).keep("who?", "Aditi")
    assert (tmp_path / "answers").stat().st_mode & 0o077 == 0
