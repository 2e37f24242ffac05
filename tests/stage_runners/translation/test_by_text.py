"""What is done around a translator: names, checks, further attempts, marks, mixed films. The translator here
is a table."""

# ruff: noqa: RUF001 - text of many scripts

from __future__ import annotations

import threading

import pytest

from ipc.artifacts import read, write
from ipc.context import Context
from ipc.errors import Cancelled, StageError
from ipc.protocol import Load, Run
from stage_runners.translation import by_text
from tests.stage_runners.rows import said, segment
from tests.stage_runners.translation.test_stage import columns, glossary


class Table:
    """Answers from a table: for each text what it becomes, at the first attempt, the second, ...; else the
    text in capitals."""

    method = "table"

    def __init__(
        self, answers=(), *, placeholder="XQ{}", batch=4, in_order=False, languages=("cs", "en", "de")
    ):
        self.answers = dict(answers)
        self.placeholder, self.batch, self.in_order, self.languages = placeholder, batch, in_order, languages
        self.calls = []
        self.film = []

    def begin(self, film):
        self.film = film

    def refusal(self, language, target):
        return "" if language in self.languages else f"the table has no {language}"

    def translate(self, lines, target, attempt):
        self.calls.append((attempt, [line.text for line in lines]))
        return [self._answer(line.text, attempt) for line in lines]

    def _answer(self, text, attempt):
        found = self.answers.get(text, f"{text} indeed")
        return found if isinstance(found, str) or found is None else found[min(attempt, len(found) - 1)]


class Ran:
    """A run: its tables, facts and reasons."""

    def __init__(self, folder, translator, lines, names=(), target="en", cancelled=None, **params):
        words = [
            w for k, line in enumerate(lines) for w in said(line[0], 5.0 * k, speaker=line[2], segment=k)
        ]
        segments = [
            segment(k, 5.0 * k, 5.0 * k + 4, text, speaker=who, language=code)
            for k, (text, code, who) in enumerate(lines)
        ]
        inputs = {"segments": folder / "segments.parquet", "words": folder / "words.parquet"}
        for name, rows in (("segments", segments), ("words", words)):
            shape = segment() if name == "segments" else said("a")[0]
            write(inputs[name], name, columns(rows) if rows else {key: [] for key in shape})
        if names:
            inputs["glossary"] = glossary(folder, *names)
        outputs = {name: {"kind": name} for name in ("segments", "words")}
        out = folder / "out"
        out.mkdir()
        run = Run(
            job="j", params={"target": target, **params}, inputs={}, outputs=outputs, output_dir=str(out)
        )
        self.events = []
        load = Load(params={}, device="cpu")
        context = Context("translation", 1, load, run, self.events.append, cancelled)
        by_text.run(translator, inputs, context)
        self.segments = read(out / "segments.parquet", "segments").rows()
        self.words = read(out / "words.parquet", "words").rows()
        self.texts = [row["text"] for row in self.segments]
        self.facts, self.reasons = context.facts, context.reasons
        self.marked = self.facts["lines_marked"]


def cs(*texts):
    return [(text, "cs", None) for text in texts]


def test_lines_are_batched_by_length_and_duplicates_are_translated_once(tmp_path):
    table = Table(batch=2)
    ran = Ran(tmp_path, table, cs("Ano.", "Nevím nic.", "Ano.", "Tak pojď domů.", "Ano."))
    assert table.calls == [(0, ["Tak pojď domů.", "Nevím nic."]), (0, ["Ano."])]
    assert ran.texts == [
        "Ano. indeed",
        "Nevím nic. indeed",
        "Ano. indeed",
        "Tak pojď domů. indeed",
        "Ano. indeed",
    ]


def test_lines_stay_in_order_if_neighbours_matter(tmp_path):
    table = Table(batch=2, in_order=True)
    Ran(tmp_path, table, cs("Ano.", "Nevím nic.", "Ano."))
    assert table.calls == [(0, ["Ano.", "Nevím nic."]), (0, ["Ano."])]
    assert [line.number for line in table.film] == [0, 1, 2]


def test_after_an_edit_only_what_changed_is_translated_again(tmp_path):
    memory = str(tmp_path / "memory" / "film-en.json")
    folders = [tmp_path / name for name in "abcd"]
    for folder in folders:
        folder.mkdir()
    first = cs("Ano.", "Nevím nic.", "Ano.", "Tak pojď domů.")
    Ran(folders[0], Table(), first, memory=memory)
    edited = cs("Ano.", "Nevím všechno.", "Ano.", "Tak pojď domů.")
    table = Table()
    ran = Ran(folders[1], table, edited, memory=memory, recall=True)
    assert table.calls == [(0, ["Nevím všechno."])]
    assert ran.texts == ["Ano. indeed", "Nevím všechno. indeed", "Ano. indeed", "Tak pojď domů. indeed"]
    assert [line.translation for line in table.film] == [
        "Ano. indeed",
        "",
        "Ano. indeed",
        "Tak pojď domů. indeed",
    ]
    assert ran.facts["lines_recalled"] == 3
    table = Table()
    ran = Ran(folders[2], table, edited, memory=memory, recall=True)
    assert len(table.calls) == 1  # the same transcript again: somebody wants new answers
    assert "lines_recalled" not in ran.facts
    table = Table()
    table.method = "another model"
    Ran(folders[3], table, first, memory=memory, recall=True)
    assert sum(len(texts) for _, texts in table.calls) == 3


def test_the_same_line_keeps_the_translation_that_it_had_at_its_place(tmp_path):
    memory = str(tmp_path / "film-en.json")
    for name in "ab":
        (tmp_path / name).mkdir()

    class ByPlace(Table):
        def _answer(self, text, attempt):
            return f"answer {sum(len(texts) for _, texts in self.calls)}"

    lines = cs("Ano.", "Nevím nic.", "Ano.", "Ano.")
    Ran(tmp_path / "a", ByPlace(batch=1, in_order=True), lines, memory=memory)
    lines[1] = ("Nevím všechno.", "cs", None)
    ran = Ran(tmp_path / "b", ByPlace(batch=1, in_order=True), lines, memory=memory, recall=True)
    assert ran.texts == ["answer 1", "answer 1", "answer 3", "answer 4"]


def test_a_memory_that_is_damaged_or_none_is_no_error(tmp_path):
    damaged = tmp_path / "film-en.json"
    damaged.write_text('{"made_by": 3')
    table = Table()
    ran = Ran(tmp_path, table, cs("Ano."), memory=str(damaged), recall=True)
    assert ran.texts == ["Ano. indeed"]


def test_a_line_that_loses_a_placeholder_is_translated_again_without_it(tmp_path):
    table = Table({"XQ1 je tady.": "She is here.", "Eva je tady.": "Eva is here."})
    ran = Ran(tmp_path, table, cs("Eva je tady."), names=[("Eva", ())])
    assert [texts for _, texts in table.calls] == [["XQ1 je tady."], ["Eva je tady."]]
    assert (ran.texts, ran.marked["count"]) == (["Eva is here."], 0)


def test_a_name_lost_even_without_a_placeholder_is_marked(tmp_path):
    table = Table({"XQ1 je tady.": "She is here.", "Eva je tady.": "She is there."})
    ran = Ran(tmp_path, table, cs("Eva je tady."), names=[("Eva", ())])
    assert ran.texts == ["She is here."]
    assert ran.marked == {
        "count": 1,
        "by": {"a name is lost": 1},
        "first": [{"time": 0.0, "fault": "a name is lost"}],
    }
    assert ran.reasons == []


def test_a_text_that_holds_the_code_of_a_placeholder_gets_none(tmp_path):
    table = Table({"Eva má XQ7.": "Eva has XQ7."})
    assert Ran(tmp_path, table, cs("Eva má XQ7."), names=[("Eva", ())]).texts == ["Eva has XQ7."]


def test_of_several_attempts_the_best_is_kept(tmp_path):
    text = "Tak to je ale opravdu zvláštní."
    loop, wrong = "so so so so so so so so so so so so", "Так это очень странно."
    ran = Ran(tmp_path, Table({text: [loop, wrong, loop]}), cs(text))
    assert (ran.texts, ran.marked["by"]) == ([wrong], {"in the wrong script": 1})


def test_a_loop_in_every_attempt_is_cut_to_one_phrase_and_marked(tmp_path):
    text = "Tak to je ale opravdu zvláštní."
    ran = Ran(tmp_path, Table({text: "so so so so so so so so"}), cs(text))
    assert (ran.texts, ran.marked["by"]) == (["so"], {"repeats itself": 1})


def test_the_last_attempt_is_made_in_clauses(tmp_path):
    text = "Byl jsem v autě, a pak jsem šel domů."
    parts = {"Byl jsem v autě,": "I was in the car,", "a pak jsem šel domů.": "and then I went home."}
    table = Table({text: "Где ты был вчера вечером?", **parts})
    ran = Ran(tmp_path, table, cs(text))
    assert (ran.texts, ran.marked["count"]) == (["I was in the car, and then I went home."], 0)
    assert sorted(table.calls[-1][1]) == sorted(parts)


def test_lines_already_in_the_target_language_keep_their_text_and_times(tmp_path):
    lines = [("Kde jsi byl?", "cs", "A"), ("In the car.", "en", "B"), ("♪", "cs", None)]
    ran = Ran(tmp_path, Table({"Kde jsi byl?": "Where were you?"}), lines)
    assert ran.texts == ["Where were you?", "In the car.", "♪"]
    assert {word["method"] for word in ran.words if word["segment"] == 0} == {"translated"}
    assert [word["start"] for word in ran.words if word["segment"] == 1] == [5.0, 5.35, 5.7]
    assert {word["method"] for word in ran.words if word["segment"] == 1} == {"attention"}
    assert ran.facts["lines_passed"] == 2


def test_hindi_in_arabic_letters_is_translated_as_urdu(tmp_path):
    table = Table({"میں گھر گیا تھا۔": "I had gone home."}, languages=("hi", "ur"))
    ran = Ran(tmp_path, table, [("میں گھر گیا تھا۔", "hi", None)])
    assert [line.language for line in table.film] == ["ur"]
    assert (ran.texts, ran.facts["read_as"]) == (["I had gone home."], {"ur": 1})


def test_lines_in_an_unsupported_language_are_missing_and_reported(tmp_path):
    lines = [("Kde jsi byl?", "cs", None), ("Où est la gare?", "fr", None)]
    ran = Ran(tmp_path, Table(), lines)
    assert ran.texts == ["Kde jsi byl? indeed"]
    assert ran.reasons == ["1 line is missing: the table has no fr"]
    (tmp_path / "all").mkdir()
    with pytest.raises(StageError, match="the table has no fr"):
        Ran(tmp_path / "all", Table(), lines[1:])


def test_lines_without_a_translation_are_missing_and_a_model_that_often_fails_is_reported(tmp_path):
    texts = [f"Věta číslo {k} je tady." for k in range(8)]
    answers = {texts[0]: None} | {text: f"Это предложение {text[11]} здесь." for text in texts[1:5]}
    ran = Ran(tmp_path, Table(answers), cs(*texts))
    assert len(ran.texts) == 7
    assert ran.reasons == [
        "1 line is missing, because no translation came: the first at 0 s",
        "4 of 8 lines look wrong: the model may not fit these languages",
    ]
    assert ran.marked["by"] == {"empty": 1, "in the wrong script": 4}


def test_a_film_without_speech_gives_empty_tables(tmp_path):
    ran = Ran(tmp_path, Table(), [])
    assert (ran.segments, ran.words, ran.reasons) == ([], [], [])
    assert "same_language" not in ran.facts


def test_a_film_in_the_target_language_is_not_translated(tmp_path):
    ran = Ran(tmp_path, Table(), [("In the car.", "en", None)])
    assert (ran.segments, ran.facts["same_language"]) == ([], True)


def test_a_cancelled_run_stops_between_two_batches(tmp_path):
    cancelled = threading.Event()

    class Asked(Table):
        def translate(self, lines, target, attempt):
            cancelled.set()
            return super().translate(lines, target, attempt)

    table = Asked(batch=1)
    with pytest.raises(Cancelled):
        Ran(tmp_path, table, cs("Ano, pane.", "Ne."), cancelled=cancelled)
    assert len(table.calls) == 1
