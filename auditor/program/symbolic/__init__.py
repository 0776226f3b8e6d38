"""What text an expression can have, and the path algebra over it."""
