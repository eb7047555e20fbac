"""``python -m perf.load_test``."""

import signal
import sys

from perf.load_test.command import main

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was measured is kept
    sys.exit(main())
