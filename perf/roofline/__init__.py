"""On paper: what each stage would take on GPUs that were not there to measure it."""
