"""Many repositories: each audited in a process of its own, here or on a cluster, kept in a folder and compared."""
