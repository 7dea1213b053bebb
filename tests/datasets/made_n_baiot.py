"""N-BaIoT as UCI and as Kaggle hand it out, made up: no label column, the class in the name."""

import numpy as np

from datasets.n_baiot import DEVICES, SHARED


def n_baiot(folder, device, *, layout="UCI's names", rows_per_class=12):
    """Write the files of `device`, which is called as at UCI. Each class has values of its own."""
    one = next(each for each in DEVICES if each.name == device)
    columns = [name for name in SHARED["columns"] if name != "class"]
    for k, file in enumerate(one.classes[layout]):
        rng = np.random.default_rng([one.number, k])
        rows = rng.normal(loc=k, size=(rows_per_class - 2, len(columns)))
        lines = [",".join(f"{x:.16e}" for x in row) for row in rows]
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([",".join(columns), *lines, lines[-1], lines[-1]]) + "\n")
