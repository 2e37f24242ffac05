"""Two talks, as utterances: about bread, and about a satellite."""

from __future__ import annotations

import random

from stage_runners.chapters.utterances import Utterance

BREAD = [
    "Bread begins with flour and water, and the flour decides how the dough will feel.",
    "A strong flour takes more water, so the dough stays soft and the bread rises well.",
    "I mix the flour with warm water and leave the dough under a cloth for an hour.",
    "Then the yeast goes in, and salt, and the dough is folded four times.",
    "While the yeast works, the oven gets hot, because bread needs a hot oven at first.",
    "The crust of the bread comes from steam in the oven during the first minutes.",
    "Without steam the crust is dull, and the dough cannot open where the knife cut it.",
    "When the loaf sounds hollow, the bread leaves the oven and cools on a rack.",
    "Never cut a hot loaf, since the crumb of the bread is still wet and gluey.",
    "Old dough, kept from the last loaf, gives the new bread its sour flavour.",
]
SATELLITE = [
    "The satellite was launched in spring, and its orbit was lower than planned.",
    "In a low orbit the satellite meets thin air, which slows it at every turn.",
    "Its antenna opened late, so the ground station heard the satellite only at night.",
    "We sent commands from the station to turn the antenna away from the sun.",
    "The rocket had lost thrust, and that is why the orbit was not round.",
    "With its small engine the satellite climbed, a few metres of orbit a day.",
    "The station counted every gram of fuel that the engine of the satellite burned.",
    "After a year the orbit was round, and the antenna sent its first pictures to the station.",
    "A second satellite will follow on a bigger rocket, into the same orbit.",
    "Its engine has more fuel, and its antenna was tested twice before the launch.",
]


def spoken(lines, start=0.0, pause=0.3, speed=2.5, language="en"):
    """The lines, spoken one after the other at so many words a second."""
    found = []
    for line in lines:
        end = start + len(line.split()) / speed
        found.append(Utterance(start, end, line, language))
        start = end + pause
    return found


def shuffled(seed):
    lines = [*BREAD, *SATELLITE]
    random.Random(seed).shuffle(lines)
    return lines
