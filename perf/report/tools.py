"""The tools whose parts make the report, in the order of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool, and what to run when its part is missing."""

    name: str
    """Of its results folder under ``build/``, and in its part."""
    question: str
    command: str


TOOLS: Final = (
    Tool("load", "How long do shoppers wait, at which rate?", "make load"),
    Tool("plan", "How many replicas does a rate need?", "make plan"),
    Tool("peers", "How does it compare with what one would have built instead?", "make peers"),
    Tool("bench", "What does serving cost over the same work in one process?", "make bench"),
    Tool("overload", "What becomes of answers at several times the capacity?", "make overload"),
    Tool("recipes", "What does each precision and pruning cost and gain?", "make recipes"),
    Tool("cpu_sweep", "Which instances, threads and batch windows are best on a CPU?", "make cpu-sweep"),
    Tool("perf_analyzer", "What does NVIDIA's perf_analyzer measure, stage by stage?", "make perf-analyzer"),
    Tool("model_analyzer", "Which configurations would Model Analyzer try on a GPU?", "make model-analyzer"),
    Tool("roofline", "What would GPUs need for it, on paper?", "make roofline"),
    Tool("client_bench", "What does the client cost over raw tritonclient?", "make bench-client"),
    Tool("diversify_bench", "How fast is diversification beside other libraries?", "make bench-diversify"),
)
