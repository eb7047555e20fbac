"""How many replicas a rate needs: from a measured curve of one, checked by a simulation and by a run with two.

curve       what one replica was measured to do at each rate
plan        the arithmetic of replicas
service     what a batch takes, fitted to the curve
queueing    the simulation: replicas, instances, batches, and the queue's time limit
pair        the runs on this machine: the curve of one replica, then two
"""
