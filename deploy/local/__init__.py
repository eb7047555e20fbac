"""The embedded CPU server: the real tritonserver of the nvidia-pytriton wheel, on this machine."""
