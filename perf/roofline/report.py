"""The estimate as ``summary.json``, a plot, a part of the performance page, and tables in a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from perf.report import origin
from perf.report.part import SUMMARY, Part, Picture, Table
from perf.report.terminal import show_table
from perf.roofline import plot, published
from perf.roofline.estimate import WITHOUT_REUSE, Fit, floor_milliseconds, milliseconds
from perf.roofline.gpus import ESTIMATED, Gpu
from perf.roofline.work import Work

_NOT_MEASURED = "On paper: no GPU was there, nothing on this page was measured by this project."


@dataclass(frozen=True, slots=True, kw_only=True)
class Roofline:
    """What was counted, and the constants of the estimate."""

    catalogue: str
    works: Sequence[Work]
    fit: Fit

    def expected_ms(self, work: Work, gpu: Gpu) -> float:
        """By the fitted constants."""
        return milliseconds(work, gpu, self.fit.efficiency)

    def told(self, work: Work, gpu: Gpu) -> str:
        """A cell: expected, and in brackets without reuse, and the floor."""
        without_reuse, floor = milliseconds(work, gpu, WITHOUT_REUSE), floor_milliseconds(work, gpu)
        return f"{self.expected_ms(work, gpu):.3f} ({without_reuse:.3f}, {floor:.3f})"


def finding(found: Roofline) -> str:
    """The longest stage of a lone text search on each GPU, and how far the estimate may be off."""
    alone = [work for work in found.works if work.batch == min(each.batch for each in found.works)]
    largest = [work for work in alone if work.stage.startswith("scorer")][-1:]
    path = [work for work in alone if work.stage in ("text_encoder", "fusion")] + largest
    told = []
    for gpu in ESTIMATED:
        times = {work.stage: found.expected_ms(work, gpu) for work in path}
        longest = max(times, key=lambda stage: times[stage])
        told.append(f"{gpu.name} {sum(times.values()):.2f} ms, of which {longest} {times[longest]:.2f}")
    factor = f"{found.fit.mean_error:.2f} on average and {found.fit.worst_error:.2f} at worst"
    return (
        f"{_NOT_MEASURED} Encoder, fusion and scorer of one text search are expected to take: {'; '.join(told)}. "
        f"Against published figures of BERT-base the estimate is off by a factor of {factor}."
    )


def tables(found: Roofline) -> list[Table]:
    """Work, expected times, and the estimate beside published figures."""
    work = [
        [
            one.stage,
            str(one.batch),
            f"{one.flops / 1e9:.3f}",
            f"{one.bytes_moved / 1e6:.1f}",
            _intensity(one),
            str(len(one.kernels)),
        ]
        for one in found.works
    ]
    times = [[one.stage, str(one.batch), *(found.told(one, gpu) for gpu in ESTIMATED)] for one in found.works]
    beside = [
        [each.gpu.name, str(batch), f"{ms:.2f}", f"{found.expected_ms(published.work(batch), each.gpu):.2f}"]
        for each in published.BERT_BASE
        for batch, ms in each.mean_ms.items()
    ]
    sources = "; ".join(f"{each.gpu.name}: {each.source}" for each in published.BERT_BASE)
    return [
        Table(
            title="Work of each stage",
            columns=["stage", "batch", "GFLOP", "MB moved", "FLOP per byte", "kernels"],
            rows=work,
            note="Encoders and fusion in float16, the scorer in float32; the longest text, 32 tokens; counted from the graphs.",
        ),
        Table(
            title="Expected milliseconds for a batch (in brackets: without reuse between operators, the floor of the hardware)",
            columns=["stage", "batch", *(gpu.name for gpu in ESTIMATED)],
            rows=times,
            note="In brackets the data sheet's peak and bandwidth, with kernels that start in no time. Without reuse: every "
            "tensor between two operators goes through memory. The floor: only inputs, weights and outputs do, each once.",
        ),
        Table(
            title="The same estimate for BERT-base beside what NVIDIA published",
            columns=["GPU", "batch", "published ms", "estimated ms"],
            rows=beside,
            note=f"TensorRT, float16, {published.TOKENS} tokens, mean. {sources}.",
        ),
    ]


def notes(found: Roofline) -> list[str]:
    """Assumptions, sources, and what is left out."""
    efficiency = found.fit.efficiency
    return [
        _NOT_MEASURED,
        f"Fitted to the published table: kernels reach {100 * efficiency.compute_share:.0f} % of the data sheet's arithmetic "
        f"and take {efficiency.start_us:g} us to start. Assumed: {100 * efficiency.bandwidth_share:.0f} % of its bandwidth.",
        "Operations element by element are taken to be fused into the kernels before them, and no tensor to stay in a cache, but "
        "for the floor.",
        "Left out: prepare and diversifier, which stay on the CPU (make perf-analyzer measures them here), Triton's queues and "
        "hops, copies to and from the GPU, gRPC.",
        *published.BESIDE,
        *(
            f"{gpu.name}: {gpu.fp16_tflops:g} TFLOPS float16 dense, {gpu.fp32_tflops:g} float32, {gpu.bandwidth_gb_s:g} GB/s "
            f"({gpu.source})."
            for gpu in ESTIMATED
        ),
    ]


def write(found: Roofline, folder: Path) -> None:
    """``summary.json``, the plot and ``part.json``."""
    (folder / SUMMARY).write_text(json.dumps(summary(found), indent=1) + "\n", encoding="utf-8")
    plot.draw(found.works, folder / plot.FILE)
    Part(
        tool="roofline",
        title="GPUs on paper",
        command=origin.command("roofline", found.catalogue),
        finding=finding(found),
        made=origin.made(),
        machine="none: data sheets of L4, A10 and H100",
        tables=tables(found),
        pictures=[Picture(file=plot.FILE, alt="Rooflines of three GPUs with each stage at its intensity", caption=_NOT_MEASURED)],
        notes=notes(found),
    ).write(folder)


def summary(found: Roofline) -> dict[str, Any]:
    """All figures. Times in milliseconds."""
    return {
        "measured": False,
        "catalogue": found.catalogue,
        "fit": asdict(found.fit),
        "gpus": [asdict(gpu) for gpu in ESTIMATED],
        "stages": [
            {
                "stage": work.stage,
                "batch": work.batch,
                "flops": work.flops,
                "bytes": work.bytes_moved,
                "bytes_once": work.bytes_once,
                "kernels": len(work.kernels),
                "expected_ms": {gpu.name: round(found.expected_ms(work, gpu), 4) for gpu in ESTIMATED},
                "without_reuse_ms": {gpu.name: round(milliseconds(work, gpu, WITHOUT_REUSE), 4) for gpu in ESTIMATED},
                "floor_ms": {gpu.name: round(floor_milliseconds(work, gpu), 4) for gpu in ESTIMATED},
            }
            for work in found.works
        ],
    }


def show(found: Roofline, console: Console) -> None:
    """The tables and the finding."""
    for table in tables(found):
        show_table(table, console)
    console.print(finding(found), highlight=False)


def _intensity(work: Work) -> str:
    return f"{work.flops / work.bytes_moved:.1f}"
