"""The table of flags: every flag that the program sets is in it, with words that fit where they stand."""

from __future__ import annotations

import ast
import inspect
import json

from ipc import cue_rules
from ipc.cue_flags import FLAGS, flag_of, table
from stage_runners.subtitles import coverage, layout, sdh
from stage_runners.subtitles.edits.cues import EDITED


def test_every_rule_for_a_single_cue_has_a_flag():
    limits = cue_rules.CueLimits(width=1, lines=1, cps=1, min_ms=2000, max_ms=0)
    assert set(cue_rules.broken(["ab", "cd"], 1000, limits)) | {cue_rules.COLLIDES} <= FLAGS.keys()


def test_every_flag_that_the_stage_sets_has_an_entry():
    [flags] = [
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(layout)))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and node.targets[0].id == "flags"
    ]
    of_the_layout = {key.value for key in flags.keys}
    assert len(of_the_layout) > 5
    assert of_the_layout | {coverage.FLAG, sdh.FLAG, EDITED} <= FLAGS.keys()


def test_labels_are_short_and_sentences_have_no_full_stop():
    for name, flag in FLAGS.items():
        assert len(flag.label) <= 20, name
        assert not flag.sentence.endswith("."), name
        assert 0 <= flag.weight <= 1, name


def test_labels_are_distinct():
    assert len({flag.label for flag in FLAGS.values()}) == len(FLAGS)


def test_an_unknown_flag_is_labelled_by_its_name_and_needs_review():
    assert (flag_of("too_loud").label, flag_of("too_loud").review) == ("too loud", True)


def test_the_table_for_the_page_is_plain_json():
    assert json.loads(json.dumps(table()))["edited"]["review"] is False
