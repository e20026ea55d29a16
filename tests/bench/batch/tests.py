"""Tests of the arithmetic and of what is read from images."""

import struct
import unittest

import paper
from images import jpeg_size


class Paper(unittest.TestCase):
    def test_one_photograph_each_takes_as_long_as_one(self):
        alone = paper.COLD_START_S + paper.one_photo(0.1) + paper.S3_LATENCY_S["result"]
        self.assertAlmostEqual(paper.at_once(1000, 1000, 0.1), alone)

    def test_fewer_instances_take_longer(self):
        self.assertGreater(paper.at_once(1000, 100, 0.1), paper.at_once(1000, 1000, 0.1) + 0.8)

    def test_the_mapping_begins_with_few(self):
        slow = paper.at_the_mappings_pace(1000, 0.1, 1000)
        self.assertGreater(slow, paper.at_once(1000, 100, 0.1))
        self.assertGreater(paper.at_the_mappings_pace(1000, 0.1, 20), slow - 0.01)


class Size(unittest.TestCase):
    def test_the_size_is_in_the_frame_header(self):
        frame = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 533, 800) + b"\x03"
        self.assertEqual(jpeg_size(frame), (800, 533))
        self.assertIsNone(jpeg_size(b"no image"))


if __name__ == "__main__":
    unittest.main()
