"""A store that is appended to, killed, opened again and rewritten at will equals a dictionary."""

import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from harness import store
from harness.errors import RunFolderError
from harness.store import RunFolder
from tests.harness.broken_disk import Killed, broken
from tests.harness.test_faults import ALL, FEW_ROWS, environment

TABLE, KEY, VALUE = "environments", "environment_id", "cpu"
names = st.sampled_from("abcdefghijklm")
some = st.dictionaries(names, st.sampled_from("123"), max_size=5)


class Store(RuleBasedStateMachine):
    """The model holds what is stored; `doubtful` is what a kill may have left instead."""

    def __init__(self):
        super().__init__()
        self.memory = Path(tempfile.mkdtemp())
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(store, "FULL_BYTES", FEW_ROWS)
        self.patch.setattr("os.fsync", lambda _: None)
        self.folder = RunFolder.create(self.memory / "run")
        self.model = {}
        self.open()

    def open(self):
        self.held = self.folder.writing()
        assert self.held.__enter__() == ()

    def close(self):
        self.held.__exit__(None, None, None)

    def teardown(self):
        self.close()
        self.patch.undo()
        shutil.rmtree(self.memory)

    def write(self, removed, rows):
        made = [environment(key, value) for key, value in rows.items()]
        if removed:
            self.folder.supersede(TABLE, pc.field(KEY).isin(sorted(removed)), made)
        else:
            self.folder.append(TABLE, made)

    def after(self, removed, rows):
        return {key: v for key, v in self.model.items() if key not in removed} | rows

    @rule(rows=some)
    def append(self, rows):
        new = {key: value for key, value in rows.items() if key not in self.model}
        self.write((), new)
        self.model |= new

    @precondition(lambda self: self.model)
    @rule(removed=st.sets(names, min_size=1), rows=some)
    def supersede(self, removed, rows):
        rows = {key: v for key, v in rows.items() if key in removed or key not in self.model}
        self.write(removed, rows)
        self.model = self.after(removed, rows)

    @rule()
    def open_again(self):
        self.close()
        self.open()

    @rule(
        removed=st.sets(names),
        rows=some,
        kind=st.sampled_from(["killed", "fails once", "full from then on"]),
        nth=st.integers(0, 40),
    )
    def break_off(self, removed, rows, kind, nth):
        rows = {key: v for key, v in rows.items() if key in removed or key not in self.model}
        either = [self.model, self.after(removed, rows)]
        with broken(self.patch, kind, nth):
            try:
                self.write(removed, rows)
            except (Killed, RunFolderError):
                pass
            else:
                either = either[1:]
        self.close()
        self.model = self.stored()
        assert self.model in either
        self.open()

    @rule(kind=st.sampled_from(["killed", "fails once"]), nth=st.integers(0, 150))
    def break_off_opening(self, kind, nth):
        self.close()
        with broken(self.patch, kind, nth):
            try:
                with self.folder.writing():
                    pass
            except (Killed, RunFolderError):
                pass
        self.open()

    def stored(self):
        rows = RunFolder.open(self.folder.root).read(TABLE, [KEY, VALUE]).to_pylist()
        found = {row[KEY]: row[VALUE] for row in rows}
        assert len(found) == len(rows)
        return found

    @invariant()
    def equals_the_model(self):
        assert self.stored() == self.model
        if (self.folder.root / TABLE).exists():
            frame = pd.read_parquet(self.folder.root / TABLE, columns=[KEY])
            assert sorted(frame[KEY]) == sorted(self.model)


Store.TestCase.settings = settings(
    max_examples=500 if ALL else 20,
    stateful_step_count=30 if ALL else 15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestAStoreEqualsADictionary = Store.TestCase
