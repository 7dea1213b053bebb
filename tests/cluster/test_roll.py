"""What the roll knows, and when it forgets."""

import pytest

from cluster import roll
from cluster.roll import Begun


class Clock:
    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(roll, "time", made)
    return made


def test_it_tells_where_each_segment_runs_and_for_how_long(clock):
    book = roll._Roll()
    book.begins(1, "here")
    clock.now += 3
    book.works(1)
    book.begins(2, "there")
    clock.now += 4
    assert book.called([1, 2, 3]).begun == {1: Begun("here", 7, 4), 2: Begun("there", 4, None)}


def test_what_nobody_asks_for_any_more_is_forgotten(clock):
    book = roll._Roll()
    for token in range(1000):
        book.begins(token, "here")
        book.works(token)
        book.says(token, "farewell")
    assert book.called([7]).begun.keys() == {7}
    assert book.last_words(7) == "farewell"
    assert book.last_words(8) is None
    assert [len(known) for known in (book._begun, book._working, book._last_words)] == [1, 1, 1]
    clock.now += 1
    assert book.called([]).begun == {}
