"""Catalogues: the product record, readers of real formats, storage, and the built-in catalogue."""
