"""Trained models to ONNX, the catalogue index, and the complete model repository."""
