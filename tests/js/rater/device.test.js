import assert from "node:assert/strict";
import { test } from "node:test";

import { adviceFor, fastEnough, readUserAgent } from "../../../evalsite/static/js/rater/device.js";
import { noticeOf } from "../../../evalsite/static/js/rater/progress.js";
import { makeId } from "../../../evalsite/static/js/rater/runner.js";

for (const [agent, browser, os] of [
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", "Chrome 120", "Windows"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/121.0.0.0", "Edge 121", "Windows"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0", "Firefox 122", "Linux"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Safari/605.1.15", "Safari 17", "macOS"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1", "Safari 17", "iOS"],
  ["Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36", "Chrome 120", "Android"],
  ["something else", "unknown", "unknown"],
]) {
  test(`a user agent of ${browser} on ${os} is read`, () => assert.deepEqual(readUserAgent(agent), { browser, os }));
}

test("a slow or uneven screen matters only where something is flashed", () => {
  const slow = { refresh_hz: 30, stable: true };
  const uneven = { refresh_hz: 60, stable: false };
  const flashing = { min_refresh_hz: 50, display_px: 256, flashes: true };
  const still = { ...flashing, flashes: false };
  assert.deepEqual([fastEnough(slow, flashing), fastEnough(slow, still), fastEnough(uneven, flashing)], [false, true, true]);
  assert.match(adviceFor(slow, flashing), /at least 50 times a second/);
  assert.match(adviceFor(uneven, flashing), /unevenly/);
  for (const period of [slow, uneven]) assert.equal(adviceFor(period, still), "Your screen is ready.");
});

test("ids are version-4 UUIDs, with or without the browser's own maker", () => {
  const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const bare = /** @type {Crypto} */ (/** @type {unknown} */ ({ getRandomValues: crypto.getRandomValues.bind(crypto) }));
  assert.match(makeId(), uuid4);
  assert.match(makeId(bare), uuid4);
  assert.notEqual(makeId(bare), makeId(bare));
});

test("the notice speaks only while the connection is interrupted, and counts what waits", () => {
  assert.equal(noticeOf({ waiting: 3, connected: true }), "");
  assert.match(noticeOf({ waiting: 1, connected: false }), /1 answer is kept/);
  assert.match(noticeOf({ waiting: 3, connected: false }), /3 answers are kept/);
  assert.match(noticeOf({ waiting: 0, connected: false }), /goes on by itself/);
});
