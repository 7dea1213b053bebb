"""The sweeps that ship, by name."""
