"""Questions about entanglement and glue."""
