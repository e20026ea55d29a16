"""Starts the emulator with two things taken out that cost processor time alone: a process lives for seconds, and there are hundreds.

And with one race less, see `settle_soon`; nothing else of its answers changes. `python emulator.py`, in the environment that MiniStack
reads.
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
from ministack.services import lambda_svc  # noqa: E402

# Seconds until the emulator calls a changed function ready, and from there to the second look at its versions.
READY, AGAIN = 0.05, 0.1


def settle_soon(name, _delay, once=lambda_svc._schedule_state_transition):
    """On AWS, CloudFormation waits for a function before it publishes a version, which is ready by then. The emulator publishes at
    once: whoever looks within its half second sees a version at work after the stack is done; one that is published in the moment
    in which the function becomes ready is copied while at work and stays so for ever."""
    once(name, READY)
    once(name, READY + AGAIN)


lambda_svc._schedule_state_transition = settle_soon

sys.argv = ["ministack"]
sys.exit(main())
