import assert from "node:assert/strict";
import { test } from "node:test";

import { deltas, droppedFrames, framesFor, measurePeriod, median, periodOf } from "../../../evalsite/static/js/kit/frames.js";
import { handTicker } from "../support/ticker.js";

const HZ60 = 1000 / 60;
const even = (/** @type {number} */ count, period = HZ60) => Array.from({ length: count }, (_, index) => index * period);

test("the median is the middle, or the mean of the two middle values", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.throws(() => median([]), RangeError);
});

test("deltas are one fewer than timestamps", () => {
  assert.deepEqual(deltas([1, 4, 9]), [3, 5]);
});

test("an even display is stable and its period survives a few missed refreshes", () => {
  const timestamps = even(121);
  const late = timestamps.map((value, index) => (index > 60 ? value + HZ60 : value));
  assert.equal(periodOf(timestamps).stable, true);
  assert.ok(Math.abs(periodOf(late).period_ms - HZ60) < 1e-9);
  assert.equal(periodOf(late).stable, true);
});

test("a display that misses every third refresh is unstable", () => {
  let now = 0;
  const timestamps = Array.from({ length: 121 }, (_, index) => (now += index % 3 === 0 ? 2 * HZ60 : HZ60));
  assert.equal(periodOf(timestamps).stable, false);
});

test("measuring takes at least 120 intervals", async () => {
  const ticker = handTicker(() => 8);
  const measured = measurePeriod(ticker);
  await ticker.run(130);
  const period = await measured;
  assert.equal(period.deltas, 120);
  assert.equal(period.refresh_hz, 125);
});

for (const [ms, hz, frames] of [[100, 60, 6], [100, 75, 8], [100, 144, 14], [30, 60, 2], [1, 60, 1], [0, 60, 0], [500, 120, 60]]) {
  test(`${ms} ms at ${hz} Hz is ${frames} frames`, () => assert.equal(framesFor(ms, 1000 / hz), frames));
}

test("an interval of more than one and a half periods has dropped frames, a shorter one has none", () => {
  assert.equal(droppedFrames([0, 10, 20, 34.9], 10), 0);
  assert.equal(droppedFrames([0, 10, 25.1], 10), 1);
  assert.equal(droppedFrames([0, 10, 24.9, 64.9], 10), 3);
});
