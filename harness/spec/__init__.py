"""The sweep file: its fields, how it is read, what it becomes. pydantic and YAML live here."""

from harness.spec.read import read_sweep

__all__ = ["read_sweep"]
