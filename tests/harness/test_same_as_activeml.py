"""Picks equal those of scikit-activeml where both define a strategy alike.

By `make activeml`. Not through our adapter: the library fits and asks its own wrapper of the same
scikit-learn model.
Equal up to ties, which the library breaks by lot: our picks have the utilities that its picks have.
Where definitions differ, docs/strategies.md says how.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import StandardScaler

from harness.strategies import STRATEGIES, Query, activeml

pytestmark = [
    pytest.mark.activeml,
    pytest.mark.skipif(activeml.version() is None, reason="needs the extra activeml"),
]

BATCH = 8
DATASETS = {"iris": load_iris, "wine": load_wine, "breast_cancer": load_breast_cancer}
every_problem = pytest.mark.parametrize("seed", range(10))


@dataclass(frozen=True)
class Asked:
    """A query, to us and to them: 150 rows, of which one in ten is labelled."""

    dataset: str
    seed: int

    @cached_property
    def data(self):
        X, y = DATASETS[self.dataset](return_X_y=True)
        order = np.random.default_rng(self.seed).permutation(len(y))[:150]
        return StandardScaler().fit_transform(X[order]), y[order]

    @property
    def X(self):  # noqa: N802 - the field's name for it
        return self.data[0]

    @cached_property
    def labelled(self):
        _, y = self.data
        first = [np.flatnonzero(y == k)[:2] for k in np.unique(y)]  # of every class
        return np.unique(np.concatenate([*first, np.arange(9)]))

    @cached_property
    def y(self):
        """Theirs: NaN for no label."""
        y = np.full(len(self.X), np.nan)
        y[self.labelled] = self.data[1][self.labelled]
        return y

    @property
    def classes(self):
        return np.unique(self.data[1]).tolist()

    def ours(self, name, model=None, **params):
        rows = np.arange(len(self.X))
        query = Query(
            X=self.X,
            y_labelled=self.data[1][self.labelled],
            labelled=self.labelled,
            candidates=np.setdiff1d(rows, self.labelled),
            n_classes=len(self.classes),
            rng=np.random.default_rng(self.seed),
            fit=lambda: Fitted(self.fitted(model), self.X),
        )
        return STRATEGIES[name](query, BATCH, **params)

    def fitted(self, model):
        return model.fit(self.X[self.labelled], self.data[1][self.labelled])

    def theirs(self, name, settings=None, y=None, n=BATCH, **more):
        """Their picks, and what each candidate was worth when each of them was made."""
        from skactiveml import pool

        strategy = getattr(pool, name)(**settings or {}, random_state=self.seed)
        y = self.y if y is None else y
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return strategy.query(self.X, y, batch_size=n, return_utilities=True, **more)

    def wrapped(self, model):
        """A model as theirs; it is fitted by them."""
        from skactiveml.classifier import SklearnClassifier

        return SklearnClassifier(model, classes=self.classes, random_state=0)


@dataclass(frozen=True)
class Blobs(Asked):
    """Clusters far apart, each larger than the one before, as many as there will be labels."""

    n_labelled: int  # one in each of the smallest clusters

    @cached_property
    def data(self):
        rng = np.random.default_rng(self.seed)
        sizes = np.arange(self.n_labelled + BATCH) + 25
        centres = rng.permutation(2000.0 * np.arange(len(sizes)))
        X = rng.normal(size=(sizes.sum(), 3))
        X[:, 0] += np.repeat(centres, sizes)
        order = rng.permutation(len(X))
        return X[order], np.repeat(np.arange(len(sizes)), sizes)[order]

    @cached_property
    def labelled(self):
        _, y = self.data
        return np.array(sorted(np.flatnonzero(y == k)[0] for k in range(self.n_labelled)))


@dataclass
class Fitted:
    """Ours, straight from scikit-learn."""

    model: object
    X: np.ndarray

    def probabilities(self, rows):
        return self.model.predict_proba(self.X[rows])

    def margins(self, rows):
        second, best = np.partition(self.probabilities(rows), -2, axis=1)[:, -2:].T
        return best - second

    def scores(self, score, rows, n, of):  # noqa: ARG002 - every score is exact
        return score(self.probabilities(rows))

    def embedding(self, rows):
        return self.X[rows]

    def committee(self, rows, n, seed, summary):  # noqa: ARG002 - a forest's trees
        trees = [tree.predict_proba(self.X[rows]) for tree in self.model.estimators_]
        return summary(np.stack(trees))


@pytest.fixture(params=DATASETS, scope="module")
def asked(request):
    return lambda seed: Asked(request.param, seed)


def forest():
    return RandomForestClassifier(15, max_depth=4, random_state=5)


def logistic():
    return LogisticRegression()


def must_be_as_good(ours, theirs, utilities):
    """Of one utility for each row: the same values, best first."""
    np.testing.assert_allclose(utilities[0][ours], utilities[0][theirs], rtol=1e-9, atol=1e-12)


@every_problem
@pytest.mark.parametrize(
    ("name", "method", "make"),
    [
        ("least_confidence", "least_confident", logistic),
        ("least_confidence", "least_confident", forest),  # many ties
        ("margin", "margin_sampling", logistic),
        ("entropy", "entropy", logistic),
    ],
)
def test_uncertainty(asked, seed, name, method, make):
    one = asked(seed)
    theirs = one.theirs("UncertaintySampling", {"method": method}, clf=one.wrapped(make()))
    must_be_as_good(one.ours(name, make()), *theirs)


@every_problem
@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("vote_entropy", "vote_entropy"),
        ("variation_ratio", "variation_ratios"),
        ("qbc_kl", "KL_divergence"),
    ],
)
def test_query_by_committee_of_a_forests_trees(asked, seed, name, method):
    one = asked(seed)
    theirs = one.theirs("QueryByCommittee", {"method": method}, ensemble=one.wrapped(forest()))
    must_be_as_good(one.ours(name, forest()), *theirs)


@every_problem
def test_bald_of_a_forest(asked, seed):
    one = asked(seed)
    theirs = one.theirs("GreedyBALD", ensemble=one.wrapped(forest()))
    must_be_as_good(one.ours("bald", forest()), *theirs)


@every_problem
def test_contrastive_examples(asked, seed):
    one = asked(seed)
    settings = {"nearest_neighbors_dict": {"n_neighbors": 10}}
    theirs = one.theirs("ContrastiveAL", settings, clf=one.wrapped(logistic()))
    must_be_as_good(one.ours("cal", logistic()), *theirs)


@every_problem
def test_information_density_is_entropy_weighted_by_similarity(asked, seed):
    """They take the weights from whoever asks."""
    one = asked(seed)
    free = np.setdiff1d(np.arange(len(one.X)), one.labelled)
    weights = np.maximum(cosine_similarity(one.X, one.X[free]).mean(axis=1), 0)
    settings = {"method": "entropy"}
    model = one.wrapped(logistic())
    theirs = one.theirs("UncertaintySampling", settings, clf=model, utility_weight=weights)
    must_be_as_good(one.ours("information_density", logistic()), *theirs)


def must_be_next_best(one, chosen, name, settings=None):
    """Each row is one that they could have chosen next: ties may lead them elsewhere."""
    y = one.y.copy()
    for row in chosen:
        _, utilities = one.theirs(name, settings, y, 1)
        assert utilities[0][row] == pytest.approx(np.nanmax(utilities[0]), abs=1e-6)
        y[row] = 0


@every_problem
def test_farthest_first_of_k_center(asked, seed):
    one = asked(seed)
    must_be_next_best(one, one.ours("k_center"), "CoreSet")


@every_problem
def test_coverage_by_balls_of_one_radius(asked, seed):
    """They find a radius by other steps: theirs are multiples of 0.2."""
    one = asked(seed)
    chosen = one.ours("prob_cover", delta=1.1)
    must_be_next_best(one, chosen, "ProbCover", {"deltas": [1.1]})


@every_problem
@pytest.mark.parametrize("n_labelled", [1, 4, 6])
def test_the_most_typical_of_each_cluster(seed, n_labelled):
    """Of clusters that both find, with as many neighbours."""
    one = Blobs("blobs", seed, n_labelled)
    picks, _ = one.theirs("TypiClust", {"k": 20})
    assert one.ours("typiclust").tolist() == picks.tolist()


@every_problem
def test_the_first_of_badge(asked, seed):
    """The others are drawn by lot, by the same probabilities from other generators."""
    one = asked(seed)
    _, utilities = one.theirs("Badge", clf=one.wrapped(logistic()))
    ours = one.ours("badge", logistic())[0]
    assert utilities[0][ours] == pytest.approx(np.nanmax(utilities[0]))
