"""What each way to diversify costs in relevance and brings in variety, on judged queries, and the default chosen from it."""
