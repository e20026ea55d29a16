"""Starts the emulator with two things taken out that cost processor time alone: a process lives for seconds, and there are hundreds.

Nothing of its answers changes. `python emulator.py`, in the environment that MiniStack reads.
"""

import gc
import sys

import yaml

# Templates are read by libyaml, where it is there: a tenth of the time of the same parser in Python.
if yaml.__with_libyaml__:
    yaml.SafeLoader = yaml.CSafeLoader

# What a process of seconds leaves unreachable needs no collecting.
gc.disable()

from ministack.app import main  # noqa: E402: the loader has to be another before its modules name it

sys.argv = ["ministack"]
sys.exit(main())
