"""``python -m perf.diversify``."""

import sys

from perf.diversify import machine
from perf.diversify.bench import main

machine.restart_with_one_thread()
sys.exit(main())
