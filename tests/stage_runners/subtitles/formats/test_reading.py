"""Transcripts are read by markdown-it and python-docx, the table of words by duckdb."""

from __future__ import annotations

import io

import docx as python_docx
import duckdb
import pytest
from docx.oxml.ns import qn
from markdown_it import MarkdownIt

from stage_runners.subtitles.formats import audacity, docx, markdown, words
from stage_runners.subtitles.paragraphs import paragraphs_of
from tests.stage_runners.rows import said, segment, word
from tests.stage_runners.subtitles.documents import (
    EMPTY,
    NAMES,
    ODD_NAMES,
    A,
    B,
    conversation,
    document,
    laid_out,
    long_film,
)


def texts_of(text):
    """The text of every paragraph of Markdown, as a reader sees it, and the kinds of its blocks."""
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    kinds = {token.type for token in tokens}
    return [
        "".join(child.content for child in token.children) for token in tokens if token.type == "inline"
    ], kinds


def paragraphs(made):
    return [one.text for one in python_docx.Document(io.BytesIO(docx.write(made))).paragraphs]


def test_a_paragraph_ends_with_the_speaker_a_pause_or_a_long_text():
    long = "This is one sentence. " * 40
    rows = [
        segment(0, 0.0, 1.0, "One", speaker=A),
        segment(1, 1.5, 2.0, "two.", speaker=A),
        segment(2, 2.0, 3.0, "Three.", speaker=B),
        segment(3, 7.0, 8.0, long, speaker=B),
        segment(4, 8.0, 9.0, "Five.", speaker=B),
    ]
    found = paragraphs_of(document(segments=rows, names=NAMES))
    assert [(one.name, one.text) for one in found] == [
        ("Speaker 2", "One two."),
        ("Speaker 1", "Three."),
        ("Speaker 1", long.strip()),
        ("Speaker 1", "Five."),
    ]


def test_lines_of_a_script_without_blanks_are_joined_without_blanks():
    rows = [segment(0, 0, 1, "今日は", language="ja"), segment(1, 1, 2, "元気です。", language="ja")]
    assert paragraphs_of(document(segments=rows))[0].text == "今日は元気です。"


def test_markdown_says_who_speaks_and_when_and_nothing_becomes_markup():
    found, kinds = texts_of(markdown.write(conversation()))
    assert found == [
        'Ann <& "Bo" 0:00', 'Is <b>R&D "here"</b> now?',
        "שרה 🎬 0:01", "שלום, 🎉 עולם",
        'Ann <& "Bo" 0:09', "We pay *five* dollars",
    ]  # fmt: skip
    assert kinds == {"paragraph_open", "inline", "paragraph_close"}


@pytest.mark.parametrize(
    "odd",
    ["# one", "1. one", "2) one", "- one", "+ one", "* one", "> one", "---", "===", "_a_ **b** `c` ~~d~~",
     "[a](b) ![c](d)", "&amp; &lt;", "<script>x</script>", "a | b", "\\* \\", "$x^2$", "    four",
     "https://example.org/a_b_c", "1986. A great year!", "!", "-1 and +1", "#1"],
)  # fmt: skip
def test_any_text_is_a_paragraph_of_markdown(odd):
    found, kinds = texts_of(markdown.write(document(segments=[segment(0, 0, 1, odd)])))
    assert found[1:] == [" ".join(odd.split())]
    assert kinds == {"paragraph_open", "inline", "paragraph_close"}


def test_word_reads_speakers_times_and_texts():
    made = python_docx.Document(io.BytesIO(docx.write(conversation())))
    assert [(one.style.name, one.text) for one in made.paragraphs] == [
        ("Speaker", f"{ODD_NAMES[B]}  0:00"), ("Normal", 'Is <b>R&D "here"</b> now?'),
        ("Speaker", f"{ODD_NAMES[A]}  0:01"), ("Normal", "שלום, 🎉 עולם"),
        ("Speaker", f"{ODD_NAMES[B]}  0:09"), ("Normal", "We pay *five* dollars"),
    ]  # fmt: skip
    right = [one._p.find(f".//{qn('w:bidi')}") is not None for one in made.paragraphs]
    assert right == [False, False, True, True, False, False]


def test_equal_transcripts_are_equal_files():
    assert docx.write(conversation()) == docx.write(conversation())


def test_without_text_there_is_an_empty_transcript():
    assert markdown.write(EMPTY) == ""
    assert paragraphs(EMPTY) == []


def test_three_hours_are_whole_and_have_times_with_hours():
    made = long_film()
    found = paragraphs(made)
    assert found[-2].endswith("2:59:55")
    said = [one for one in found if one.startswith("And so number")]
    assert len(said) == len(made.segments)
    assert texts_of(markdown.write(made))[0][1::2] == said


def rows_of(made, folder, query="select * from film"):
    file = folder / "film.words.parquet"
    file.write_bytes(words.write(made))
    with duckdb.connect() as base:
        film = base.read_parquet(str(file))
        return base.query(query).fetchall() if film else []


def test_duckdb_reads_the_words_with_speaker_language_and_cue(tmp_path):
    made = conversation()
    rows = rows_of(made, tmp_path, "select word, start, speaker, name, language, cue from film")
    assert sorted(row[0] for row in rows) == sorted(one["text"] for one in made.words)
    assert rows[0] == ("Is", 0.5, B, ODD_NAMES[B], "en", 1)
    assert [row[1] for row in rows].count(None) == 1
    assert {row[4] for row in rows if row[2] == A} == {"he"}
    shown = {k: cue.text() for k, cue in enumerate(made.cues, 1)}
    assert all(row[0] in shown[row[5]] for row in rows)


def test_every_word_of_three_hours_is_in_the_cue_that_shows_it(tmp_path):
    made = long_film()
    rows = rows_of(made, tmp_path, "select word, cue from film")
    by_cue = {}
    for text, cue in rows:
        by_cue.setdefault(cue, []).append(text)
    assert None not in by_cue
    assert {k: one.text().replace(",", "").split() for k, one in enumerate(made.cues, 1)} == {
        k: " ".join(found).replace(",", "").split() for k, found in by_cue.items()
    }


def test_a_film_without_words_is_a_table_without_rows(tmp_path):
    assert rows_of(EMPTY, tmp_path) == []


def test_the_confidence_is_the_aligners_or_else_the_recognisers(tmp_path):
    rows = [word("a", 0, 1), {**word("b", 1, 2), "score": 0.5}]
    made = laid_out([segment(0, 0, 2, "a b")], rows)
    found = rows_of(made, tmp_path, "select round(confidence, 2) from film")
    assert [one for (one,) in found] == pytest.approx([0.9, 0.5])


def test_a_label_is_a_line_with_two_times_and_a_text():
    made = laid_out([segment(0, 0.5, 2.0, "a\tb\nc")], said("a\tb\nc", 0.5))
    (line,) = audacity.write(made).splitlines()
    start, end, text = line.split("\t")
    assert (float(start), text) == (made.cues[0].start / 1000, "a b c")
    assert float(end) == made.cues[0].end / 1000
    assert audacity.write(EMPTY) == ""
