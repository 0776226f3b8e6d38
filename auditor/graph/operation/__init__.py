"""Questions about models in operation: what serves, watches and trains again."""
