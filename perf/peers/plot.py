"""The comparison as a picture: requests a second and p95 over the number of clients, a column for each shop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from perf.peers.sides import SIDES

if TYPE_CHECKING:
    from perf.peers.report import Cell

_COLOURS: Final = dict(zip(SIDES, ("#888888", "#0072B2", "#D55E00", "#E69F00", "#009E73"), strict=True))  # of Okabe and Ito


def draw(cells: Sequence[Cell], path: Path) -> None:
    """Writes a PNG."""
    shops = list(dict.fromkeys(cell.products for cell in cells))
    figure = Figure(figsize=(3.4 * len(shops) + 1, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, len(shops), squeeze=False)
    for column, products in enumerate(shops):
        of_shop = sorted((cell for cell in cells if cell.products == products), key=lambda cell: cell.clients)
        clients = [cell.clients for cell in of_shop]
        for name, colour in _COLOURS.items():
            rates = [cell.sides[name]["per_s"] for cell in of_shop]
            tails = [cell.sides[name]["latency"]["p95"] for cell in of_shop]
            panels[0][column].plot(clients, rates, "o-", color=colour, markersize=3, label=name)
            panels[1][column].plot(clients, tails, "o-", color=colour, markersize=3)
        panels[0][column].set(title=f"{products:,} products", ylabel="requests a second", ylim=(0, None))
        panels[1][column].set(xlabel="clients", ylabel="p95, ms", yscale="log")
        for panel in panels[:, column]:
            panel.set_xscale("log", base=2)
            panel.set_xticks(clients, [str(number) for number in clients])
            panel.xaxis.set_minor_locator(NullLocator())
            panel.spines[["top", "right"]].set_visible(False)
    figure.legend(handles=panels[0][0].lines, frameon=False, fontsize=8, loc="outside lower center", ncols=3)
    figure.savefig(path, dpi=120)
