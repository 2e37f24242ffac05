"""`orchestrator profiles`: the houses' rules for subtitles that `--profile` takes."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from orchestrator.config import house_styles
from orchestrator.errors import OK
from orchestrator.util import text as fmt


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "profiles",
        help="the limits and manners that --profile takes",
        description="List the profiles, or show one: its limits by language, how it shows speakers, what it wants for people who do not "
        "hear. A file of your own, such as `profiles show default --toml` prints, is taken wherever a name is.",
    )
    parser.set_defaults(profile=None, json=False, toml=False)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    shown = actions.add_parser("show", help="one profile, whole")
    shown.add_argument("profile", metavar="NAME|FILE")
    form = shown.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--toml", action="store_true", help="its file, to make your own of")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace) -> int:
    """List or show; returns the exit status."""
    if arguments.profile is None:
        found = [house_styles.read(name) for name in house_styles.names()]
        if arguments.json:
            print(json.dumps([_json(one) for one in found], indent=2, ensure_ascii=False))
        else:
            print("\n".join(fmt.table([(one.name, one.about) for one in found])))
        return OK
    one = house_styles.read(arguments.profile)
    if arguments.toml:
        print(one.path.read_text(encoding="utf-8"), end="")
    elif arguments.json:
        print(json.dumps(_json(one), indent=2, ensure_ascii=False))
    else:
        print(f"{one.name}: {one.about}\n\n" + "\n".join(fmt.table(_rows(one))))
    return OK


def _json(one: house_styles.Profile) -> dict[str, Any]:
    return {**asdict(one), "path": str(one.path)}


def _rows(one: house_styles.Profile) -> list[tuple[str, str]]:
    set_ = one.params
    gap = f"{set_['min_gap']:g} s"
    if set_["gap_frames"]:
        gap += f", {set_['gap_frames']} frames"
    return [
        ("characters a line", _by_language(set_["max_line_width"], set_["line_widths"])),
        ("lines", str(set_["max_line_count"])),
        ("seconds", f"{set_['min_duration']:.2f} to {set_['max_duration']:g}"),
        ("characters a second", _speeds(one.reading["adult"])),
        ("  for children", _speeds(one.reading["children"])),
        ("gap at least", gap),
        ("gaps closed below", f"{set_['chain']:g} s"),
        ("shot changes taken within", f"{set_['snap']:g} s" if set_["snap"] else "not asked"),
        ("speakers", f"{set_['speaker_labels']}, as {set_['label_form']}"),
        ("two in one cue", _by_language(repr(set_["dash"]), {k: repr(v) for k, v in set_["dashes"].items()})),
        ("for the hard of hearing", "yes" if set_["sdh"] else "no"),
        ("music and silence", "yes" if one.sounds else "no"),
    ]


def _speeds(speeds: dict[str, float] | Any) -> str:
    own = dict(speeds)
    return _by_language(f"{own.pop('default'):g}", {code: f"{n:g}" for code, n in own.items()})


def _by_language(every: Any, own: dict[str, Any]) -> str:
    told = ", ".join(f"{code} {value}" for code, value in own.items())
    return f"{every} ({told})" if told else str(every)
