"""shellcheck, wherever it is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def shellcheck(text, *options):
    beside = Path(sys.executable).parent  # which pip installs it to
    program = shutil.which("shellcheck", path=f"{beside}:{os.environ['PATH']}")
    assert program, "install shellcheck, or the extra dev"
    done = subprocess.run(
        [program, *options, "-"], input=text, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    assert done.returncode == 0
