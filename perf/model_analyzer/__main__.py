"""``python -m perf.model_analyzer``."""

import sys

from perf.model_analyzer.command import main

sys.exit(main())
