"""What code and commands do to data, as edges: who reads and writes what."""
