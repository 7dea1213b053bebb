"""Trees grown directly have the bits of those that the public fit grows, or are not grown so."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from harness.classifiers import CLASSIFIERS
from harness.classifiers.ordered_forest import OrderedForest
from harness.classifiers.sized_tree import SizedTree
from harness.fast import growing
from harness.fast.growing import grow_forest, grow_tree, is_equal, same_nodes
from search_spaces import CLASSIFIER_SPACES

COLUMNS = {  # name -> what becomes of normally distributed values
    "plain": lambda x: x,
    "ties": lambda x: np.round(2 * x),
    "constant": lambda x: np.full_like(x, 0.1),
    "rare": lambda x: (x > 1.5).astype(float),
    "neighbours": lambda x: 1 + np.round(3 * x) * 2.0**-23,  # float32s with none between them
    "beyond_float32": lambda x: 1 + x * 2.0**-40,  # different in float64 alone
    "large": lambda x: 1e30 * x,
}


@st.composite
def labelled_rows(draw):
    """Rows with duplicates and their classes, of which some have one row only."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    n, n_classes = draw(st.sampled_from([2, 9, 40, 150])), draw(st.integers(1, 6))
    names = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=6))
    X = np.column_stack([COLUMNS[name](rng.normal(size=n)) for name in names])
    X = X[rng.integers(0, draw(st.sampled_from([2, n])), n)]
    X = X.astype(draw(st.sampled_from(["float32", "float64"])), order=draw(st.sampled_from("CF")))
    y = np.minimum(rng.geometric(0.4, n) - 1, n_classes - 1) * draw(st.sampled_from([1, 3]))
    return X, y


TREE = {
    "criterion": st.sampled_from(["gini", "entropy"]),
    "max_depth": st.sampled_from([None, 1, 4, 16]),
    "min_samples_leaf": st.sampled_from([1, 2, 7]),
    "random_state": st.sampled_from([0, 7, 2**32 - 1]),
}
FOREST = TREE | {
    "n_estimators": st.sampled_from([1, 5]),
    "max_features": st.sampled_from(["sqrt", "log2", 0.01, 0.3, 0.6, 1.0, None, 1]),
    "class_weight": st.sampled_from([None, "balanced", "balanced_subsample"]),
    "n_jobs": st.sampled_from([None, 1]),
}


def same_attributes(one, other):
    """Whether two fitted models have the same ones, of equal values where they have some."""
    assert vars(one).keys() == vars(other).keys()
    for name, value in vars(one).items():
        if not isinstance(value, list) and not hasattr(value, "get_params") and name != "tree_":
            np.testing.assert_array_equal(value, vars(other)[name], err_msg=name)
            assert type(np.asarray(value)[()]) is type(np.asarray(vars(other)[name])[()]), name


@given(labelled_rows(), st.fixed_dictionaries(FOREST))
@settings(max_examples=60, deadline=None)
def test_a_forest_has_the_nodes_and_attributes_of_the_public_fit(rows, parameters):
    X, y = rows
    public, direct = (RandomForestClassifier(**parameters) for _ in range(2))
    public.fit(X, y)
    assert grow_forest(direct, X, y)
    for one, other in zip(public.estimators_, direct.estimators_, strict=True):
        assert same_nodes(one.tree_, other.tree_)
        same_attributes(one, other)
    same_attributes(public, direct)
    assert public.predict_proba(X).tobytes() == direct.predict_proba(X).tobytes()
    np.testing.assert_array_equal(public.predict(X), direct.predict(X))


@given(
    labelled_rows(),
    st.fixed_dictionaries(TREE | {"class_weight": st.sampled_from([None, "balanced"])}),
)
@settings(max_examples=60, deadline=None)
def test_a_tree_has_the_nodes_and_attributes_of_the_public_fit(rows, parameters):
    X, y = rows
    public, direct = (DecisionTreeClassifier(**parameters) for _ in range(2))
    public.fit(X, y)
    assert grow_tree(direct, X, y)
    assert same_nodes(public.tree_, direct.tree_)
    same_attributes(public, direct)
    assert public.predict_proba(X).tobytes() == direct.predict_proba(X).tobytes()


X = np.random.default_rng(0).normal(size=(40, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


@pytest.mark.parametrize("name", ["random_forest", "decision_tree"])
def test_every_value_that_tuning_may_choose_is_grown_directly(name):
    space = CLASSIFIER_SPACES[name]
    for parameter, distribution in space.items():
        for value in getattr(distribution, "choices", (1, 10)):
            model = CLASSIFIERS[name](1, 1, **{parameter: value})
            grow = grow_forest if name == "random_forest" else grow_tree
            assert grow(model, X, Y), (parameter, value)


def test_same_nodes_tells_trees_apart():
    deep, shallow = (DecisionTreeClassifier(max_depth=d).fit(X, Y).tree_ for d in (None, 1))
    other = DecisionTreeClassifier(max_depth=1).fit(X + 1e-3, Y).tree_
    assert same_nodes(deep, deep)
    assert not same_nodes(deep, shallow)
    assert not same_nodes(shallow, other)


@pytest.mark.parametrize(
    ("parameters", "trouble"),
    [
        ({"bootstrap": False}, None),
        ({"max_leaf_nodes": 4}, None),
        ({"min_samples_split": 5}, None),
        ({"min_samples_leaf": 0.1}, None),
        ({"n_jobs": 2}, None),
        ({"class_weight": {0: 2.0, 1: 1.0}}, None),
        ({"random_state": None}, None),
        ({"random_state": np.random.RandomState(0)}, None),
        ({"max_samples": 0.5}, None),
        ({}, np.nan),
    ],
)
def test_what_is_not_known_is_left_to_the_public_fit(parameters, trouble):
    rows = X.copy()
    if trouble is not None:
        rows[3, 1] = trouble
    forest = RandomForestClassifier(**{"n_estimators": 3, "random_state": 1, **parameters})
    before = dict(vars(forest))
    assert not grow_forest(forest, rows, Y)
    assert vars(forest) == before


@pytest.fixture
def look_again():
    is_equal.cache_clear()
    yield
    is_equal.cache_clear()


def test_the_version_that_is_pinned_was_looked_at():
    assert sklearn.__version__ in growing.LOOKED_AT
    assert is_equal()


@pytest.mark.usefixtures("look_again")
def test_another_version_of_scikit_learn_is_left_to_its_public_fit(monkeypatch):
    monkeypatch.setattr(sklearn, "__version__", "99.0")
    assert not grow_forest(RandomForestClassifier(random_state=1), X, Y)
    assert not grow_tree(DecisionTreeClassifier(random_state=1), X, Y)
    own, other = OrderedForest(5, n_jobs=1, random_state=1), SizedTree(random_state=1)
    assert own.fit(X, Y).predict(X).shape == other.fit(X, Y).predict(X).shape == (40,)


@pytest.mark.usefixtures("look_again")
@pytest.mark.parametrize("how", ["other trees", "other arguments"])
def test_private_classes_that_changed_are_noticed_and_not_used(how, monkeypatch):
    from sklearn.tree import _splitter

    splitter = _splitter.BestSplitter
    changed = {
        "other trees": lambda *a: splitter(*a[:2], 3, *a[3:]),
        "other arguments": lambda one, *_: splitter(one),
    }
    monkeypatch.setattr(_splitter, "BestSplitter", changed[how])
    assert not is_equal()
    forest = OrderedForest(5, n_jobs=1, random_state=1).fit(X, Y)
    assert len(forest.estimators_) == 5


def test_what_inherits_from_ours_fits_as_it_likes():
    class Other(OrderedForest):
        def _validate_y_class_weight(self, *_):
            raise RuntimeError("asked")

    with pytest.raises(RuntimeError, match="asked"):
        Other(3, n_jobs=1, random_state=1).fit(X, Y)
