"""What training and serving share; imports no other room of the repository and no torch."""
