"""Distances, clusters and neighbours of many rows, for strategies and initial designs."""
