"""From roles as databases write them to characters with names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stage_runners.tmdb.film_facts import Known, Row, folded
from stage_runners.tmdb.merge import merge
from stage_runners.tmdb.nameless_roles import nameless
from stage_runners.tmdb.roles import characters, people


@pytest.mark.parametrize(
    ("role", "name", "aliases"),
    [
        ("Meera", "Meera", ()),
        ("Raj / Narrator (voice)", "Raj", ()),
        ("Narrator / Raj", "Raj", ()),
        ("Thomas Vance / Ion", "Thomas Vance", ("Ion",)),
        ('Aditi "Addy" Sharma', "Aditi Sharma", ("Addy",)),
        ("Aditi \u201cAddy\u201d Sharma (as A. Rao)", "Aditi Sharma", ("Addy",)),
        ("Robert 'Bob' Mills", "Robert Mills", ("Bob",)),
        ("Robert (Bobby) Mills", "Robert Mills", ("Bobby",)),
        ("Miles O'Hara", "Miles O'Hara", ()),
        ("Dr. Rao", "Dr. Rao", ()),
        ("Inspector Vikram Singh", "Inspector Vikram Singh", ()),
        ('Mr. "X"', "Mr. X", ()),
        ("Peter Vance a.k.a. Moth-Man", "Peter Vance", ("Moth-Man",)),
        ("Henry Stone, Jr.", "Henry Stone, Jr.", ()),
        ("Raj, Aditi's brother", "Raj", ()),
        ("Vijay & Raj", "Vijay", ("Raj",)),
        ("Raj - The Groom", "Raj", ()),
        ("Young Vito Marino", "Vito Marino", ()),
        ("Little John", "Little John", ()),
        ("Tank", "Tank", ()),
        ("M", "M", ()),
        ("राज", "राज", ()),
        ("Meera (voice", "Meera", ()),
        ("Meera (uncredited)", "Meera", ()),
        ("Meera\u200b\t Joshi ", "Meera Joshi", ()),
    ],
)
def test_a_role_becomes_a_character(role, name, aliases):
    ((row, _),) = characters(role, "Somebody")
    assert (row.name, row.aliases, row.actor) == (name, aliases, "Somebody")


@pytest.mark.parametrize(
    "role",
    [
        "",
        "???",
        "Self",
        "Self - Host",
        "Himself (archive footage)",
        "Bartender",
        "The Bartender",
        "Man #2",
        "Cop 1",
        "Police Officer 2",
        "Girl in Red Dress",
        "Woman at the Party",
        "old man by the door",
        "Raj's Mother",
        "Raj\u2019s Friend",
        "Narrator (voice) (uncredited)",
        "Additional Voices",
        "Special Appearance",
        "Cameo Appearance in the song",
        "Young Doctor",
    ],
)
def test_a_role_without_a_name_is_left_out(role):
    assert characters(role, "Somebody") == []


def test_a_name_that_holds_an_ordinary_word_stays_a_name():
    assert not any(map(nameless, ["Father Brown", "Doctor Rao", "Uncle Ben", "Nurse Ratna", "Baby Kumar"]))


def test_a_character_played_at_several_ages_is_one():
    rows, dropped = people(
        [("Young Meera", "A"), ("Meera Joshi", "B"), ("Little Meera", "C"), ("Waiter", "D")]
    )
    assert [(row.name, row.actor) for row in rows] == [("Meera Joshi", "B")]
    assert dropped == 1


def test_a_role_that_two_actors_play_is_one():
    rows, _ = people([("Raj (child)", "A"), ("Raj", "B")])
    assert [(row.name, row.actor) for row in rows] == [("Raj", "A")]


def test_sources_are_merged_by_name_and_the_first_one_names_a_character():
    mine = Known(
        source="cast",
        year=2011,
        rows=(Row(name="Meera Joshi", aliases=("Mimi",)), Row(name="Pune", kind="place")),
    )
    theirs = Known(
        source="tmdb",
        title="River",
        year=2012,
        rows=(Row(name="MIMI", actor="A"), Row(name="Raj", actor="B")),
    )
    merged = merge([mine, theirs])
    assert [(row.name, row.actor, source) for row, source in merged.rows] == [
        ("Meera Joshi", "A", "cast+tmdb"),
        ("Raj", "B", "tmdb"),
        ("Pune", "", "cast"),
    ]
    assert (merged.facts["year"], merged.facts["title"]) == (2011, "River")
    assert merged.sources == ("cast: year, 2 names", "tmdb: title, 1 name, 1 also in earlier sources")


def test_one_role_of_an_actor_in_two_sources_is_one_character():
    nfo = Known(source="nfo", rows=(Row(name="Addy", actor="Zoë Kern"),))
    tmdb = Known(source="tmdb", rows=(Row(name="Aditi Sharma", actor="Zoe Kern"),))
    ((row, source),) = merge([nfo, tmdb]).rows
    assert (row.name, row.aliases, source) == ("Addy", ("Aditi Sharma",), "nfo+tmdb")


def test_two_roles_of_an_actor_stay_two():
    nfo = Known(source="nfo", rows=(Row(name="Ram", actor="A"), Row(name="Shyam", actor="A")))
    tmdb = Known(source="tmdb", rows=(Row(name="Shyam Lal", actor="A"),))
    assert [row.name for row, _ in merge([nfo, tmdb]).rows] == ["Ram", "Shyam", "Shyam Lal"]


def test_without_sources_the_cast_is_empty():
    merged = merge([])
    assert merged.rows == ()
    assert merged.facts == {
        "title": "",
        "original_title": "",
        "language": "",
        "year": 0,
        "plot": "",
        "series": "",
    }


@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("\"'()[]/&-,.#1 aAZé\u201c\u2019राज李\u200d"), st.characters()),
        max_size=60,
    )
)
def test_every_character_name_contains_letters(role):
    for row, _ in characters(role, "Somebody"):
        for name in (row.name, *row.aliases):
            assert name == name.strip()
            assert folded(name)
        assert folded(row.name) not in map(folded, row.aliases)


def test_a_source_of_fifty_thousand_names_is_merged_in_seconds():
    """An .nfo of 4 MB may hold as many; to compare each with each would take hours."""
    rows = tuple(Row(name=f"Character N{k}", actor=f"Actor {k}") for k in range(50_000))
    before = time.process_time()
    merged = merge([Known(source="nfo", rows=rows), Known(source="tmdb", rows=rows[:10])])
    assert time.process_time() - before < 20
    assert merged.rows[0][1] == "nfo+tmdb"
    assert len(merged.rows) + merged.left_out == 50_000


@pytest.mark.parametrize("role", ["Little Raj{}"])
def test_fifty_thousand_roles_take_seconds(role):
    before = time.process_time()
    rows, dropped = people([(role.format(*[chr(0x900 + k)] * 2), f"actor {k}") for k in range(50_000)])
    assert time.process_time() - before < 20
    assert rows
    assert dropped >= 49_000
