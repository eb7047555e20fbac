"""``python -m perf.roofline``."""

import sys

from perf.roofline.command import main

sys.exit(main())
