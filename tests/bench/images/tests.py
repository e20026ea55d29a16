"""The benchmark's own arithmetic: python -m unittest tests.py"""

import json
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyvips

import animations
import cases
import chart
import memory
import table
import verdict
from measure import Photo
from photos import PHOTOS, PNGS, short
from quality import References, duration_ms
from ssim import luma, ssim
from workers import BEFORE, OURS, SHARP

NOISE = np.random.default_rng(1).integers(0, 256, (40, 60)).astype(float)


def photo(ours: list[int], sharp: list[int], **more) -> Photo:
    """One that differs from sharp in CPU time, unless told else."""
    same = {"sizes": {OURS: [100], SHARP: [100]}, "ssim": {OURS: [0.98], SHARP: [0.98]}}
    return Photo("p", cpu={OURS: ours, SHARP: sharp}, **(same | more))


class Likeness(unittest.TestCase):
    def test_a_picture_is_like_itself_and_less_like_others(self):
        self.assertAlmostEqual(ssim(NOISE, NOISE), 1)
        near, far = NOISE * 0.9 + 12, NOISE * 0.5 + 64
        self.assertTrue(1 > ssim(NOISE, near) > ssim(NOISE, far) > ssim(NOISE, NOISE[::-1]))

    def test_flat_pictures_differ_by_their_means_alone(self):
        one, other = np.full((20, 20), 100.0), np.full((20, 20), 110.0)
        c1 = (0.01 * 255) ** 2
        self.assertAlmostEqual(ssim(one, other), (2 * 100 * 110 + c1) / (100**2 + 110**2 + c1))

    def test_sizes_must_be_equal(self):
        with self.assertRaises(ValueError):
            ssim(NOISE, NOISE[1:])

    def test_luma_of_grey_is_grey(self):
        grey = NOISE.astype(np.uint8)
        self.assertTrue(np.allclose(luma(np.stack([grey] * 3, axis=-1)), NOISE))
        self.assertTrue(np.allclose(luma(grey[:, :, None]), NOISE))

    def test_an_exact_downscale_is_as_good_as_can_be(self):
        with tempfile.TemporaryDirectory() as folder:
            source, made = Path(folder) / "a.png", Path(folder) / "b.png"
            image = pyvips.Image.gaussnoise(200, 100, mean=128, seed=1).cast("uchar")
            image.pngsave(str(source))
            image.resize(0.5, kernel="lanczos3").pngsave(str(made))
            self.assertGreater(References(source, False).score(made), 0.999)
            image.resize(0.5, kernel="nearest").pngsave(str(made))
            self.assertLess(References(source, False).score(made), 0.9)

    def test_frames_are_counted_and_timed(self):
        with tempfile.TemporaryDirectory() as folder:
            whole, cut = Path(folder) / "a.gif", Path(folder) / "b.gif"
            frames = list(animations.bars([]))
            animations.save(frames, whole)
            animations.save(frames[:-1], cut)
            self.assertEqual(duration_ms(whole), animations.DELAY_MS * len(frames))
            self.assertAlmostEqual(References(whole, True).score(whole), 1)
            with self.assertRaisesRegex(ValueError, "29 frames of 30"):
                References(whole, True).score(cut)


class Verdicts(unittest.TestCase):
    CASE = cases.CASES[0]

    def failed(self, *photos: Photo) -> list[str]:
        return verdict.of(self.CASE, list(photos)).failed

    def test_the_median_of_each_photo_counts(self):
        result = verdict.of(self.CASE, [photo([40, 41, 900], [100, 100, 100]), photo([20], [100]), photo([60], [100])])
        self.assertEqual(result.cpu[OURS], verdict.Spread(0.41, 0.2, 0.6))
        self.assertEqual(result.failed, [])

    def test_each_rule_is_told(self):
        fast = ([10], [100])
        self.assertEqual(self.failed(photo([43], [100])), ["CPU"])
        self.assertEqual(self.failed(photo(*fast, sizes={OURS: [104], SHARP: [100]})), ["bytes"])
        self.assertEqual(self.failed(photo(*fast, sizes={OURS: [90], SHARP: [100]})), [])
        self.assertEqual(self.failed(photo(*fast, ssim={OURS: [0.979], SHARP: [0.98]})), ["SSIM"])
        better, worse = [0.99, 0.99, 0.97], [0.98, 0.98, 0.974]
        self.assertEqual(self.failed(photo(*fast, ssim={OURS: better, SHARP: worse})), ["SSIM of one image"])

    def test_what_was_not_done_does_not_pass(self):
        broken = Photo("p", cpu={SHARP: [100]}, errors={OURS: "no"})
        self.assertEqual(self.failed(broken), ["1 of 1 were not done"])
        self.assertIn("1 of 2 were not done", self.failed(broken, photo([10], [100])))
        self.assertNotEqual(self.failed(Photo("p", cpu={OURS: [1]}, errors={SHARP: "no"})), [])

    def test_memory_is_above_idle_and_against_sharps(self):
        peak = memory.Peak("x", {OURS: [30, 31, 90], SHARP: [100, 100, 100]}, {})
        self.assertEqual(memory.verdict(peak).failed, [])
        peak.kb[OURS] = [34, 35, 36]
        self.assertEqual(memory.verdict(peak).failed, ["memory"])
        self.assertEqual(memory.verdict(memory.Peak("x", {SHARP: [1]}, {OURS: "no"})).failed, ["not measured"])


class Against(unittest.TestCase):
    CASE = cases.CASES[0]

    def photo(self, ours: int, before: int) -> Photo:
        files = {"sizes": {OURS: [100], BEFORE: [50], SHARP: [100]}}
        return Photo("p", cpu={OURS: [ours], BEFORE: [before], SHARP: [1000]}, **files)

    def test_another_build_is_a_measure_of_its_own(self):
        result = verdict.of(self.CASE, [self.photo(102, 100), self.photo(90, 100), self.photo(120, 100)], 1.02)
        self.assertEqual(result.against, verdict.Spread(1.02, 0.9, 1.2))
        self.assertEqual(result.against_bytes, verdict.Spread(2, 2, 2))
        self.assertEqual(result.failed, [])
        self.assertIn("1.020", table.text([result], [OURS, BEFORE, SHARP]))

    def test_slower_than_the_other_build_does_not_pass(self):
        self.assertEqual(verdict.of(self.CASE, [self.photo(103, 100)], 1.02).failed, ["CPU against the other build"])
        self.assertEqual(verdict.of(self.CASE, [self.photo(103, 100)]).failed, [])

    def test_another_build_that_fails_is_no_measure(self):
        broken = photo([10], [1000], errors={BEFORE: "no"})
        self.assertEqual(verdict.of(self.CASE, [broken], 1.02).failed, ["the other build did not do it all"])


class Reports(unittest.TestCase):
    def setUp(self):
        done = [photo([10], [100], errors={"thumbor": "a < b"})]
        self.photos = done
        self.results = [verdict.of(case, done) for case in cases.CASES]

    def test_the_table_has_every_case_and_every_failure(self):
        text = table.text(self.results, [OURS, SHARP, "thumbor"])
        for case in cases.CASES:
            self.assertIn(case.title, text)
        self.assertIn("a < b", text)
        self.assertIn("10 of 11 hold", text)  # 0.10 is too much for progressive JPEG

    def test_the_picture_is_xml_and_the_rest_json(self):
        ElementTree.fromstring(chart.svg(self.results, [OURS, SHARP, "thumbor"], {"a & b": "1"}))
        json.dumps([result.json(self.photos) for result in self.results])


class Names(unittest.TestCase):
    def test_no_two_photographs_share_one(self):
        self.assertEqual(len({short(name) for name in PHOTOS + PNGS}), len(PHOTOS + PNGS))

    def test_cases_too(self):
        self.assertEqual(len({case.name for case in cases.CASES}), len(cases.CASES))
        self.assertEqual(len({case.title for case in cases.CASES}), len(cases.CASES))


if __name__ == "__main__":
    unittest.main()
