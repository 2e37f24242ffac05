"""The .nfo files that players and tools write, and what else lies about under that name."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.stage_runners.spec import ROOT, python_of

pytestmark = pytest.mark.env("nlp")

READER = """
import dataclasses, json, sys
from pathlib import Path
from stage_runners.tmdb.nfo import read
for line in sys.stdin:
    path, episode = json.loads(line)
    print(json.dumps(dataclasses.asdict(read(Path(path), episode))), flush=True)
"""

KODI = """<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<movie>
    <title>Across the River</title>
    <originaltitle>नदी के पार</originaltitle>
    <ratings><rating name="themoviedb" max="10" default="true"><value>7.1</value></rating></ratings>
    <outline></outline>
    <plot>Meera &amp; Raj leave&#13;
[B]Nashik[/B].</plot>
    <runtime>121</runtime>
    <uniqueid type="imdb">tt1234567</uniqueid>
    <uniqueid type="tmdb" default="true">71</uniqueid>
    <premiered>2011-03-04</premiered>
    <set><name>Rivers</name><overview>Not this</overview></set>
    <fileinfo><streamdetails><audio><language>hin</language></audio></streamdetails></fileinfo>
    <actor><name>Actor Two</name><role>Raj / Narrator (voice)</role><order>1</order><thumb>https://a.example/2.jpg</thumb></actor>
    <actor><name>Actor One</name><role>Meera &quot;Mimi&quot; Joshi</role><order>0</order></actor>
    <actor><name>Actor Three</name><role>Self</role><order>2</order></actor>
    <actor><name>Actor Four</name><role></role><order>3</order></actor>
    <actor><name>Actor Five</name><role>Bus Driver</role><order>4</order></actor>
</movie>
"""
JELLYFIN = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<episodedetails>
  <plot><![CDATA[The water rises & falls.]]></plot>
  <title>The Tide</title>
  <showtitle>Harbour Lights</showtitle>
  <season>1</season>
  <episode>2</episode>
  <aired>2015-02-01</aired>
  <imdbid>tt7654321</imdbid>
  <tvdbid>5550123</tvdbid>
  <actor><name>Actor D</name><role>Director of it</role><type>Director</type></actor>
  <actor><name>Actor I</name><role>Ines Duarte</role><type>Actor</type><sortorder>0</sortorder></actor>
  <actor><name>Actor G</name><role>Mr. Finch</role><type>GuestStar</type><sortorder>1</sortorder></actor>
</episodedetails>
"""
MOST = "<movie><title>Pâté</title><year>1999</year><actor><name>Zoë</name><role>Renée</role></actor></movie>"


@pytest.fixture(scope="module")
def reader():
    with subprocess.Popen(
        [python_of("nlp"), "-P", "-c", READER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    ) as process:  # fmt: skip
        yield process
        process.stdin.close()


@pytest.fixture
def said(reader, tmp_path):
    """Reads an .nfo with this content: what it knows (None: nothing), and what could not be read."""

    def read(content, episode=None):
        place = tmp_path / "film.nfo"
        if content != place:
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        reader.stdin.write(json.dumps([str(place), episode]) + "\n")
        reader.stdin.flush()
        answer = json.loads(reader.stdout.readline())
        return answer["known"], answer["trouble"]

    return read


def names(known):
    return [row["name"] for row in known["rows"]]


def test_an_nfo_of_a_film_from_kodi_is_read(said):
    known, trouble = said(KODI)
    assert trouble == ""
    assert (known["title"], known["original_title"], known["year"]) == ("Across the River", "नदी के पार", 2011)
    assert known["plot"] == "Meera & Raj leave Nashik."
    assert [(row["name"], row["actor"], row["aliases"]) for row in known["rows"]] == [
        ("Meera Joshi", "Actor One", ["Mimi"]),
        ("Raj", "Actor Two", []),
    ]
    assert known["ids"] == {"imdb": "tt1234567", "tmdb": "movie/71"}
    assert known["season"] is None


def test_an_nfo_of_an_episode_from_jellyfin_is_read(said):
    known, _ = said(JELLYFIN)
    assert (known["title"], known["series"], known["season"], known["episode"]) == (
        "The Tide",
        "Harbour Lights",
        1,
        2,
    )
    assert known["plot"] == "The water rises & falls."
    assert names(known) == ["Ines Duarte", "Mr. Finch"]
    assert known["ids"] == {"imdb": "tt7654321", "tvdb": "5550123"}


def test_the_nfo_of_a_series_names_the_series_and_not_the_film(said):
    known, _ = said(
        "<tvshow><title>Harbour Lights</title><year>2015</year><uniqueid "
        "type='tmdb'>9</uniqueid><id>81189</id>"
        "<actor><name>A</name><role>Ines</role></actor></tvshow>"
    )
    assert (known["title"], known["series"], known["year"]) == ("", "Harbour Lights", 0)
    assert known["ids"] == {"tmdb": "tv/9"}
    assert names(known) == ["Ines"]


def test_an_id_element_of_older_versions_is_read(said):
    assert said("<tvshow><title>H</title><id>81189</id></tvshow>")[0]["ids"] == {"tvdb": "81189"}
    assert said("<movie><title>H</title><id>tt1234567</id></movie>")[0]["ids"] == {"imdb": "tt1234567"}
    assert said("<movie><title>H</title><id>71</id></movie>")[0]["ids"] == {"tmdb": "movie/71"}


def test_two_episodes_in_one_file_are_read(said):
    second = (
        JELLYFIN.replace("The Tide", "The Ebb")
        .replace("<episode>2", "<episode>3")
        .replace("Mr. Finch", "Mrs. Finch")
    )
    assert said(JELLYFIN + second, 3)[0]["title"] == "The Ebb"
    both, _ = said(JELLYFIN + second)
    assert both["title"] == "The Tide / The Ebb"
    assert names(both) == ["Ines Duarte", "Mr. Finch", "Mrs. Finch"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("https://www.themoviedb.org/movie/71-across-the-river", {"tmdb": "movie/71"}),
        ("https://www.themoviedb.org/movie/71?language=hi", {"tmdb": "movie/71"}),
        ("http://www.imdb.com/title/tt1234567/", {"imdb": "tt1234567"}),
        ("\ufeff\r\nhttps://www.themoviedb.org/tv/9-x/season/1/episode/2\r\n", {"tmdb": "tv/9"}),
    ],
)
def test_a_file_with_only_a_link_names_the_film(said, text, ids):
    known, trouble = said(text)
    assert (known["ids"], known["rows"], trouble) == (ids, [], "")


def test_a_link_names_the_episode_too(said):
    known, _ = said("https://www.themoviedb.org/tv/9-x/season/1/episode/2")
    assert (known["season"], known["episode"]) == (1, 2)


def test_a_link_after_the_xml_is_read(said):
    known, trouble = said(
        "<movie><title>River</title></movie>\nhttps://www.imdb.com/title/tt1234567/?ref_=a&b=c\n"
    )
    assert (known["title"], known["ids"], trouble) == ("River", {"imdb": "tt1234567"}, "")


@pytest.mark.parametrize(
    "content",
    [
        MOST.encode(),
        b"\xef\xbb\xbf" + MOST.encode(),
        MOST.encode("utf-16"),
        MOST.encode("utf-16-le"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + MOST.encode("latin-1"),
        b'<?xml version="1.0" encoding="utf-8"?>' + MOST.encode("latin-1"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + MOST.encode(),
        b'<?xml version="1.0" encoding="nonsense"?>' + MOST.encode("cp1252"),
        MOST.replace("é", "&eacute;").encode(),
        MOST.replace("é", "&#233;").encode(),
        MOST.replace("<movie>", '<!DOCTYPE movie>\n<movie xmlns:xsi="x">').encode(),
        MOST.replace("<title>", "<title>\x0b").encode(),
    ],
)
def test_encodings_and_entities_are_read(said, content):
    known, trouble = said(content)
    assert trouble == ""
    assert (known["title"], known["year"], names(known), known["rows"][0]["actor"]) == (
        "Pâté",
        1999,
        ["Renée"],
        "Zoë",
    )


def test_a_bare_ampersand_is_accepted(said):
    known, trouble = said("<movie><title>Tom & Kim</title><plot>A&B &amp; C &lt;3</plot></movie>")
    assert (known["title"], known["plot"], trouble) == ("Tom & Kim", "A&B & C <3", "")


def test_another_script_in_its_encoding_is_read(said):
    text = '<?xml version="1.0" encoding="windows-1251"?><movie><title>Река</title></movie>'
    assert said(text.encode("cp1251"))[0]["title"] == "Река"


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE movie [<!ENTITY secret SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE movie [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE movie [<!entity % more SYSTEM "http://127.0.0.1:9/x.dtd"> %more;]>',
    ],
)
def test_a_file_that_declares_entities_is_not_read(said, declared):
    known, trouble = said(f"{declared}<movie><title>&secret;&b;</title></movie>")
    assert known is None
    assert "it declares XML entities" in trouble


@pytest.mark.parametrize(
    "content",
    [
        "",
        " \n",
        "R E L E A S E\n\xb0\xb1 enjoy!",
        "<html><body>x</body></html>",
        b"\x00\x01\x02",
        bytes(range(256)) * 4,
    ],
)
def test_a_file_without_xml_is_ignored_without_a_report(said, content):
    assert said(content) == (None, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<movie><title>River</title>", "is cut off"),
        ("\n\n<movie><title>River</movie>", "is not well-formed XML: mismatched tag: line 3"),
    ],
)
def test_broken_xml_is_reported(said, text, sentence):
    known, trouble = said(text + "\nhttps://www.imdb.com/title/tt1234567/")
    assert (known["ids"], known["title"]) == ({"imdb": "tt1234567"}, "")
    assert trouble.startswith(f"film.nfo {sentence}")


def test_a_file_of_many_megabytes_is_not_read(said):
    known, trouble = said(b"<movie>" + b" " * (5 << 20) + b"</movie>")
    assert known is None
    assert "larger than 4 MB" in trouble


@pytest.mark.parametrize(
    "text",
    [
        "<movie " * 500_000,
        "<movie>" + "<?xml " * 500_000 + "</movie>",
        "<movie>" + "&x" * 900_000 + "</movie>",
        "<movie>" + "<a>" * 300_000 + "</a>" * 300_000 + "<title>deep</title></movie>",
        "<movie><actor><role>" + "(" * 900_000 + "</role></actor></movie>",
        "<movie><actor><role>" + " / " * 300_000 + "</role></actor></movie>",
        "https://www.themoviedb.org/movie/" + "1" * 900_000,
    ],
    ids=["tags", "prologues", "ampersands", "depth", "brackets", "slashes", "link"],
)
def test_a_file_made_to_be_slow_is_read_fast(said, text):
    known, _ = said(text)
    assert not known or known["rows"] == []


def test_an_empty_element_is_ignored(said):
    assert said("<movie/>") == (None, "")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-8-sig", "unicode_escape"])
def test_entities_are_found_in_every_encoding(said, codec):
    text = '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/hostname">]><movie><title>&a;</title></movie>'
    content = text.encode(codec)
    if codec == "unicode_escape":  # the name of an encoding may be any that Python knows
        content = b"<?xml encoding='unicode_escape'?>\xff" + content.replace(b"<!E", b"\\u003c!E")
    known, trouble = said(content)
    assert known is None
    assert "it declares XML entities" in trouble


@pytest.mark.parametrize("mark", ["[B", "[COLOR", "[/B]"], ids=["open", "colour", "closed"])
def test_a_title_of_marks_of_kodi_is_read_fast(said, mark):
    known, _ = said(f"<movie><title>{mark * 500_000}</title></movie>")
    assert len(known["title"]) <= 20_000


def test_a_pipe_is_not_waited_for(said, tmp_path):
    place = tmp_path / "film.nfo"
    os.mkfifo(place)
    _, trouble = said(place)
    assert "it is a pipe, not a file" in trouble
