"""What serving costs, measured: one command a question."""
