"""Other precisions of the exported models: float16, dynamic and static 8 bits; how far each may stray, what gets fused."""
