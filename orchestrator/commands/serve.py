"""`orchestrator serve`: the service, with a queue, watched folders, a page, and endpoints for programs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from orchestrator.commands import film_options, serve_install
from orchestrator.errors import USAGE, FatalError
from orchestrator.folders import filters, quiet_hours
from orchestrator.serve import allowed, launch, request_options, runner, templates, token
from orchestrator.serve.settings import KEYS, LOOPBACK, MESSAGES, PORT, Settings, is_loopback
from orchestrator.surroundings import current_folder
from orchestrator.util import terminal
from orchestrator.util.notices import notice


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "serve",
        help="run as a service: a queue of films, and endpoints for programs",
        description="Take films from folders, requests and webhooks, and subtitle them. Only this machine "
        "can reach the service, unless --host says otherwise; then a token is needed. Options of "
        "`orchestrator run` hold for every film. Ctrl-C ends it; its queue is kept.",
    )
    _add_network(parser.add_argument_group("service"))
    _add_work(parser.add_argument_group("work"))
    _add_others(parser.add_argument_group("other programs"))
    serve_install.add(parser.add_argument_group("installation"))
    film_options.add(parser, run=True, steps=False)
    parser.add_argument("--overwrite", action="store_true", help="replace files that this tool did not write")


def _add_network(group: Any) -> None:
    group.add_argument(
        "--host", default=LOOPBACK, metavar="ADDRESS",
        help=f"address to listen at, 0.0.0.0 for all; others than {LOOPBACK} need the token "
        f"(default: {LOOPBACK})",
    )  # fmt: skip
    group.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"port to listen at (default: {PORT})"
    )
    group.add_argument(
        "--public-name", action="append", default=[], metavar="NAME",
        help="a host name by which clients address the service, such as that of its container; may be "
        "repeated",
    )  # fmt: skip
    group.add_argument("--token", action="store_true", help="need the token on this machine too")
    group.add_argument(
        "--new-token", action="store_true", help="make a new token; the old one no longer counts"
    )
    group.add_argument(
        "--max-upload", default="10 GB", metavar="SIZE", help="largest upload (default: 10 GB)"
    )
    group.add_argument(
        "--folder", action="append", default=[], type=Path, metavar="FOLDER",
        help="folder whose films may be named in requests; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--watch", action="append", default=[], type=Path, metavar="FOLDER",
        help="folder whose new films are subtitled unasked, unless they have subtitles; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--only-language",
        metavar="CODE,...",
        help="in watched folders, only films with audio in these languages",
    )
    group.add_argument(
        "--min-length", metavar="TIME", help="in watched folders, no shorter films, such as 20m"
    )
    group.add_argument(
        "--settled", default="30s", metavar="TIME",
        help="how long a new film must not have grown (default: 30s)",
    )  # fmt: skip
    group.add_argument(
        "--import-edits", action="store_true",
        help="in watched folders, take back subtitle files that another program changed, as `orchestrator "
        "import` does, and make the film's other files anew",
    )  # fmt: skip
    group.add_argument(
        "--map", action="append", default=[], metavar="THEIRS=OURS",
        help="what another program calls a folder, such as /data/tv=/mnt/tv, or plex:/data/tv=/mnt/tv for "
        "one program; may be repeated",
    )  # fmt: skip


def _add_work(group: Any) -> None:
    group.add_argument(
        "--nice", type=int, default=10, metavar="N",
        help="how much other programs come first, 0 to 19 (default: 10)",
    )  # fmt: skip
    group.add_argument(
        "--at-once", type=int, default=0, metavar="N",
        help="films in work at the same time (default: one for four cores, at least 2)",
    )  # fmt: skip
    group.add_argument(
        "--between", default="", metavar="FROM-TO",
        help="start films only in these hours, such as 22:00-07:00; clients that wait are served at once",
    )  # fmt: skip


def _add_others(group: Any) -> None:
    for name in ("jellyfin", "emby", "plex"):
        group.add_argument(
            f"--{name}", default="", metavar="URL",
            help=f"your {name.title()}, which then shows new subtitles at once; its key is in {KEYS[name]}",
        )  # fmt: skip
    group.add_argument(
        "--pause-while-playing", action="store_true", help="start no film while somebody plays one there"
    )
    group.add_argument(
        "--on-done", action="append", default=[], metavar="URL",
        help="send each end of a film to this address, in JSON; it may have "
        f"{{{'}, {'.join(templates.PLACES)}}}; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--message", action="append", default=[], metavar="URL",
        help="send a message at each end of a film, by an address of Apprise; may be repeated; or "
        f"{MESSAGES}, with spaces between them",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Become the service, or install it; raises `FatalError` if it cannot start."""
    to_install = serve_install.asked(arguments)
    if to_install and arguments.uninstall:
        return serve_install.uninstall(arguments)
    settings = settings_of(arguments)
    for line in film_options.misspelt_variables():
        notice(line)
    launch.ready()
    if to_install:
        _with_token(settings, arguments)  # shown here once, and not in the service manager's journal
        return serve_install.install(arguments, _written(settings), sys.argv[1:])
    return launch.become(_with_token(settings, arguments))


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings of the command line, without the token. `FatalError` names what is wrong."""
    from orchestrator.runs import feeder
    from orchestrator.util import quantities

    _check_number("--port", arguments.port, 0, 65535)
    _check_number("--nice", arguments.nice, 0, 19)
    _check_number("--at-once", arguments.at_once, 0, 64)
    try:
        largest = quantities.size(arguments.max_upload)
    except quantities.BadQuantityError as error:
        raise FatalError(f"--max-upload {arguments.max_upload}: {error.why}", error.hint, USAGE) from error
    if arguments.between:
        quiet_hours.read(arguments.between)
    watched = allowed.folders(arguments.watch)
    for name in KEYS:
        if address := getattr(arguments, name):
            templates.check(address, f"--{name}")
    for address in arguments.on_done:
        templates.check(address, "--on-done")
    if arguments.pause_while_playing and not any(getattr(arguments, name) for name in KEYS):
        raise FatalError("--pause-while-playing: no server to ask", "add --jellyfin, --emby or --plex", USAGE)
    maps = [allowed.mapping(text) for text in arguments.map]
    if arguments.target_language:
        arguments.target_language = request_options.with_code(arguments.target_language)
    typed = film_options.typed(arguments)
    request_options.check_together(typed)  # not film by film, in a queue that nobody may look at
    more = [word for word in ("no_job_file", "overwrite") if getattr(arguments, word)]
    words = [f"--{word.replace('_', '-')}" for word in more]
    return Settings(
        host=arguments.host,
        port=arguments.port,
        names=tuple(arguments.public_name),
        folders=tuple(map(str, dict.fromkeys((*allowed.folders(arguments.folder), *watched)))),
        watch=tuple(map(str, watched)),
        only_language=tuple(filters.languages(arguments.only_language)) if arguments.only_language else (),
        min_length=filters.seconds(arguments.min_length, "--min-length") if arguments.min_length else 0.0,
        settled_s=filters.seconds(arguments.settled, "--settled"),
        import_edits=arguments.import_edits,
        job_file=not arguments.no_job_file,
        maps=tuple((one.theirs, one.ours, one.program) for one in maps),
        options=film_options.as_table(typed),
        runner=tuple(runner.command(runner.python(), words).words),
        niceness=arguments.nice,
        at_once=arguments.at_once or feeder.ahead(),
        max_upload=largest,
        between=arguments.between,
        jellyfin=arguments.jellyfin,
        emby=arguments.emby,
        plex=arguments.plex,
        pause_while_playing=arguments.pause_while_playing,
        on_done=tuple(arguments.on_done),
        messages=(*arguments.message, *os.environ.get(MESSAGES, "").split()),
    )


def _written(settings: Settings) -> list[Path]:
    """The folders where the service writes what it makes of films."""
    output = settings.options.get("output_dir")
    folders = (*settings.folders, *settings.watch, *([output] if output else []))
    return [current_folder.absolute(Path(folder)) for folder in folders]


def _with_token(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """The settings with the token, if one is needed; a new one is shown, this once."""
    from dataclasses import replace

    if is_loopback(settings.host) and not arguments.token and not arguments.new_token:
        return settings
    folder = runner.folder()
    found, new = token.of(folder, new=arguments.new_token)
    if new:
        terminal.show(f"token, shown once: {found}")
    terminal.show(f"requests need the token in {token.path_of(folder)}")
    return replace(settings, token=found)


def _check_number(option: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise FatalError(f"{option} {number}: not a number from {least} to {most}", "", USAGE)
