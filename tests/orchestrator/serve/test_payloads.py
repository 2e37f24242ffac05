"""What webhooks say, and the addresses that are told."""

from __future__ import annotations

import pytest

from orchestrator.errors import FatalError
from orchestrator.serve import templates
from orchestrator.serve.payloads import READERS, News

SONARR = {
    "eventType": "Download",
    "series": {"id": 1, "title": "The Wire", "path": "/tv/The Wire"},
    "episodeFile": {"id": 2, "relativePath": "Season 1/a.mkv", "path": "/tv/The Wire/Season 1/a.mkv"},
}
RADARR = {
    "eventType": "Download",
    "movie": {"id": 1, "title": "Stalker", "folderPath": "/films/Stalker (1979)"},
    "movieFile": {"id": 1, "relativePath": "Stalker.mkv"},
}
EMBY = {"Event": "library.new", "Item": {"Id": "12", "Type": "Movie", "Path": "/films/a.mkv"}}
ITEM = "f27caa37e5142225cceded48f6553502"
JELLYFIN = {"NotificationType": "ItemAdded", "ItemType": "Episode", "ItemId": ITEM}
PLEX = {"event": "library.new", "Metadata": {"type": "episode", "ratingKey": "4711"}}


@pytest.mark.parametrize(
    ("program", "body", "news"),
    [
        ("sonarr", SONARR, News(paths=("/tv/The Wire/Season 1/a.mkv",))),
        ("sonarr", SONARR | {"episodeFile": {"relativePath": "b.mkv"}}, News(paths=("/tv/The Wire/b.mkv",))),
        ("sonarr", {"eventType": "Download", "episodeFiles": [{"path": "/a"}, {"path": "/b"}]},
         News(paths=("/a", "/b"))),
        ("sonarr", {"eventType": "Download", "series": {"path": "T:\\Wire"},
                    "episodeFile": {"relativePath": "S1\\a.mkv"}}, News(paths=("T:\\Wire\\S1\\a.mkv",))),
        ("radarr", RADARR, News(paths=("/films/Stalker (1979)/Stalker.mkv",))),
        ("emby", EMBY, News(paths=("/films/a.mkv",))),
        ("emby", {"Event": "library.new", "Item": {"Id": "12", "Type": "Movie"}}, News(item="12")),
        ("jellyfin", JELLYFIN, News(item=ITEM)),
        ("plex", PLEX, News(item="4711")),
    ],
)  # fmt: skip
def test_a_new_film_is_read_from_each_programs_words(program, body, news):
    assert READERS[program](body) == news


@pytest.mark.parametrize(
    ("program", "body"),
    [
        ("sonarr", SONARR | {"eventType": "Test"}),
        ("sonarr", {"eventType": "Download", "episodeFile": "/etc/passwd"}),
        ("radarr", RADARR | {"eventType": "Grab"}),
        ("emby", EMBY | {"Event": "system.notificationtest"}),
        ("emby", {"Event": "library.new", "Item": {"Type": "Series", "Path": "/tv/a"}}),
        ("jellyfin", JELLYFIN | {"ItemType": "Season"}),
        ("jellyfin", JELLYFIN | {"ItemId": "../Users?x="}),
        ("plex", PLEX | {"event": "media.play"}),
        ("plex", {"event": "library.new", "Metadata": {"type": "movie", "ratingKey": "1/../../x"}}),
        ("plex", {}),
    ],
)
def test_other_events_and_strange_items_say_nothing(program, body):
    assert READERS[program](body) == News()


def test_the_places_of_an_address_are_filled_and_cannot_change_it():
    address = "http://home:8123/hook?name={name}&state={state}"
    templates.check(address, "--on-done")
    filled = templates.filled(address, {"name": "a&state=x/../ü?#.mkv", "state": "done"})
    assert filled == "http://home:8123/hook?name=a%26state%3Dx%2F..%2F%C3%BC%3F%23.mkv&state=done"


@pytest.mark.parametrize(
    "address", ["http://{name}/", "file:///etc", "home/hook", "http://home/{secret}", "http://[::1/", ""]
)
def test_an_address_that_a_films_name_could_turn_elsewhere_is_refused(address):
    with pytest.raises(FatalError, match="--on-done"):
        templates.check(address, "--on-done")
