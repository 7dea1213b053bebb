"""Boosted trees that know their size.

Imports xgboost; the factory in `xgboost.py` imports this module when it is called.
"""

from __future__ import annotations

import json

import numpy as np
from xgboost import XGBClassifier

from harness.classifiers.size import Size
from harness.fast.cuts import Cuts, Cutting


class SizedBooster(XGBClassifier, Cutting):
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

    def cuts(self) -> Cuts:
        """Of all trees of all classes, from the file that XGBoost saves; a leaf has no left child.

        The file's decimals are the shortest that give the float32 back.
        """
        saved = json.loads(self.get_booster().save_raw("json"))
        trees = saved["learner"]["gradient_booster"]["model"]["trees"]

        def joined(name: str) -> list[float]:
            return [entry for tree in trees for entry in tree[name]]

        are_cuts = np.array(joined("left_children")) >= 0
        features = np.array(joined("split_indices"), dtype=np.intp)[are_cuts]
        thresholds = np.array(joined("split_conditions"), dtype=np.float32)[are_cuts]
        return Cuts(features, thresholds, equal_is_below=False)
