"""What names stand for: modules, scopes, denotations, objects, displays."""
