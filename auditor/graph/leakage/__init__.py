"""Questions about leakage and the validity of evaluations."""
