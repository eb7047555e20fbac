"""What is known of a catalogue's words besides its own: synonyms, kinds, head terms and occasions, saved as a readable file."""
