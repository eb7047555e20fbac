"""What each precision and size of the encoders costs and brings, and whether every way through the stack answers alike."""
