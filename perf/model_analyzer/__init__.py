"""What NVIDIA's Model Analyzer needs for our ensembles: configuration, a repository cut to size, input data."""
