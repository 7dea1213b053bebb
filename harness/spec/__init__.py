"""The sweep file: its fields, how it is read, what it becomes. pydantic and YAML live here."""

from harness.spec.read import plain_fields, read_sweep

__all__ = ["plain_fields", "read_sweep"]
