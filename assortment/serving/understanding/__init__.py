"""What a query asks for besides what it is about: values turned down ("not black") and limits of the price ("under 50")."""
