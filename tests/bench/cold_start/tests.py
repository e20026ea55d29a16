"""The benchmark's own arithmetic, clock and Runtime API: python -m unittest tests.py"""

import sys
import unittest

import measure
import run
from measure import Times
from peers import NODE, OURS, Peer

ASKS = """
import os, socket, sys, time
end = time.process_time() + float(sys.argv[1])
while time.process_time() < end: pass
time.sleep(float(sys.argv[2]))
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
with socket.create_connection((host, int(port))) as api:
    api.sendall(f"{sys.argv[3]} HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n".encode())
    api.recv(1)
"""


def peer(cpu_s: float, sleep_s: float, request: str = "GET /2018-06-01/runtime/invocation/next") -> Peer:
    """One that works, sleeps, and then asks."""
    return Peer("p", [sys.executable, "-c", ASKS, str(cpu_s), str(sleep_s), request], "")


class Clock(unittest.TestCase):
    def test_work_is_counted_and_sleep_is_not(self):
        done = measure.start(peer(0.3, 0.5))
        self.assertGreaterEqual(done.cpu, 300)
        self.assertGreaterEqual(done.wall, 800)
        self.assertLess(done.cpu, done.wall - 400)

    def test_who_never_asks_is_an_error_with_its_words(self):
        shouts = Peer("p", [sys.executable, "-c", ASKS.replace("import os", "print('no handler')\nimport os", 1),
                            "0", "0", "POST /2018-06-01/runtime/init/error"], "")
        patience, measure.PATIENCE_S = measure.PATIENCE_S, 2
        try:
            with self.assertRaisesRegex(measure.Failed, "init/error(.|\n)*no handler"):
                measure.start(shouts)
        finally:
            measure.PATIENCE_S = patience

    def test_every_peer_starts_once_a_round_and_the_warm_up_does_not_count(self):
        one, other = (Peer(name, peer(0, 0).argv, "") for name in "ab")
        times = measure.rounds([one, other], 2)
        self.assertEqual([len(times[name].cpu) for name in "ab"], [2, 2])


class Verdicts(unittest.TestCase):
    def test_ratio_is_of_medians(self):
        self.assertEqual(measure.ratio([1, 2, 300], [50, 40, 60]), 0.04)

    def test_both_limits_count(self):
        self.assertTrue(run.holds(0.04, 6_000_000))
        self.assertFalse(run.holds(0.0401, 1))
        self.assertFalse(run.holds(0.01, 6_000_001))

    def test_the_report_says_ratio_and_verdicts(self):
        times = {OURS: Times([10.0], [20.0]), NODE: Times([200.0], [300.0])}
        said = run.text(times, {OURS: "x", NODE: "y"}, 0.05, 5_500_000)
        self.assertIn("ratio 0.0500 = 1/20.0, limit 1/25: FAIL", said)
        self.assertIn("Zip for arm64: 5500000 bytes, limit 6000000: PASS", said)


if __name__ == "__main__":
    unittest.main()
