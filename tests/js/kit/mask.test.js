import assert from "node:assert/strict";
import { test } from "node:test";

import { MASK_CELLS, maskPixels, patternAt, patternCount, seededRandom } from "../../../evalsite/static/js/kit/mask.js";

test("the same seed gives the same numbers, spread over [0, 1)", () => {
  const [one, same, other] = [seededRandom(7), seededRandom(7), seededRandom(8)];
  const values = Array.from({ length: 5000 }, one);
  assert.deepEqual(values, Array.from({ length: 5000 }, same));
  assert.notEqual(values[0], other());
  assert.ok(Math.abs(values.reduce((a, b) => a + b) / 5000 - 0.5) < 0.02);
  assert.ok(values.every((value) => value >= 0 && value < 1));
});

test("patterns of a mask differ, are opaque, and come back for the same seed", () => {
  const first = maskPixels(1234, 0, 64);
  assert.equal(first.length, 64 * 64 * 4);
  assert.deepEqual(first, maskPixels(1234, 0, 64));
  assert.notDeepEqual(first, maskPixels(1234, 1, 64));
  assert.notDeepEqual(first, maskPixels(1235, 0, 64));
  assert.ok(first.every((value, index) => index % 4 !== 3 || value === 255));
});

test("a mask of as many pixels as it has cells holds all there is: a larger one shows the same cells", () => {
  const side = 3 * MASK_CELLS;
  const [small, large] = [MASK_CELLS, side].map((pixels) => maskPixels(5, 1, pixels));
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const cell = (Math.floor(y / 3) * MASK_CELLS + Math.floor(x / 3)) * 4;
      const at = (y * side + x) * 4;
      assert.deepEqual(large.slice(at, at + 4), small.slice(cell, cell + 4), `pixel ${x}, ${y}`);
    }
  }
});

test("a mask is mid grey on average, with contrast at coarse and at fine scales", () => {
  const side = 64;
  const pixels = maskPixels(99, 2, side);
  const grey = Array.from({ length: side * side }, (_, at) => pixels[at * 4]);
  const mean = grey.reduce((a, b) => a + b) / grey.length;
  const quadrant = (/** @type {number} */ x0, /** @type {number} */ y0) => {
    let sum = 0;
    for (let y = 0; y < 16; y += 1) for (let x = 0; x < 16; x += 1) sum += grey[(y0 + y) * side + x0 + x];
    return sum / 256;
  };
  const coarse = [quadrant(0, 0), quadrant(16, 0), quadrant(32, 32), quadrant(48, 16)];
  assert.ok(Math.abs(mean - 127.5) < 25, `mean ${mean}`);
  assert.ok(Math.max(...coarse) - Math.min(...coarse) > 10, "coarse contrast");
  assert.ok(new Set(grey).size > 40, "fine contrast");
});

test("120 ms of 30 ms patterns are four, each shown for an equal share", () => {
  assert.equal(patternCount(120, 30), 4);
  assert.equal(patternCount(10, 30), 1);
  const shown = Array.from({ length: 8 }, (_, frame) => patternAt(frame, 8, 4));
  assert.deepEqual(shown, [0, 0, 1, 1, 2, 2, 3, 3]);
  assert.equal(patternAt(9, 8, 4), 3);
});
