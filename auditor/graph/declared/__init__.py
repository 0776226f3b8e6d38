"""What files and code declare: steps of every pipeline format, environments, owners, checks."""
