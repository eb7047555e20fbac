"""The demo: every step in order on the real server, and a report with pictures."""
