"""Diversification against its peers: the speed of every strategy, one thread, in one interleaved run."""
