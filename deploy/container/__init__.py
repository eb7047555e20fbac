"""The image for GPU nodes: NVIDIA's Triton, what our Python steps need beside it, how it starts and how it is asked."""
