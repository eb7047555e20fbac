"""``python -m perf.recipes``: size, speed and loss of ndcg@10 of every recipe, and whether all ways answer alike."""

from __future__ import annotations

import sys

from perf.recipes.command import main

if __name__ == "__main__":
    sys.exit(main())
