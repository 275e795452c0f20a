import assert from "node:assert/strict";
import { test } from "node:test";

import { histogram, spread, summary, toCsv } from "../../../evalsite/static/js/rater/timing_summary.js";

/** @param {number} achieved_frames @param {number} dropped_frames */
const exposure = (achieved_frames, dropped_frames) => ({
  asked_ms: 100, period_ms: 10, planned_frames: 10, achieved_frames, onset_ms: 0, offset_ms: achieved_frames * 10,
  shown_ms: achieved_frames * 10, dropped_frames, visible: true, focused: true, full_screen: false,
  device_pixel_ratio: 1, css_px: 100, natural_px: 100, refresh_hz: 100, stable: true,
});

test("spread is the mean and the sample's standard deviation", () => {
  assert.deepEqual(spread([1, 3]), { mean: 2, sd: Math.SQRT2 });
  assert.deepEqual(spread([5]), { mean: 5, sd: 0 });
});

test("the histogram counts flashes by frames", () => {
  assert.deepEqual(histogram([exposure(11, 1), exposure(10, 0), exposure(10, 0), exposure(10, 0)]), [
    { frames: 10, count: 3, share: 0.75 },
    { frames: 11, count: 1, share: 0.25 },
  ]);
});

test("the summary says what was as planned", () => {
  const figures = Object.fromEntries(summary([exposure(10, 0), exposure(12, 2)]));
  assert.equal(figures["Planned"], "10 frames, 100.0 ms");
  assert.equal(figures["As planned"], "1 of 2");
  assert.equal(figures["With dropped frames"], "1");
});

test("the CSV has a header and a line per flash", () => {
  const lines = toCsv([exposure(10, 0)]).split("\r\n");
  assert.equal(lines[0].split(",")[0], "flash");
  assert.equal(lines[1].split(",").length, lines[0].split(",").length);
  assert.equal(lines.length, 3);
});
