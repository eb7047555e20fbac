"""Shares of the stages inside a text search."""

from __future__ import annotations

import pytest

from perf import stage_shares

PAGE = """# HELP assortment_stage_duration_us Time in a stage of a model
# TYPE assortment_stage_duration_us counter
assortment_stage_duration_us{catalogue_version="1",process="31",stage="fusion"} 200.000000
assortment_stage_duration_us{catalogue_version="1",process="32",stage="fusion"} 50.000000
assortment_stage_duration_us{catalogue_version="2",process="44",stage="scorer"} 1e+03
nv_inference_count{model="search",version="1"} 7
"""


def test_a_metrics_page_is_read() -> None:
    assert stage_shares.parse(PAGE) == {"fusion": 250.0, "scorer": 1000.0}


def test_shares_are_of_what_passed_between() -> None:
    assert stage_shares.between({"fusion": 150.0}, {"fusion": 250.0, "scorer": 300.0}) == pytest.approx(
        {"fusion": 0.25, "scorer": 0.75}
    )


def test_nothing_passed() -> None:
    assert stage_shares.between({"fusion": 1.0}, {"fusion": 1.0}) == {}
