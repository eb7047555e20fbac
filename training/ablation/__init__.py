"""What each ingredient of training is worth: everything in one harness, on one subset of products, against the same queries."""
