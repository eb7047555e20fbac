"""More training queries and noisier products than the catalogue gives, each way in a file of its own.

All are seeded, and ``assortment augment --show`` shows what they make of a catalogue.
"""
