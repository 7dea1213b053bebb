"""What makes the scores on a preparation others than those of the data as it is.

A table wears its badges from where it is prepared. Run folders from before a badge existed lack
it; `implied` reads it off what they store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DOWN_SAMPLED = "normal class down-sampled before the split"
IDENTIFIERS = "identifiers kept (features: all)"
CHOSEN_BY_CLASS = "initial labels chosen by their classes"  # of the sweep, and so of all its data
MAYBE_IDENTIFIERS = "features: all (identifiers kept, where its card names some)"


def implied(name: str, preparation: Mapping[str, Any]) -> list[str]:
    """Return the badges of the dataset component `name`, prepared with these parameters.

    Of a component that is not known here, or whose card stands beside its file, nobody can say
    whether it has identifiers: the badge says so. A card that names none keeps none.

    >>> implied("ton_iot_network", {"features": "all", "balance": "down_sample"})
    ['normal class down-sampled before the split', 'identifiers kept (features: all)']
    """
    from datasets import DATASETS

    found = [DOWN_SAMPLED] if preparation.get("balance") == "down_sample" else []
    if preparation.get("features") == "all":
        card = DATASETS[name].card if name in DATASETS else None
        if card is None or not card.columns:
            found.append(MAYBE_IDENTIFIERS)
        elif card.identifiers:
            found.append(IDENTIFIERS)
    return found
