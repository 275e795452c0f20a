import assert from "node:assert/strict";
import { test } from "node:test";

import { layOut, visibleSide } from "../../../evalsite/static/js/kit/layout.js";

test("a stimulus has the side asked for where there is room", () => {
  const geometry = layOut(1, 256, { width_px: 1200, height_px: 500 });
  assert.deepEqual(geometry.places, [{ x: 0, y: 0, side: 256 }]);
  assert.equal(geometry.width_px, 256);
});

test("a pair stands one above the other where that makes it larger, as on a phone", () => {
  const { stacked, css_px, gap_px, width_px, height_px, places } = layOut(2, 256, { width_px: 390, height_px: 500 });
  assert.ok(stacked && css_px > 230);
  assert.deepEqual([width_px, height_px], [css_px, 2 * css_px + gap_px]);
  assert.ok(height_px <= 500);
  assert.deepEqual(places.map(({ x, y }) => [x, y]), [[0, 0], [0, css_px + gap_px]]);
});

test("a pair stays side by side where it is as large there", () => {
  const { stacked, css_px, width_px } = layOut(2, 256, { width_px: 358, height_px: 200 });
  assert.ok(!stacked && width_px <= 358);
  assert.ok(css_px > 150);
  assert.equal(layOut(2, 256, { width_px: 1200, height_px: 700 }).stacked, false);
});

test("the visible side is the planned one, unless the window has cut or shrunk it", () => {
  const geometry = layOut(2, 256, { width_px: 1200, height_px: 500 });
  const canvas = { left: 100, right: 100 + geometry.width_px, top: 50, bottom: 50 + geometry.height_px };
  const screen = { left: 0, right: 1200, top: 0, bottom: 600 };
  assert.equal(visibleSide(geometry, canvas, [screen]), 256);
  assert.equal(visibleSide(geometry, canvas, [screen, { ...screen, bottom: 178 }]), 128);
  assert.equal(visibleSide(geometry, canvas, [{ ...screen, right: 100 + geometry.width_px / 4 }]), 64);
  assert.equal(visibleSide(geometry, canvas, [{ ...screen, right: 90 }]), 0);
});

test("a low window limits the side too", () => {
  assert.equal(layOut(1, 256, { width_px: 800, height_px: 180 }).css_px, 180);
});
