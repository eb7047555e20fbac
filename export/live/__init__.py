"""The versions of a catalogue in a repository that is being served: publish, roll back, refresh, list."""
