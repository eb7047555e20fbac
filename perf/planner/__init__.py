"""How many replicas a rate needs: from a measured curve of one, checked by a simulation and by a run with two.

curve       what one replica was measured to do at each rate
plan        the arithmetic of replicas
service     how one replica runs its model, and what a batch takes in it
queueing    the simulation: replicas (replica) and what they are sent (callers)
fit         the service behind a curve, and what it foretells of a step that it was not fitted to
pair        the runs on this machine: the curve of one replica, then two
"""
