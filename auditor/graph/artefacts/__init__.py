"""What things are and what they are called: identities of paths, addresses, tables and hub names."""
