"""The graph as people and programs see it: exports, impact, pictures, the account of what was read."""
