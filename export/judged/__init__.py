"""Models against the untrained encoder, on products that people judged."""
