"""What serving here costs and gains beside what a user would have built instead, in one interleaved run."""
