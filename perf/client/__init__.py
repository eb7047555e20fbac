"""What our client costs over raw tritonclient, and how it keeps its deadlines."""
