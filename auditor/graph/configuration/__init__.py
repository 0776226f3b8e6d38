"""Questions about configuration: whether the values that change behaviour have one place, and are used."""
