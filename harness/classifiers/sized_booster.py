"""Boosted trees that know their size.

Imports xgboost; the factory in `xgboost.py` imports this module when it is called.
"""

from __future__ import annotations

from xgboost import XGBClassifier

from harness.classifiers.size import Size


class SizedBooster(XGBClassifier):
    """xgboost's."""

    def size(self) -> Size:
        """Of all trees of all classes: nodes with leaves, the UBJSON file, deepest comparisons."""
        booster = self.get_booster()
        # A node a line, with a tab before it for each level.
        trees = [tree.splitlines() for tree in booster.get_dump()]
        depths = [max(len(node) - len(node.lstrip("\t")) for node in tree) for tree in trees]
        return Size(
            n_parameters=sum(map(len, trees)),
            n_bytes=len(booster.save_raw("ubj")),
            n_operations=sum(depths),
        )
