"""A smaller query text encoder: the least heads, neurons and layers are cut out, and what is left learns to answer as before."""
