"""The comparison with peers: its figures, and a short run of all sides for real."""

from __future__ import annotations

import asyncio
import contextlib
import json
import mmap
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assortment.errors import InputError, ServerError
from assortment.paths import BuildPaths
from perf.peers import bench, closed_loop, memory, report
from perf.peers.report import Cell
from perf.peers.settings import PeersSettings
from perf.peers.sides import FASTAPI_FLOAT32, FASTAPI_INT8, IN_PROCESS, PYTRITON_INT8, SERVED, SIDES
from perf.report.part import Part

SMAPS = """\
55d0a0000000-55d0a0001000 r--p 00000000 fe:00 11                         /usr/bin/python
Rss:                   8 kB
Pss:                   4 kB
Anonymous:             0 kB
55d0a0001000-55d0a0002000 rw-p 00000000 fe:00 11                         /usr/bin/python
Rss:                   6 kB
Anonymous:             6 kB
7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [heap]
Rss:                 100 kB
Anonymous:           100 kB
7f0000002000-7f0000003000 r--s 00000000 fe:00 12                         /shop/vectors of products.bin
Rss:                  40 kB
Anonymous:             0 kB
7f0000004000-7f0000005000 rw-s 00000000 00:01 13                         /dev/shm/region
Rss:                  30 kB
Anonymous:             0 kB
"""


def side(per_s: float, p50: float, p95: float, requests: int = 2_000) -> dict[str, Any]:
    return {
        "latency": {"p50": p50, "p95": p95, "p99": 2 * p95, "requests": requests},
        "per_s": per_s,
        "blocks_per_s": [per_s],
        "cpu_ms": 4.0,
        "generator_cpu_ms": 0.5,
        "memory": {"own": 300.0, "files": 60.0},
        "agreement": {"answers": requests, "identical": requests, "overlap": 0.95},
        "stages_ms": {"text_encoder": 2.0, "scorer": 1.0},
    }


def cell(products: int = 1_000, clients: int = 4, requests: int = 2_000) -> Cell:
    sides = dict.fromkeys(SIDES, side(100.0, 8.0, 20.0, requests))
    sides[SERVED] = side(200.0, 5.0, 10.0, requests)
    sides[IN_PROCESS] = side(250.0, 3.0, 6.0, requests)
    return Cell(products=products, clients=clients, sides=sides)


def test_mapped_files_count_without_copied_pages_and_without_shared_memory() -> None:
    assert memory.mapped_files(SMAPS) == {("fe:00", "11", "00000000"): 8, ("fe:00", "12", "00000000"): 40}


def test_a_part_of_a_file_that_is_mapped_twice_counts_once() -> None:
    def mapping(start: int, offset: int, device: str, rss: int) -> str:
        return f"{start:x}-{start + 4096:x} r--s {offset:08x} {device} 12    /vectors.bin\nRss:  {rss} kB\nAnonymous:  0 kB\n"

    twice = [mapping(0x7F0000000000, 0, "fe:00", 100), mapping(0x7F0000100000, 0, "fe:00", 60)]
    others = [mapping(0x7F0000200000, 0x100000, "fe:00", 10), mapping(0x7F0000300000, 0, "fe:01", 5)]
    assert memory.mapped_files("".join(twice)).total() == 100
    assert memory.mapped_files("".join(twice + others)).total() == 115


def test_a_file_that_this_process_maps_twice_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "vectors.bin"
    path.write_bytes(bytes(8 << 20))
    before = memory.of([os.getpid()]).files
    with path.open("rb") as file, contextlib.ExitStack() as stack:
        for _ in range(2):
            mapped = stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            assert not any(mapped[::4096])
        assert memory.of([os.getpid()]).files - before == pytest.approx(8, abs=2)


def test_a_slow_answer_is_told_as_python_3_10_raises_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class SlowerError(Exception):
        """``asyncio.TimeoutError`` was no ``TimeoutError`` before Python 3.11."""

    async def never(future: Any, timeout: float) -> None:
        future.close()
        raise SlowerError

    async def ask() -> None:
        async with await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0) as server:
            host, port = server.sockets[0].getsockname()
            async with closed_loop.HttpDoor(f"{host}:{port}", k=1) as door:
                await door.ask("blue shoes")

    monkeypatch.setattr(asyncio, "TimeoutError", SlowerError)
    monkeypatch.setattr(asyncio, "wait_for", never)
    with pytest.raises(ServerError, match="'blue shoes' failed: SlowerError"):
        asyncio.run(ask())


def test_memory_of_this_process_is_told() -> None:
    found = memory.of([os.getpid()])
    assert found.own > 10
    assert found.files > 1
    assert found.total == found.own + found.files


def test_ratios_are_of_the_served_ensemble() -> None:
    ratios = cell().ratios()
    assert ratios["throughput_over_in_process"] == 0.8
    assert ratios["p50_over_in_process_ms"] == 2.0
    assert ratios[f"throughput over {FASTAPI_FLOAT32}"] == ratios[f"throughput over {PYTRITON_INT8}"] == 2.0
    assert ratios[f"p95 over {FASTAPI_INT8}"] == 0.5


def test_throughputs_are_compared_within_a_round() -> None:
    rounds = {SERVED: [10.0, 100.0, 80.0]}  # the machine was slow in the first
    sides = {name: {**one, "blocks_per_s": rounds.get(name, [5.0, 50.0, 50.0])} for name, one in cell().sides.items()}
    found = Cell(products=1_000, clients=4, sides=sides)
    assert found.ratios()[f"throughput over {PYTRITON_INT8}"] == 2.0


def test_a_p99_is_told_with_enough_requests_behind_it_only() -> None:
    enough, few = (report.tables([cell(requests=requests)])[1].rows[0] for requests in (2_000, 1_999))
    assert enough[5] == "12.0"
    assert not few[5]


def test_what_was_measured_is_kept_and_marked(tmp_path: Path) -> None:
    settings = PeersSettings(build=tmp_path)
    folder = settings.folder
    folder.mkdir()
    report.write(folder, [cell(), cell(clients=16)], settings, incomplete="the server ended")
    part = Part.read(folder)
    assert part.incomplete == "the server ended"
    titles = [table.title for table in part.tables]
    assert titles == ["The served ensemble beside the others", "1,000 products", "Where the time of a served search goes, ms"]
    assert "16 clients: 2.0 times" in part.finding
    assert (folder / part.pictures[0].file).stat().st_size > 10_000
    told = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert [one["clients"] for one in told["cells"]] == [4, 16]
    earlier = bench.earlier_cells(settings)
    assert [(one.products, one.clients) for one in earlier] == [(1_000, 4), (1_000, 16)]
    with pytest.raises(InputError, match="go on with"):
        bench.earlier_cells(PeersSettings(build=tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"catalogue": "fashion"}, "catalogue: 'fashion' is not allowed; allowed: 'generated'"),
        ({"num_cores": 1}, "cores: 1 is not allowed; allowed: 2, as in"),
        ({"k": 20}, "k: 20 is not allowed; allowed: 10"),
    ],
)
def test_cells_of_another_comparison_are_not_gone_on_with(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    settings = PeersSettings(build=tmp_path)
    settings.folder.mkdir()
    report.write(settings.folder, [cell()], settings)
    with pytest.raises(InputError, match=told):
        bench.earlier_cells(replace(settings, **change))
    assert bench.earlier_cells(replace(settings, clients=(64,), requests=9))


def test_wrong_amounts_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="rounds: 0"):
        PeersSettings(rounds=0)
    with pytest.raises(InputError, match="clients"):
        PeersSettings(clients=[])


@pytest.mark.slow
@pytest.mark.triton
def test_all_sides_answer_alike(small_build: BuildPaths, tmp_path: Path) -> None:
    pytest.importorskip("uvicorn")
    (tmp_path / "small").symlink_to(small_build.root, target_is_directory=True)
    command = [sys.executable, "-m", "perf.peers", "--quick", "--catalogue", "small", "--build", str(tmp_path)]
    work = ["--products", "600", "--clients", "2", "--requests", "20", "--rounds", "1"]
    ended = subprocess.run([*command, *work], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == 0, ended.stderr
    (found,) = json.loads((tmp_path / "peers" / "summary.json").read_text(encoding="utf-8"))["cells"]
    assert set(found["sides"]) == set(SIDES)
    overlaps = {name: one["agreement"]["overlap"] for name, one in found["sides"].items()}
    assert min(overlaps[name] for name in (SERVED, FASTAPI_INT8, PYTRITON_INT8)) > 0.9
    assert overlaps[FASTAPI_FLOAT32] > 0.5
    assert set(found["sides"][SERVED]["stages_ms"]) == {"prepare", "text_encoder", "fusion", "scorer", "diversifier"}
