"""`orchestrator profiles`: lists the subtitle style guides for `--profile`, and shows their rules."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from orchestrator.config import house_styles
from orchestrator.errors import OK
from orchestrator.util import terminal
from orchestrator.util import text as fmt


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "profiles",
        help="list the subtitle style guides for --profile",
        description="List the profiles, or show one: its limits by language, its speaker labels and its "
        "rules for deaf and hard-of-hearing viewers (SDH). To make your own, save `orchestrator profiles "
        "show default --toml` to a file, edit it, and give the file in place of a name.",
    )
    parser.set_defaults(profile=None, json=False, toml=False)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    shown = actions.add_parser("show", help="show one profile in full")
    shown.add_argument("profile", metavar="NAME|FILE", help="a profile's name or file")
    form = shown.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--toml", action="store_true", help="print TOML, to edit")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """List the profiles, or show one; returns the exit status."""
    if arguments.profile is None:
        profiles = [house_styles.read(name) for name in house_styles.names()]
        if arguments.json:
            terminal.show_json([_json(profile) for profile in profiles])
        else:
            terminal.show_lines(fmt.table([(profile.name, profile.about) for profile in profiles]))
        return OK
    profile = house_styles.read(arguments.profile)
    if arguments.toml:
        terminal.show_text(profile.path.read_text(encoding="utf-8"))
    elif arguments.json:
        terminal.show_json(_json(profile))
    else:
        terminal.show_lines([f"{profile.name}: {profile.about}", "", *fmt.table(_rows(profile))])
    return OK


def _json(profile: house_styles.Profile) -> dict[str, Any]:
    return {**asdict(profile), "path": str(profile.path)}


def _rows(profile: house_styles.Profile) -> list[tuple[str, str]]:
    params = profile.params
    gap = f"{params['min_gap']:g} s"
    if params["gap_frames"]:
        gap += f" or {params['gap_frames']} frames, whichever is longer"
    dashes = {code: repr(dash) for code, dash in params["dashes"].items()}
    return [
        ("characters per line", _by_language(params["max_line_width"], params["line_widths"])),
        ("lines per cue", str(params["max_line_count"])),
        ("duration of a cue", f"{params['min_duration']:.2f} to {params['max_duration']:g} s"),
        ("characters per second", _speeds(profile.reading["adult"])),
        ("  for children", _speeds(profile.reading["children"])),
        ("minimum gap", gap),
        ("small gaps", f"closed if below {params['chain']:g} s"),
        ("snaps to shot changes", f"within {params['snap']:g} s" if params["snap"] else "no"),
        ("speaker labels", _labels(params)),
        ("dash of two speakers", _by_language(repr(params["dash"]), dashes)),
        ("SDH", "yes" if params["sdh"] else "no"),
        ("music and silence", "yes" if profile.sounds else "no"),
    ]


def _labels(params: Mapping[str, Any]) -> str:
    where = {"change": "where the speaker changes", "all": "in every cue"}
    shown = params["speaker_labels"]
    form = params["label_form"]
    return f"none (with --speaker-labels: {form})" if shown == "none" else f"{where[shown]}, as {form}"


def _speeds(speeds: Mapping[str, float]) -> str:
    others = {code: f"{speed:g}" for code, speed in speeds.items() if code != "default"}
    return _by_language(f"{speeds['default']:g}", others)


def _by_language(default: Any, others: Mapping[str, Any]) -> str:
    """The default value, then the languages with another one."""
    listed = ", ".join(f"{code} {value}" for code, value in others.items())
    return f"{default} ({listed})" if listed else str(default)
