"""Whether a run folder can be trusted, from its files alone: `verify`."""

from harness.verify.verify import Verified, verify

__all__ = ["Verified", "verify"]
