"""Questions about pipelines: undeclared edges, disagreement with declarations, hidden failures, order, outputs."""
