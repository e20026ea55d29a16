"""The benchmark's own arithmetic and environment: python -m unittest tests.py"""

import os
import unittest
from unittest import mock

import run
from run import Run


class Ratios(unittest.TestCase):
    def test_medians_are_compared_and_one_slow_run_does_not_count(self):
        ours = [Run(wall, wall / 2, True) for wall in (30.0, 31.0, 300.0)]
        theirs = [Run(wall, wall, True) for wall in (100.0, 10.0, 101.0)]
        verdict = run.compare("warm", 0.35, ours, theirs)
        self.assertAlmostEqual(verdict.wall, 0.31)
        self.assertAlmostEqual(verdict.cpu, 0.155)
        self.assertTrue(verdict.holds())

    def test_a_limit_that_is_missed_is_said(self):
        verdict = run.compare("clean", 0.5, [Run(51.0, 1.0, True)], [Run(100.0, 1.0, True)])
        self.assertFalse(verdict.holds())
        self.assertIn("MISSED", run.line(verdict))

    def test_nothing_of_the_make_around_it_goes_on_to_the_clones(self):
        theirs = {"IMGDEPLOY_TEST_ZIP": "/here.zip", "MAKEFLAGS": "k", "CARGO_TARGET_DIR": "/here", "HOME": "/home/x"}
        with mock.patch.dict(os.environ, theirs, clear=True):
            self.assertEqual(run.environment(), {"HOME": "/home/x", "CARGO_INCREMENTAL": "0"})


if __name__ == "__main__":
    unittest.main()
