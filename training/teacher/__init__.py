"""A cross-encoder that reads query and product together: slower and better informed than the encoders that learn from it."""
