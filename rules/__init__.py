"""The rules: one folder a family, one module and one page a rule."""
