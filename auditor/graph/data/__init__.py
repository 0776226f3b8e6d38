"""Questions about data: versions, sources, personal paths, tables kept, columns."""
