import numpy as np
import pytest

from harness.cell import (
    FULL_DATA,
    Acquisition,
    Component,
    Curve,
    Labelling,
    Reference,
    Setting,
    Split,
    Study,
    Tuning,
    Validation,
)
from harness.segment import (
    AcquisitionSegment,
    EvaluationSegment,
    ReferenceSegment,
    StudySegment,
    needs,
)

TUNING = Tuning(2, "macro_f1", Validation("cross_validation", folds=5), "defaults", 5)
SETTING = Setting(1, Split("stratified", 0.2), Labelling(50, "random", 50), TUNING, "float32", 1)
TREE, NETWORK = Component("tree", "tree"), Component("network", "network", needs="neural")


def segments(classifier, model):
    """Of each kind, by name."""
    data, none = Component("data", "data"), Component("none", "none")
    margin = Component("margin", "margin", model=model)
    acquisition = Acquisition(Curve(data, classifier, none, none, margin), 0, SETTING, (100,))
    batches = (np.arange(50),)
    full = Reference(Curve(data, classifier, none, none, FULL_DATA), 0, SETTING)
    return {
        "buys": AcquisitionSegment(acquisition, batches, 100, tested=False),
        "buys and tests": AcquisitionSegment(acquisition, batches, 100, tested=True),
        "tests": EvaluationSegment(acquisition, batches, (0,)),
        "tunes": StudySegment(Study(acquisition, 100), batches, ()),
        "refers": ReferenceSegment(full),
    }


@pytest.mark.parametrize(
    ("classifier", "model", "neural"),
    [
        (TREE, None, set()),
        (TREE, TREE, set()),
        (NETWORK, None, {"buys", "buys and tests", "tests", "tunes", "refers"}),
        (NETWORK, TREE, {"buys and tests", "tests", "tunes", "refers"}),
        (TREE, NETWORK, {"buys", "buys and tests"}),
        (NETWORK, NETWORK, {"buys", "buys and tests", "tests", "tunes", "refers"}),
    ],
)
def test_a_segment_needs_what_the_models_that_it_fits_need(classifier, model, neural):
    found = segments(classifier, model)
    assert {name for name, segment in found.items() if needs(segment) == "neural"} == neural
