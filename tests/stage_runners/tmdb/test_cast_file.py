"""The file of --cast, as people and their spreadsheets write it."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipc.errors import StageError
from stage_runners.tmdb.cast_file import read


def said(folder, text, name="cast.csv"):
    place = folder / name
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(place)


def listed(known):
    return [(row.name, row.kind, row.actor, row.aliases) for row in known.rows]


MEERA = ("Meera Joshi", "character", "Zoe Kern", ("Mimi", "Meeru"))


@pytest.mark.parametrize(
    "text",
    [
        "character,actor,aliases\nMeera Joshi,Zoe Kern,Mimi;Meeru\n",
        "Meera Joshi, Zoe Kern, Mimi; Meeru\n",
        "\ufeffCharacter,Actor,Aliases\r\nMeera Joshi,Zoe Kern,Mimi;Meeru\r\n",
        "# who is who\n\nActor,Role,Nicknames\nZoe Kern,Meera Joshi,Mimi|Meeru\n",
        'Character;Actor;Aliases\nMeera Joshi;Zoe Kern;"Mimi;Meeru"\n',
        "Character;Actor;Aliases\nMeera Joshi;Zoe Kern;Mimi,Meeru\n",
        "Character\tActor\tAliases\nMeera Joshi\tZoe Kern\tMimi;Meeru;;Meera Joshi\n",
        '"name","actor","Aliases"\n"Meera Joshi","Zoe Kern","Mimi,Meeru"\n',
    ],
)
def test_a_table_is_read_with_any_delimiter_and_any_order_of_columns(tmp_path, text):
    assert listed(said(tmp_path, text)) == [MEERA]


def test_a_table_in_utf_16_is_read(tmp_path):
    assert listed(said(tmp_path, "character,actor\nमीरा,Zoë\n".encode("utf-16"))) == [
        ("मीरा", "character", "Zoë", ())
    ]


def test_a_place_is_read_with_its_kind(tmp_path):
    known = said(tmp_path, "kind,character\nplace,Nashik\n,Meera\n")
    assert [(row.name, row.kind) for row in known.rows] == [("Nashik", "place"), ("Meera", "character")]


def test_names_alone_are_a_cast(tmp_path):
    assert [row.name for row in said(tmp_path, "Meera\nRaj\n").rows] == ["Meera", "Raj"]


TOML = """
title = "Across the River"
language = "Hindi"
year = 2011
places = ["Nashik", { name = "Pune", aliases = ["Poona"] }]

[[character]]
name = "Meera Joshi"
actor = "Zoe Kern"
aliases = ["Mimi", "Meeru"]
"""


def test_toml_can_hold_facts_about_the_film(tmp_path):
    known = said(tmp_path, TOML, "cast.toml")
    assert listed(known) == [MEERA, ("Nashik", "place", "", ()), ("Pune", "place", "", ("Poona",))]
    assert (known.title, known.language, known.year, known.series) == ("Across the River", "hi", 2011, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cast.csv: holds no names"),
        ("character,actor\n", "cast.csv: holds no names"),
        ("actor,person\nZoe,Meera\n", "line 1: no column is named character (the columns are person)"),
        ("character,role\nMeera,Raj\n", "line 1: two columns hold the name"),
        ("character,actor\nMeera,Zoe\n,Kim\n", "line 3: has no character"),
        ("character,actor\nMeera,Zoe,Mimi\n", "line 2: has more values than columns: 'Mimi'"),
        (
            "character,kind\nMeera,heroine\n",
            "line 2: 'heroine' is not a kind: use one of character, place, other",
        ),
        ('character,actor\nMeera,"Zoe\nRaj,Kim\n', "is not valid CSV"),
        ('[{"character": "Meera"}]\n', "is not a name"),
        ("<html>\n", "'<html>' is not a name"),
        ("character|actor\nMeera|Zoe\n", "'character|actor' is not a name"),
        ("character\nZoë Noël\n".encode() + b"Jos\xe9\n", "damaged UTF-8: line 3 has the byte 0xe9"),
        (b"character\nMe\0era\n", "not a text file: it has zero bytes"),
    ],
)
def test_an_error_in_a_table_names_its_line(tmp_path, text, sentence):
    with pytest.raises(StageError) as raised:
        said(tmp_path, text)
    assert raised.value.category == "input"
    assert "cast.csv" in raised.value.message
    assert sentence in raised.value.message


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('title = "x\n', "line 1: is not valid TOML"),
        ('\n[[character]]\nname = "A"\n[[character]]\nactor = "B"\n', "line 4: a character without a name"),
        (
            '[[character]]\nname = "A"\nalias = ["B"]\n',
            "line 1: 'alias' is not a key of a character",
        ),
        ('[[character]]\nname = "A"\naliases = [1]\n', "line 1: the aliases of A must be a list of texts"),
        ('tile = "x"\n[[character]]\nname = "A"\n', "line 1: 'tile' is not a key of a cast"),
        ('\nlanguage = "Klingonese"\n', "line 2: 'Klingonese' is not a language"),
        ("year = 20111\n", "line 1: year must be a number such as 1999, not 20111"),
        ("title = 5\n", "line 1: title must be text"),
        ("character = 3\n", "line 1: a character without a name"),
        ("", "cast.toml: holds no names"),
    ],
)
def test_an_error_in_toml_names_its_line(tmp_path, text, sentence):
    with pytest.raises(StageError) as raised:
        said(tmp_path, text, "cast.toml")
    assert sentence in raised.value.message


def test_a_missing_file_is_an_error_with_a_message(tmp_path):
    with pytest.raises(StageError, match=r"gone\.csv cannot be read: No such file"):
        read(tmp_path / "gone.csv")


@given(
    st.binary(max_size=200) | st.text(alphabet='a,;|"\n\t#=[] character', max_size=80).map(str.encode),
    st.sampled_from(["csv", "toml"]),
)
def test_any_content_of_a_file_is_a_cast_or_an_error_with_a_message(tmp_path_factory, content, suffix):
    place = tmp_path_factory.mktemp("cast") / f"cast.{suffix}"
    place.write_bytes(content)
    names, sentence = outcome(place)
    assert all(names)
    assert bool(sentence) != bool(names) or place.suffix == ".toml"
    assert place.name in sentence or not sentence


def outcome(place):
    """The names in a file, and the sentence that refuses it."""
    try:
        return [row.name for row in read(place).rows], ""
    except StageError as error:
        return [], error.message


@pytest.mark.parametrize("heading", ["first_name,last_name", "id,order,gender"])
def test_a_table_without_a_column_of_characters_is_refused(tmp_path, heading):
    file = tmp_path / "cast.csv"
    file.write_text(f"{heading}\nBob,Smith\n")
    with pytest.raises(StageError, match="no column is named character"):
        read(file)


def test_headings_in_other_languages_and_names_like_headings_are_understood(tmp_path):
    file = tmp_path / "cast.csv"
    file.write_text("Rolle;Schauspieler\nLink;Harold Perrineau\n")
    assert [(row.name, row.actor) for row in read(file).rows] == [("Link", "Harold Perrineau")]
    file.write_text("Link,Harold Perrineau\n")
    assert [row.name for row in read(file).rows] == ["Link"]


def test_a_cast_that_is_a_pipe_a_device_or_endless_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "device.csv").symlink_to("/dev/zero")
    with (tmp_path / "holes.csv").open("wb") as stream:
        stream.truncate(1 << 40)
    for name, why in (
        ("pipe", "not a file"),
        ("device", "not a file"),
        ("holes", "larger than 4 MB"),
    ):
        with pytest.raises(StageError, match=why):
            read(tmp_path / f"{name}.csv")


def test_a_cast_with_a_number_of_thousands_of_digits_is_refused(tmp_path):
    with pytest.raises(StageError, match="not valid TOML"):
        said(tmp_path, "year = " + "9" * 5000, "cast.toml")


def test_a_cast_that_is_nested_too_deeply_is_refused(tmp_path):
    with pytest.raises(StageError, match="nested too deeply"):
        said(tmp_path, "character = " + "[" * 5000 + "]" * 5000, "cast.toml")
