"""Questions about mistakes in code that make results wrong or brittle."""
