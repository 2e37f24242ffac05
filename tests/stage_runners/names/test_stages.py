"""A glossary of a cast, and a transcript corrected with it, each stage in its environment."""

from __future__ import annotations

import pytest

from ipc.artifacts import read, write
from tests.stage_runners.rows import said, segment
from tests.stage_runners.spec import run_stage

pytestmark = pytest.mark.env("nlp")

PLOT = (
    "Rachel Moore (Jane Doe) leaves her husband Gus in Denver. Rachel drives to Nevada, where her sister "
    "waits. "
    "Nevada is hot, and Jane Doe is not in this film."
)


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


def cast(path, names, plot="", language="en"):
    rows = [
        {"name": name.lstrip("@"), "kind": "place" if name[0] == "@" else "character", "actor": "Jane Doe",
         "aliases": [], "source": "cast", "order": order}
        for order, name in enumerate(names)
    ]  # fmt: skip
    content = {
        "title": "A film",
        "original_title": "",
        "language": language,
        "year": 0,
        "plot": plot,
        "series": "",
        "sources": [],
    }
    write(path, "cast", columns(rows), content)
    return path


def glossary(folder, names, plot="", language="en"):
    folder.mkdir()
    done, out = run_stage(
        "pre_ner",
        {"cast": cast(folder / "cast.parquet", names, plot, language)},
        folder,
        env="nlp",
    )
    assert done.returncode == 0, done.stderr
    return out / "glossary.parquet"


def transcript(folder, lines, language="en"):
    """Segments and words; a word after ~ has a low probability."""
    segments, words, clock = [], [], 0.0
    for number, line in enumerate(lines):
        own = said(line.replace("~", ""), clock, segment=number)
        for one, text in zip(own, line.split(), strict=True):
            one["probability"] = 0.3 if text.startswith("~") else 0.95
        segments.append(
            segment(number, own[0]["start"], own[-1]["end"], line.replace("~", ""), language=language)
        )
        words += own
        clock = own[-1]["end"] + 1
    write(folder / "segments.parquet", "segments", columns(segments))
    write(folder / "words.parquet", "words", columns(words))
    return {"segments": folder / "segments.parquet", "words": folder / "words.parquet"}


def corrected(folder, lines, names, language="en", **params):
    """The lines afterwards, the corrections' rows, and both tables of words."""
    known = glossary(folder / "cast", names, language=language)
    inputs = transcript(folder, lines, language)
    done, out = run_stage("post_ner", {**inputs, "glossary": known}, folder, params, "nlp")
    assert done.returncode == 0, done.stderr
    segments = read(out / "segments.parquet", "segments").rows()
    words = read(out / "words.parquet", "words").rows()
    for row in segments:
        assert row["text"] == " ".join(word["text"] for word in words if word["segment"] == row["id"])
    changes = read(out / "corrections.parquet", "corrections").rows()
    return [row["text"] for row in segments], changes, words, read(inputs["words"], "words").rows()


def test_a_glossary_lists_the_cast_first_then_plot_names_and_no_actors(tmp_path):
    rows = read(glossary(tmp_path / "a", ["Rachel Moore", "Gus", "@Denver"], PLOT), "glossary").rows()
    terms = {row["term"]: row for row in rows}
    assert {"Rachel", "Moore", "Rachel Moore", "Gus", "Denver", "Nevada"} <= terms.keys()
    assert not {"Jane", "Doe", "Jane Doe"} & terms.keys()
    assert rows[0]["term"] == "Rachel"
    assert terms["Nevada"]["source"] == "plot"
    assert terms["Nevada"]["weight"] < terms["Gus"]["weight"]
    assert terms["Moore"]["full"] == "Rachel Moore"
    assert all(0 <= row["weight"] <= 1 for row in rows)


def test_names_of_an_indian_film_are_written_in_both_scripts(tmp_path):
    rows = read(glossary(tmp_path / "a", ["Simran", "विजय"], language="hi"), "glossary").rows()
    variants = {row["term"]: row["variants"] for row in rows}
    assert "सिम्रन" in variants["Simran"]
    assert "Vijay" in variants["विजय"]


def test_a_plot_in_another_language_is_reported_as_not_read(tmp_path):
    plot = "Rachel verlässt ihren Mann und fährt mit dem Auto nach Hamburg."
    inputs = {"cast": cast(tmp_path / "cast.parquet", ["Rachel"], plot)}
    done, out = run_stage("pre_ner", inputs, tmp_path, env="nlp")
    assert "the plot is not in English" in done.stdout + done.stderr
    assert [row["term"] for row in read(out / "glossary.parquet", "glossary").rows()] == ["Rachel"]


LINES = [
    "I met Rachel and Gus in the park.",
    "We will have ~Rachell's pie, then.",
    "And so does ~Guss.",
    "I ~guess so, it was her ~choice.",
]


def test_a_misheard_name_is_corrected_and_nothing_else_changes(tmp_path):
    texts, changes, words, before = corrected(tmp_path, LINES, ["Rachel", "Gus", "Joyce"])
    assert texts == [
        LINES[0],
        "We will have Rachel's pie, then.",
        "And so does Gus.",
        LINES[3].replace("~", ""),
    ]
    assert [(row["before"], row["after"], row["applied"]) for row in changes] == [
        ("Rachell", "Rachel", True),
        ("Guss", "Gus", True),
    ]
    assert all(row["evidence"] and row["score"] > 0.5 for row in changes)
    assert [words[row["word"]]["text"] for row in changes] == ["Rachel's", "Gus."]
    assert [(w["start"], w["end"]) for w in words] == [(w["start"], w["end"]) for w in before]


def test_a_correction_that_the_user_has_undone_is_listed_and_not_made(tmp_path):
    texts, changes, _, _ = corrected(tmp_path, LINES, ["Rachel", "Gus"], undone=["rachell>Rachel"])
    assert texts[1] == "We will have Rachell's pie, then."
    assert [(row["before"], row["applied"]) for row in changes] == [("Rachell", False), ("Guss", True)]


@pytest.mark.parametrize(
    "names",
    [["Raquel", "Guss", "Joy", "Gustav", "Choice"], ["Vito Corleone", "Sonny", "Rochelle", "@Sicily"]],
    ids=["names that sound like it", "another film's"],
)
def test_a_cast_of_another_film_changes_nothing(tmp_path, names):
    texts, changes, _, _ = corrected(tmp_path, LINES, names)
    assert texts == [line.replace("~", "") for line in LINES]
    assert changes == []


def test_inflected_names_do_not_change(tmp_path):
    lines = ["Tady je Harold a tam Olaf.", "Viděl jsem ~Olafa i ~Haroldovi.", "A potom ~Snori zmizel."]
    texts, changes, _, _ = corrected(tmp_path, lines, ["Harold", "Olaf", "Snorri"], "cs")
    assert texts[1] == "Viděl jsem Olafa i Haroldovi."
    assert [(row["before"], row["after"]) for row in changes] == [("Snori", "Snorri")]


PEOPLE = ["I saw Rachel and Joan today.", "Mark met Raja and Asha, with Rose."]


@pytest.mark.parametrize(
    "lines",
    [
        ["Then I said to ~Joanna that he goes.", "Here ~Raju laughs.", "And ~Usha came with ~Rosie."],
        [f"Then I told ~Joann the {k}." for k in ("first", "second", "third")],
        ["My sister ~Joann hates Joan."],
    ],
    ids=["another vowel at an end", "heard so again and again", "in one sentence with the name"],
)
def test_a_person_who_is_not_in_the_cast_keeps_her_name(lines, tmp_path):
    names = ["Rachel", "Joan", "Mark", "Raja", "Asha", "Rose"]
    _, changes, _, _ = corrected(tmp_path, [*PEOPLE, *lines], names)
    assert changes == []
