"""Ensembles whose steps do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.repository_check.conftest import Damage, edit

pytestmark = pytest.mark.slow

DAMAGES = [
    Damage(
        rule="ensembles_are_wired",
        do=edit("search/config.pbtxt", 'key: "MASK" value: "mask"', 'key: "MASK" value: "mark"'),
        file="search/config.pbtxt",
        says="mask, which nothing makes before it",
    ),
    Damage(
        rule="ensembles_are_wired",
        do=edit("search/config.pbtxt", 'model_name: "scorer"', 'model_name: "score"'),
        file="search/config.pbtxt",
        says="score is no model",
    ),
    Damage(
        rule="ensembles_are_wired",
        do=edit("search/config.pbtxt", 'input_map { key: "SORT"', 'input_map { key: "SORTED"'),
        file="search/config.pbtxt",
        says="no input SORTED",
    ),
    Damage(
        rule="ensembles_are_wired",
        do=edit("search/config.pbtxt", 'output_map { key: "NAMED"', 'output_map { key: "CALLED"'),
        file="search/config.pbtxt",
        says="no output CALLED",
    ),
    Damage(
        rule="ensembles_are_wired",
        do=edit("search/config.pbtxt", 'input_map { key: "OPTIONS" value: "options" }', ""),
        file="search/config.pbtxt",
        says="diversifier.OPTIONS is not fed",
    ),
    Damage(
        rule="ensembles_are_wired",
        do=edit("search/config.pbtxt", 'key: "NAMED" value: "named"', 'key: "NAMED" value: "mask"'),
        file="search/config.pbtxt",
        says="mask is made twice",
    ),
    Damage(
        rule="ensembles_are_wired",
        do=edit(
            "diversifier/config.pbtxt", '"OPTIONS" data_type: TYPE_FP32 dims: [ 4 ]', '"OPTIONS" data_type: TYPE_FP32 dims: [ 5 ]'
        ),
        file="search/config.pbtxt",
        says="diversifier.OPTIONS is FP32 [5], it is fed options, FP32 [4]",
    ),
    Damage(
        rule="ensembles_are_wired",
        do=edit("prepare/config.pbtxt", "dims: [ 1 ] optional: true }", "dims: [ 1 ] }"),
        file="rerank/config.pbtxt",
        says="PICTURE may be left out",
    ),
    Damage(
        rule="ensembles_are_wired",
        do=edit("search/config.pbtxt", 'name: "ID" data_type: TYPE_STRING', 'name: "ID" data_type: TYPE_INT64'),
        file="search/config.pbtxt",
        says="the output ID is INT64",
    ),
    Damage(
        rule="ensembles_are_wired",
        do=edit("search/config.pbtxt", 'output_map { key: "UNMET" value: "UNMET" }', ""),
        file="search/config.pbtxt",
        says="no step makes the output UNMET",
    ),
    Damage(
        rule="ensembles_have_no_queue",
        do=edit("search/config.pbtxt", "max_batch_size", "instance_group [ { count: 2 } ]\nmax_batch_size"),
        file="search/config.pbtxt",
        says="instance_group",
    ),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_rule_that_is_there_for_it_says_so(damage: Damage, copy: Path) -> None:
    damage.check(copy)
