"""Neural detectors: an architecture is a function, all else is shared (docs/neural.md)."""
