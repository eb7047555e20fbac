"""The frozen judgment protocol of a catalogue: queries, derived grades, subtopics and splits."""
