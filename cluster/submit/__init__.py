"""Runs that are handed to a cluster from outside, as Ray Jobs, and what becomes of them."""
