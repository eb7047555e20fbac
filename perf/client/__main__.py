"""``python -m perf.client``."""

import sys

from perf.client.bench import main

sys.exit(main())
