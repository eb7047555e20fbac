"""``python -m perf.cpu_sweep``."""

import sys

from perf.cpu_sweep.command import main

sys.exit(main())
