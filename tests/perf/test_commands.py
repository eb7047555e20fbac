"""What the performance commands share: how they end, and that a flag that was given holds, with ``--quick`` or without."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths
from perf import bench, overload
from perf.assembled import finished, repository_of
from perf.bench_settings import BenchSettings
from perf.client.bench import configure as configure_client
from perf.client.settings import ClientBenchSettings
from perf.commands import given, new_parser, settings_of, tells_failures
from perf.cpu_sweep import command as cpu_sweep
from perf.diversify import bench as diversify
from perf.diversify.settings import DiversifySettings
from perf.load_test import command as load
from perf.load_test.mix import MixSettings
from perf.load_test.settings import LoadSettings
from perf.model_analyzer import command as model_analyzer
from perf.overload import OverloadSettings
from perf.peers import bench as peers
from perf.peers.settings import PeersSettings
from perf.perf_analyzer import bench as perf_analyzer
from perf.planner.__main__ import configure as configure_planner
from perf.planner.settings import PlannerSettings
from perf.recipes import command as recipes
from perf.recipes.settings import RecipesSettings
from perf.roofline import command as roofline

QUICK: list[tuple[Callable[[argparse.ArgumentParser], None], Any, list[str], dict[str, Any]]] = [
    (configure_client, ClientBenchSettings, ["--calls", "7"], {"calls": 7}),
    (cpu_sweep.configure, cpu_sweep.Settings, ["--instances", "3", "4"], {"instances": (3, 4)}),
    (diversify.configure, DiversifySettings, ["--cap-s", "2", "--full"], {"cap_s": 2.0, "full": True}),
    (model_analyzer.configure, model_analyzer.Settings, ["--queries", "9"], {"queries": 9}),
    (peers.configure, PeersSettings, ["--cores", "1", "--clients", "2"], {"num_cores": 1, "clients": (2,)}),
    (perf_analyzer.configure, perf_analyzer.Settings, ["--rate-shares"], {"rate_shares": ()}),
    (configure_planner, PlannerSettings, ["--p99-ms", "50", "--rate", "9"], {"p99_ms": 50.0, "rate": 9.0}),
    (recipes.configure, RecipesSettings, ["--blocks", "3", "--endpoint", "a:1"], {"blocks": 3, "endpoint": "a:1"}),
    (roofline.configure, roofline.Settings, ["--batches", "2", "4"], {"batches": (2, 4)}),
]
"""Where the flags come from, what they make, some of them, and the fields that these set."""


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (InputError("rounds", 0, "allowed: 1 and above"), 1, "error: rounds: 0 is not allowed; allowed: 1 and above\n"),
        (KeyboardInterrupt(), 130, "interrupted; the server was stopped\n"),
    ],
)
def test_a_failure_is_a_line_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], raised: BaseException, code: int, told: str
) -> None:
    @tells_failures("interrupted; the server was stopped")
    def main() -> int:
        raise raised

    assert main() == code
    assert capsys.readouterr().err == told


def test_a_fault_of_ours_is_no_failure_to_tell() -> None:
    @tells_failures()
    def main() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main()


def test_the_first_flags_and_their_defaults() -> None:
    parser = new_parser("bench", "What it costs.", catalogue="an assembled one")
    assert {name: str(value) for name, value in vars(parser.parse_args([])).items()} == {
        "catalogue": "generated",
        "build": "build",
    }
    assert "an assembled one (default: generated)" in parser.format_help()


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Settings of no tool in particular."""

    build: Path = Path("build")
    rounds: int = 9
    sizes: tuple[int, ...] = (1, 2)
    names: tuple[str, ...] = ()

    @classmethod
    def quick(cls, **given: Any) -> Amounts:
        return cls(**{"rounds": 1, "sizes": (5,), **given})


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    made = new_parser("amounts", "Amounts.", catalogue=None)
    made.add_argument("--rounds", type=int, default=9, help="how often")
    made.add_argument("--sizes", type=int, nargs="*", default=(1, 2), help="how large")
    made.add_argument("--name", dest="names", action="append", default=argparse.SUPPRESS, help="which (default: all)")
    made.add_argument("--quick", action="store_true", help="less")
    return made


def test_only_flags_that_were_given_are_told_even_with_the_default_as_their_value(parser: argparse.ArgumentParser) -> None:
    assert given(parser, []) == {}
    flags = ["--rounds", "9", "--sizes", "--name", "a", "--name", "b"]
    assert given(parser, flags) == {"rounds": 9, "sizes": (), "names": ("a", "b")}


def test_quick_fills_in_what_was_not_given(parser: argparse.ArgumentParser) -> None:
    assert settings_of(parser, [], Amounts) == Amounts()
    assert settings_of(parser, ["--rounds", "9", "--quick"], Amounts) == Amounts(rounds=9, sizes=(5,))
    assert settings_of(parser, ["--name", "a"], Amounts) == Amounts(names=("a",))


def test_help_tells_the_defaults(parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        given(parser, ["--help"])
    told = capsys.readouterr().out
    assert "how often (default: 9)" in told
    assert "which (default: all)\n" in told
    assert "--catalogue" not in told


@pytest.mark.parametrize(("configure", "settings", "flags", "fields"), QUICK)
def test_flags_hold_beside_quick(
    configure: Callable[[argparse.ArgumentParser], None], settings: Any, flags: list[str], fields: dict[str, Any], tmp_path: Path
) -> None:
    parser = new_parser("tool", "A tool.", catalogue=None)
    configure(parser)
    expected = {**fields, "build": tmp_path}
    asked = [*flags, "--build", str(tmp_path)]
    assert settings_of(parser, [*asked, "--quick"], settings) == settings.quick(**expected)
    assert settings_of(parser, asked, settings) == settings(**expected)
    told = vars(parser.parse_args([])).items()
    assert all(value == getattr(settings(), name) for name, value in told if name != "quick")


@pytest.mark.parametrize(
    ("configure", "settings", "flags", "fields"),
    [
        (bench.configure, BenchSettings, ["--cores", "1"], {"num_cores": 1}),
        (overload.configure, OverloadSettings, ["--times", "2", "3"], {"times": (2.0, 3.0)}),
    ],
)
def test_flags_of_tools_without_quick(
    configure: Callable[[argparse.ArgumentParser], None], settings: Any, flags: list[str], fields: dict[str, Any]
) -> None:
    parser = new_parser("tool", "A tool.")
    configure(parser)
    assert settings(**given(parser, flags)) == settings(**fields)


def test_flags_of_a_load_test_are_divided_between_the_mix_and_the_rest() -> None:
    parser = new_parser("load_test", "Load.")
    load.configure(parser)
    flags = ["--zipf", "0", "--seconds", "9", "--rates", "3", "--shape", "steady", "--objective", "p99_ms=50", "--quick"]
    found = load.settings_of(given(parser, flags))
    mix = MixSettings(zipf=0.0)
    assert (found.mix, found.seconds, found.rates, found.closed_s) == (mix, 9.0, (3.0,), LoadSettings.quick().closed_s)
    assert [str(objective) for objective in found.objectives] == ["p99_ms <= 50"]


def test_a_step_that_was_not_run_is_named_with_the_command_that_runs_it(tmp_path: Path) -> None:
    paths = BuildPaths(tmp_path / "mine")
    with pytest.raises(StepError, match=r"model_repository is not there; .*assortment demo --catalogue mine"):
        repository_of(paths)
    paths.export.mkdir(parents=True)
    (paths.export / "manifest.json").write_text("{}")
    assert finished(paths.export, paths) == paths.export
