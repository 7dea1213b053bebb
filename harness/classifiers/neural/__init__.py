"""Neural detectors: an architecture is a function, all else is shared (docs/neural.md)."""

import os
import sys

_ONEDNN = "TF_ENABLE_ONEDNN_OPTS"  # read by TensorFlow once, when it is imported

# TensorFlow that somebody imported before us, with other sums than all our processes have.
HAS_OTHER_SUMS = "tensorflow" in sys.modules and os.environ.get(_ONEDNN) != "0"

# oneDNN's kernels are chosen by the CPU's model, with other sums; Eigen's are as fast here. Set
# here because a components file may import Keras at its top, long before a network is started.
os.environ[_ONEDNN] = "0"
