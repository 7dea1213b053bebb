import functools

import pytest

from harness.classifiers import CLASSIFIERS
from harness.classifiers.needs import needs, needs_of


def test_a_factory_says_what_it_declared_and_is_otherwise_itself():
    def network(seed, threads):
        """A network."""

    assert needs("neural")(network) is network
    assert needs_of(network) == "neural"
    assert needs_of(functools.wraps(network)(lambda *_: None)) == "neural"


def test_a_class_may_be_the_factory():
    @needs("neural")
    class Network:
        pass

    assert needs_of(Network) == "neural"


def test_what_declares_nothing_needs_nothing():
    assert needs_of(CLASSIFIERS["random_forest"]) == ""


def test_an_unknown_group_is_refused_where_it_is_written():
    with pytest.raises(ValueError, match="no group 'nueral' of needs; known: neural"):
        needs("nueral")
