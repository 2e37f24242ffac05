"""The user's glossary: which columns it may have, what is refused, and that no cell of it is computed."""

from __future__ import annotations

import csv
import io
import os

import pytest

from ipc.errors import StageError
from stage_runners.translation import glossary_file
from stage_runners.translation.terms import ADDRESS, Term


def read(tmp_path, text, target="de"):
    path = tmp_path / "glossary.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return glossary_file.read(path, target)


def pairs(terms):
    return [(term.source, term.target) for term in terms]


@pytest.mark.parametrize(
    "text",
    [
        "Pod,Gondel,the vehicle\nAnna > Tom,du\n",
        "source,target,note\nPod,Gondel,the vehicle\nAnna > Tom,du,\n",
        "source;note;target\nPod;the vehicle;Gondel\nAnna > Tom;;du\n",
        "Source Term\tTranslation\tNotes\nPod\tGondel\tthe vehicle\nAnna > Tom\tdu\t\n",
        "\ufeffsource,de,fr,note\n# a remark\nPod,Gondel,Nacelle,the vehicle\n\nAnna > Tom,du,tu,\n",
        "source,target,note\nPod,Gondel,the vehicle\nAnna > Tom,du,\n".encode("utf-16"),
    ],
)
def test_a_glossary_is_read_in_the_forms_that_people_write(tmp_path, text):
    terms = read(tmp_path, text)
    assert pairs(terms) == [("Pod", "Gondel"), ("Anna > Tom", "du")]
    assert [term.kind for term in terms] == ["term", ADDRESS]
    assert terms[0].note == "the vehicle"
    assert {term.origin for term in terms} == {"user"}


def test_a_column_for_the_region_wins_over_that_of_the_language_and_that_over_target(tmp_path):
    text = "source,target,pt,pt-BR\ntrain,x,comboio,trem\nbus,y,autocarro,\n"
    assert pairs(read(tmp_path, text, "pt-BR")) == [("train", "trem")]
    assert pairs(read(tmp_path, text, "pt-PT")) == [("train", "comboio"), ("bus", "autocarro")]
    assert pairs(read(tmp_path, text, "cs")) == [("train", "x"), ("bus", "y")]


def test_of_two_lines_with_the_same_source_the_first_counts(tmp_path):
    assert pairs(read(tmp_path, "Pod,Gondel\npod,Kapsel\n")) == [("Pod", "Gondel")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "has no terms"),
        (b"\x00\x01\x02\x03binary\x00", "not a text file"),
        ('Pod,"Gondel\nTom,Tim\n', "not valid CSV"),
        (",Gondel\n", "line 1: has no source term"),
        ("Pod," + "x" * 81, "more than 80 characters"),
        ("\n".join(f"term{k},x" for k in range(5001)), "more than 5000 terms"),
        (b"x" * ((1 << 20) + 1), "glossary.csv: is"),
    ],
)
def test_what_is_no_glossary_is_refused_in_a_sentence(tmp_path, text, why):
    with pytest.raises(StageError, match=why) as refused:
        read(tmp_path, text)
    assert refused.value.category == "input"


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "glossary.csv")
    with pytest.raises(StageError, match="a pipe"):
        glossary_file.read(tmp_path / "glossary.csv", "de")


def test_control_characters_and_turns_of_direction_are_taken_out(tmp_path):
    assert pairs(read(tmp_path, "Pod\u202e,Gon\u2028del\n")) == [("Pod", "Gon del")]


def test_what_is_written_is_read_again_and_no_spreadsheet_computes_it(tmp_path):
    terms = [
        Term('=HYPERLINK("http://evil")', "@SUM(1)", "-1+2"),
        Term("Pod", "Gondel, die", 'the "vehicle"'),
        Term("'tis", "'s ist"),
    ]
    text = glossary_file.as_csv(terms, "de")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t"}] == []
    assert [term[:3] for term in read(tmp_path, text)] == [term[:3] for term in terms]
