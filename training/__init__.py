"""Training: text encoder, image encoder, fusion, intent and scorer on a catalogue."""
