"""What pictures bring to search: found by words, searched with, instead of words, missing, and small."""
