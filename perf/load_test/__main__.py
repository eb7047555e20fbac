"""``python -m perf.load_test``."""

import sys

from perf.load_test.command import main

sys.exit(main())
