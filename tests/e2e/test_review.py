"""`orchestrator review` in a real browser: edits reach every file, the film, and every later run."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shutil
import signal
import subprocess
from urllib.parse import urlsplit

import pysubs2
import pytest

from orchestrator.environments import registry
from tests import browser

WROTE = "Hello there, who is this?"
MINE = re.compile(r"your changes were applied: 1 edit and the name Zoe")


@contextlib.contextmanager
def served(apart, film):
    """The address of the review of `film`; Ctrl-C ends it at the end."""
    process = subprocess.Popen(
        apart.command("review", film, "--no-browser"),
        env=apart.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line)
        assert found, line + process.stderr.read()
        yield found[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert "ended; saved edits are kept" in process.stdout.read()
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def edited(apart, film, tmp_path_factory):
    """A film that was run, reviewed in a browser, and made again there; with what the page said."""
    folder = tmp_path_factory.mktemp("edited")
    place = folder / "movie.mkv"
    shutil.copy(film, place)
    apart("run", place)
    with served(apart, place) as address, browser.page() as page:
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        first = page.evaluate("page.cues[0].start")
        page.keyboard.press("j")
        browser.until(page, f"Math.abs(document.getElementById('film').currentTime - {first}) < 0.1")
        page.keyboard.press("e")
        page.keyboard.press("Control+a")
        page.keyboard.type(WROTE)
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        page.keyboard.type("Zoe")
        page.keyboard.press("Enter")
        assert page.inner_text("#keep .state").startswith("unsaved changes")
        page.reload()  # as after a closed tab: nothing is lost
        page.click("#take-up")
        assert page.evaluate("page.cues[0].text") == WROTE
        page.keyboard.press("Control+s")
        page.wait_for_selector("#keep .note:has-text('Saved')")
        page.keyboard.press("Control+Shift+Enter")
        page.wait_for_selector("#keep .note:has-text('Updated')", timeout=60_000)
        said = page.inner_text("#keep .note")
        shown = page.evaluate(
            "[page.cues[0].text, page.cues[0].flags, page.data.speakers.map(one => one.name)]"
        )
    return place, said, shown


def cues(path):
    return re.findall(r"(?m)^\d+\n(\S+ --> \S+)\n((?:.+\n)+)", path.read_text() + "\n")


def in_film(path):
    """The text of every subtitle packet of a film."""
    code = (
        "import av, json, sys\n"
        "with av.open(sys.argv[1]) as film:\n"
        "    print(json.dumps([bytes(p).decode() for s in film.streams.subtitles "
        "for p in film.demux(s) if p.size]))"
    )
    done = subprocess.run(
        [registry.python("media"), "-P", "-c", code, path], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_edits_are_in_the_page_in_every_file_and_in_the_film(edited):
    place, said, shown = edited
    assert "movie.en.srt" in said
    assert "movie.subtitled.mkv" in said
    text, flags, names = shown
    assert text == WROTE
    assert "edited" in flags
    assert "Zoe" in names
    _, first = cues(place.with_name("movie.en.srt"))[0]
    assert WROTE in first.replace("\n", " ")
    assert "[ZOE]" in place.with_name("movie.en.srt").read_text()
    assert "<v Zoe>" in place.with_name("movie.en.vtt").read_text()
    assert "Zoe" in place.with_name("movie.en.ass").read_text()
    said = json.loads(place.with_name("movie.json").read_text())
    assert "who is this?" in " ".join(segment["text"] for segment in said["segments"])
    assert {"name": "Zoe", "source": "edited"}.items() <= said["speakers"]["SPEAKER_00"].items()
    assert WROTE in in_film(place.with_name("movie.subtitled.mkv"))[0].replace("\n", " ")


def test_an_edit_reruns_only_subtitles_and_mux(apart, edited):
    del edited
    ran = {name for name, how in apart.how().items() if how == "done"}
    assert ran == {"subtitles", "mux"}


def test_a_later_run_keeps_the_edit_and_reports_it(apart, edited):
    place, *_ = edited
    before = place.with_name("movie.en.srt").read_text()
    done = apart("run", place)
    assert set(apart.how().values()) == {"cached"}
    assert MINE.search(" ".join(done.stderr.split())), done.stderr
    assert place.with_name("movie.en.srt").read_text() == before


def test_a_run_with_another_line_length_keeps_the_edit_and_reports_it(apart, edited, tmp_path):
    place, *_ = edited
    done = apart("run", place, "-o", tmp_path, "--max_line_width", 36, "--no-mux")
    told = " ".join(done.stderr.split())
    assert MINE.search(told), told
    assert [text for _, text in cues(tmp_path / "movie.en.srt") if WROTE in text.replace("\n", " ")]


def test_edits_can_be_listed_discarded_and_restored(apart, edited, tmp_path):
    place, *_ = edited
    listed = apart("edits", place).stdout
    assert re.search(r"1  SPEAKER_00 is Zoe\n +2  0:0\d  .*>  Hello there, who is this\?", listed), listed
    apart("edits", place, "--discard")
    apart("run", place, "-o", tmp_path, "--no-mux")
    text = (tmp_path / "movie.en.srt").read_text()
    assert "Hello there" not in text
    assert "[DIANE]" in text
    apart("edits", place, "--restore", "1")
    assert "Zoe" in apart("edits", place).stdout


def test_what_another_program_changed_becomes_edits(apart, edited):
    place, *_ = edited
    apart("run", place)  # the last run may have written elsewhere
    file = place.with_name("movie.en.ass")
    subs = pysubs2.load(str(file))
    subs.save(str(file))
    assert "no changes" in apart("import", place, file).stdout
    first, second, third, *_, last = subs.events
    second.text = r"{\i1}" + second.text.replace("Oh", "Ah")
    third.start += 120
    subs.remove(last)
    subs.insert(0, pysubs2.SSAEvent(start=1000, end=2500, text="Ring.", style=first.style, name=first.name))
    subs.save(str(file))
    wanted = [(event.start, event.end, event.text, event.name) for event in subs]
    told = apart("import", place, file, "--dry-run").stdout
    assert "nothing was changed" in told
    assert "no changes" not in told
    told = apart("import", place, file).stdout
    assert "4 changes" in told, told
    assert "(text 1, times 1, formatting 1, added 1, deleted 1)" in told
    assert "movie.en.srt" in told
    made = pysubs2.load(str(file))
    assert [(event.start, event.end, event.text, event.name) for event in made] == wanted
    assert not place.with_name("movie.en.1.ass").exists()  # the file is the tool's own again
    _, text = cues(place.with_name("movie.en.srt"))[0]
    assert "Ring." in text
    assert "<i>Ah" in place.with_name("movie.en.vtt").read_text()
    assert "Ring." in in_film(place.with_name("movie.subtitled.mkv"))[0]
    apart("run", place)
    assert set(apart.how().values()) == {"cached"}
    listed = apart("edits", place).stdout
    assert listed.count("\n") == 1 + 1 + 1 + 4, listed  # the name, the edit made in the page, and these


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("movie.en.srt.txt", "hello", "not a file that can be imported"),
        ("other.srt", "1\n00:10:00,000 --> 00:10:02,000\nNothing of it.\n", "belong to another film"),
        ("movie.de.srt", "1\n00:00:01,000 --> 00:00:02,000\nGuten Tag.\n", "no subtitles in de"),
        ("bad.srt", "no subtitles at all", "no line has times"),
        ("none.vtt", None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_imported_gets_a_sentence(apart, edited, tmp_path, name, text, why):
    place, *_ = edited
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    before = apart("edits", place, "--json").stdout
    done = apart("import", place, file, status=4)
    assert why in " ".join(done.stderr.split())
    assert apart("edits", place, "--json").stdout == before


def test_requests_from_another_page_or_without_a_token_are_refused(apart, edited):
    place, *_ = edited
    with served(apart, place) as address:
        split = urlsplit(address)
        for target, headers in (
            ("/", {}),
            (f"/?{split.query}", {"Origin": "http://elsewhere.example"}),
            ("/../../etc/passwd", {}),
        ):
            assert asked(split.port, target, headers)[0] == 403
        assert asked(split.port, f"/../../etc/passwd?{split.query}", {})[0] == 404
        status, content = asked(split.port, f"/?{split.query}", {})
        assert status == 200
        assert b"movie.mkv" in content


def asked(port, target, headers):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
