"""What a cluster lacks before a sweep runs on it: each check looks at one thing on every node."""
