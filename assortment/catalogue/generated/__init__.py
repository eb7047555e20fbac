"""The built-in catalogue: invented products of four departments, each with a drawn picture."""
