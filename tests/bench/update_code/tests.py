"""The benchmark's own arithmetic, proxy and command runner: python -m unittest tests.py"""

import http.client
import sys
import tempfile
import threading
import time
import unittest
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import table
import trips
from account import sha256, variant
from measure import Outcome, Runs
from peers import AWS_CLI, OURS
from proxy import Call, Proxy
from runner import Failed, Runner


def call(began: float, ended: float, method: str = "GET", target: str = "/2015-03-31/functions/f/configuration", sent: int = 0) -> Call:
    """A poll of a function, unless told else."""
    return Call(began, ended, method, target, 200, sent)


class RoundTrips(unittest.TestCase):
    def test_calls_side_by_side_are_one(self):
        self.assertEqual(trips.round_trips([]), 0)
        self.assertEqual(trips.round_trips([call(0, 1), call(0.5, 1.5), call(0.9, 1)]), 1)

    def test_calls_after_each_other_all_count(self):
        self.assertEqual(trips.round_trips([call(2, 3), call(0, 1), call(1, 2)]), 3)

    def test_the_longest_chain_goes_round_a_long_call(self):
        self.assertEqual(trips.round_trips([call(0, 10), call(0, 1), call(2, 3), call(4, 5), call(11, 12)]), 4)

    def test_repeated_polls_count_once_and_others_all(self):
        update = call(1, 2, "PUT", "/2015-03-31/functions/f/code", 5_000_000)
        alias = [call(9, 10, "PUT", "/2015-03-31/functions/f/aliases/Live")] * 2
        calls = [call(0, 1), update, call(2, 3), call(4, 5), call(6, 7), *alias]
        self.assertEqual(trips.without_waiting(calls), [call(0, 1), update, call(6, 7), *alias])
        other = [call(0, 1), call(2, 3, target="/2015-03-31/functions/g/configuration")]
        self.assertEqual(trips.without_waiting(other), other)
        # Another version is another question, and a list of versions is no poll.
        versions = [call(0, 1), call(2, 3, target=call(0, 1).target + "?Qualifier=2")]
        self.assertEqual(trips.without_waiting(versions), versions)
        listed = [call(at, at + 1, target="/2015-03-31/functions/f/versions") for at in range(2)]
        self.assertEqual(trips.without_waiting(listed), listed)

    def test_only_code_is_an_upload(self):
        self.assertEqual(trips.uploads([call(0, 1, sent=500), call(0, 1, "PUT", "/", 4_000_000)]), 1)


class Verdicts(unittest.TestCase):
    def outcomes(self, **ours) -> dict[str, Outcome]:
        """One in which all holds."""
        changed = {"wall_s": [1.0, 2.0, 9.0], "cpu_s": [0.1] * 3, "calls": [6, 8, 6], "trips": [6, 8, 6], "needed": [table.ROUND_TRIPS] * 3,
                   "uploads": [1] * 3, "new_versions": 3}
        unchanged = {"wall_s": [0.1], "cpu_s": [0.1], "calls": [1], "trips": [1], "needed": [1], "uploads": [0]}
        peer = Outcome(Runs([4.0, 4.0, 1.0], [1.5] * 3, [4] * 3, [4] * 3, [4] * 3, [1] * 3, 3), Runs())
        return {OURS: Outcome(Runs(**changed | ours.get("changed", {})), Runs(**unchanged | ours.get("unchanged", {}))), AWS_CLI: peer}

    def failed(self, **ours) -> list[str]:
        return [verdict.what for verdict in table.verdicts(self.outcomes(**ours)) if not verdict.held]

    def test_every_rule_is_one_of_its_own(self):
        self.assertEqual(self.failed(), [])
        self.assertEqual(len(self.failed(changed={"needed": [table.ROUND_TRIPS, table.ROUND_TRIPS + 1, 1]})), 1)
        self.assertEqual(len(self.failed(changed={"wall_s": [1.0, 4.1, 9.0]})), 1)
        self.assertEqual(len(self.failed(unchanged={"calls": [1, 2]})), 1)
        self.assertEqual(len(self.failed(unchanged={"uploads": [1]})), 1)
        self.assertEqual(len(self.failed(unchanged={"new_versions": 1})), 1)

    def test_ratio_is_of_medians_and_printed(self):
        said = table.text(self.outcomes(), {"SAM": "it is not installed"})
        self.assertRegex(said, r"AWS CLI +4\.00 .* 0\.50\n")
        self.assertIn("PASS  0.50 of the time of AWS CLI, less than 1", said)
        self.assertIn("SAM is left out: it is not installed", said)

    def test_without_ours_nothing_is_claimed(self):
        outcomes = self.outcomes()
        del outcomes[OURS]
        self.assertEqual(table.verdicts(outcomes), [])
        self.assertNotIn("PASS", table.text(outcomes, {}))

    def test_a_failure_of_ours_is_one(self):
        self.assertFalse(table.verdicts({OURS: Outcome(error="no")})[0].held)


class Upstream(BaseHTTPRequestHandler):
    """Says what it got."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        content = f"{self.path} {self.headers['Host']} {len(body)}".encode()
        self.send_response(409)
        self.send_header("x-thing", "kept")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class Through(unittest.TestCase):
    def setUp(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.proxy = Proxy(server.server_port, 0.1)
        self.proxy.__enter__()
        self.addCleanup(self.proxy.__exit__)

    def put(self, body, chunked: bool = False):
        connection = http.client.HTTPConnection(self.proxy.url.removeprefix("http://"))
        connection.request("PUT", "/a%20b?c=d", body=body, headers={"Host": "s3.example"}, encode_chunked=chunked)
        answer = connection.getresponse()
        said = answer.status, answer.headers["x-thing"], answer.read().decode()
        connection.close()
        return said

    def test_what_goes_in_comes_out_later(self):
        began = time.monotonic()
        self.assertEqual(self.put(b"x" * 1000), (409, "kept", "/a%20b?c=d s3.example 1000"))
        self.assertGreaterEqual(time.monotonic() - began, 0.1)
        [seen] = self.proxy.take()
        self.assertEqual((seen.method, seen.target, seen.status, seen.sent), ("PUT", "/a%20b?c=d", 409, 1000))
        self.assertGreaterEqual(seen.ended - seen.began, 0.1)
        self.assertEqual(self.proxy.take(), [])

    def test_a_body_in_chunks_is_put_together(self):
        self.assertEqual(self.put(iter([b"ab", b"cde"]), chunked=True)[2], "/a%20b?c=d s3.example 5")

    def test_calls_at_once_overlap(self):
        threads = [threading.Thread(target=self.put, args=(b"x",)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        calls = self.proxy.take()
        self.assertEqual((len(calls), trips.round_trips(calls)), (3, 1))


class Commands(unittest.TestCase):
    def test_cost_output_and_failure(self):
        with tempfile.TemporaryDirectory() as home:
            run = Runner("http://127.0.0.1:1", Path(home))
            works = "import os, time\nwhile time.process_time() < 0.2: pass\nprint(os.environ['AWS_ENDPOINT_URL'])"
            self.assertEqual(run([sys.executable, "-c", works]), "http://127.0.0.1:1\n")
            self.assertGreaterEqual(run.cpu_s, 0.19)
            with self.assertRaisesRegex(Failed, "ended with 3: why"):
                run([sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit(3)"])

    def test_variants_differ_and_hold_the_same_function(self):
        with tempfile.TemporaryDirectory() as name:
            base, made = Path(name) / "a.zip", []
            with zipfile.ZipFile(base, "w") as archive:
                archive.writestr("bootstrap", b"code")
            made = [variant(base, label, Path(name) / f"{label}.zip") for label in "bc"]
            self.assertEqual(len({sha256(path) for path in [base, *made]}), 3)
            for path in made:
                with zipfile.ZipFile(path) as archive:
                    self.assertEqual(archive.read("bootstrap"), b"code")


if __name__ == "__main__":
    unittest.main()
