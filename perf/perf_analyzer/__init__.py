"""NVIDIA's perf_analyzer on our ensembles and each of their steps, fed with real queries."""
