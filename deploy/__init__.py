"""Putting the model repository to work: on this machine, in containers, on clusters."""
