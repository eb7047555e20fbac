"""What the server computes, step by step, in plain Python and NumPy; one module around Triton's own interface."""
