"""Lines break where grammar lets a reader breathe, by the parse of the sentence as it was heard."""

from __future__ import annotations

import pytest

from ipc.artifacts import read, write
from stage_runners.phrases.cost import costs
from stage_runners.phrases.runner import units
from stage_runners.subtitles.line_breaks import Lines
from stage_runners.subtitles.runner import with_costs
from stage_runners.subtitles.tokens import tokens
from tests.stage_runners.rows import around, said, segment, word
from tests.stage_runners.spec import run_stage


class Word:
    """A token as spaCy gives it, as far as it is looked at."""

    def __init__(self, doc, text, dep, head, tag):
        self.i = len(doc)
        self.idx = doc[-1].idx + len(doc[-1].text) + 1 if doc else 0
        self.text, self.dep_, self.tag_, self._head, self._doc = text, dep, tag, head, doc
        self.is_punct = tag == ","

    @property
    def head(self):
        return self._doc[self._head]


def parsed(*words):
    doc = []
    for text, dep, head, tag in words:
        doc.append(Word(doc, text, dep, head, tag))
    return doc


def before(doc):
    return dict(zip([token.text for token in doc], costs(doc, [token.idx for token in doc]), strict=True))


HOUSE = parsed(
    ("We", "nsubj", 1, "PRP"), ("saw", "ROOT", 1, "VBD"), ("the", "det", 4, "DT"), ("old", "amod", 4, "JJ"),
    ("house", "dobj", 1, "NN"), ("behind", "prep", 1, "IN"), ("trees", "pobj", 5, "NNS"), ("and", "cc", 1,
    "CC"),
    ("Ann", "compound", 9, "NNP"), ("Lee", "nsubj", 10, "NNP"), ("left", "conj", 1, "VBD"),
)  # fmt: skip


def test_breaks_inside_close_phrases_cost_most():
    cost = before(HOUSE)
    assert all(cost[text] == 8 for text in ("old", "house", "trees", "Lee"))
    assert cost["saw"] >= 6, "a pronoun and its verb"
    assert cost["Ann"] >= 7, "no line ends with a conjunction"


def test_breaks_cost_least_at_clauses_and_little_at_phrases():
    cost = before(HOUSE)
    assert cost["and"] < cost["behind"] < cost["the"] < 8


def test_a_word_that_the_parser_joined_with_another_has_no_break_before_it():
    assert costs(HOUSE, [0, 1]) == [0.0, 8.0]


def test_sentences_continue_over_segments_but_never_over_languages():
    words = said("So what is", 0, segment=0) + said("luck? It is", 2, segment=1) + said("hier", 4, segment=2)
    found = list(units([segment(0), segment(1), segment(2, language="de")], words))
    assert [unit.text for unit in found] == ["So what is luck?", "It is"]
    assert [row for unit in found for row, _, _ in unit.words] == [0, 1, 2, 3, 4, 5]
    assert all(unit.text[a:b] == words[row]["text"] for unit in found for row, a, b in unit.words)


def test_text_without_sentence_ends_is_parsed_in_pieces():
    found = list(units([segment(0)], said("and so on " * 200)))
    assert len(found) == 3
    assert max(len(unit.words) for unit in found) == 200


def test_lines_break_by_the_parse_if_there_is_one_and_by_rules_otherwise():
    words = said("we suddenly saw the green Harriet stones standing about there")
    rows = [{"word": k, "cost": 1.0 if k == 5 else 8.0} for k in range(1, 10)]
    lines = Lines(tokens(around(words), with_costs(words, rows), 42), "en", 42, 2)
    assert lines.best(0, 10)[1] == (5,)
    assert Lines(tokens(around(words), words, 42), "en", 42, 2).breaks[5] != 1.0


def test_a_piece_of_a_word_longer_than_a_line_has_no_cost():
    words = with_costs([word("a", 0, 1), word("b/" * 30, 1, 2)], [{"word": 1, "cost": 2.0}])
    cut = tokens(around(words), words, 16)
    assert Lines(cut, "en", 16, 2).breaks[1] == 2.0
    assert cut[2].inside


def artifacts(folder, segments, words):
    folder.mkdir(exist_ok=True)
    paths = {"segments": folder / "segments.parquet", "words": folder / "words.parquet"}
    write(paths["segments"], "segments", columns(segments), {}, {})
    write(paths["words"], "words", columns(words), {}, {})
    return paths


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.env("nlp")
def test_the_stage_parses_english_and_leaves_other_languages_to_the_rules(tmp_path):
    words = said("We were looking for the old house behind the railway station.", segment=0)
    words += said("Das alte Haus steht noch.", 9.0, segment=1)
    paths = artifacts(tmp_path / "in", [segment(0), segment(1, 9.0, 12.0, language="de")], words)
    done, out = run_stage("phrases", paths, tmp_path, env="nlp")
    assert done.returncode == 0, done.stderr
    made = read(out / "phrases.parquet", "phrases")
    cost = {words[row["word"]]["text"]: row["cost"] for row in made.rows()}
    assert made.provenance["method"] == "spaCy"
    assert cost["behind"] < cost["looking"]
    assert cost["railway"] == cost["old"] == 8.0
    assert "Haus" not in cost


@pytest.mark.env("nlp")
def test_a_film_in_a_language_without_a_model_says_that_rules_alone_are_used(tmp_path):
    paths = artifacts(tmp_path / "in", [segment(0, language="cs")], said("Kam jdeme?", segment=0))
    done, out = run_stage("phrases", paths, tmp_path, env="nlp")
    assert done.returncode == 0, done.stderr
    made = read(out / "phrases.parquet", "phrases")
    assert (made.rows(), made.content["language"], made.provenance["method"]) == ([], "cs", "rules only")
