"""What trained models are worth beyond their own dev queries: pictures, other catalogues, new products."""
