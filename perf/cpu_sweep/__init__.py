"""Which instances, threads and batch windows serve a text search best on this CPU."""
