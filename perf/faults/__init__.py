"""Faults of real servers under steady load: replicas that can be killed, frozen and restarted, and what that costs callers."""
