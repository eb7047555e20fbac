"""``python -m locust``, as ``generator`` starts it: SIGTERM, which ends it in good order, comes when the load test is killed."""

import runpy
import signal

from deploy.local.supervisor import die_with_parent

if __name__ == "__main__":
    die_with_parent(signal.SIGTERM)
    runpy.run_module("locust", run_name="__main__")
