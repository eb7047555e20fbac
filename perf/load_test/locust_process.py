"""``python -m locust``, as ``generator`` starts it: SIGTERM, which ends it in good order, comes when the load test is killed."""

import signal

from deploy.local.supervisor import die_with_parent

die_with_parent(signal.SIGTERM)

from locust.main import main  # noqa: E402 - which takes a while: a parent that dies meanwhile is noticed

if __name__ == "__main__":
    main()
