"""What launching on a cluster needs, generated as files: from a sweep and a `cluster.toml`."""
