"""``python -m perf.peers``."""

import sys

from perf.peers.bench import main

sys.exit(main())
