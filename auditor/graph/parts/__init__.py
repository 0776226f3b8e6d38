"""The parts of a repository: components and what kind of thing each of them is."""
