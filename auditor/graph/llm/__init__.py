"""Questions about the language models that a component asks."""
