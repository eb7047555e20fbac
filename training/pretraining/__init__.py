"""Further pre-training of the text encoder on a catalogue's own texts, before anything else is trained."""
