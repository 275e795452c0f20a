import assert from "node:assert/strict";
import { test } from "node:test";

import { adviceFor, fastEnough, imageSize, isReady, readUserAgent, suits } from "../../../evalsite/static/js/rater/device.js";
import { countOf, minutesLeft, noticeOf } from "../../../evalsite/static/js/rater/progress.js";
import { afterwards } from "../../../evalsite/static/js/rater/screens.js";
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

const laptop = { width_px: 1200, height_px: 500 };
const requirements = {
  min_refresh_hz: 50, display_px: 256, flashes: false, noise: false,
  sizes: [{ columns: 1, least_px: 204.8 }, { columns: 2, least_px: 169 }],
};

test("a slow or uneven screen matters only where something is flashed", () => {
  const slow = { refresh_hz: 30, stable: true };
  const uneven = { refresh_hz: 60, stable: false };
  const flashing = { ...requirements, flashes: true };
  const still = { ...flashing, flashes: false };
  assert.deepEqual([fastEnough(slow, flashing), fastEnough(slow, still), fastEnough(uneven, flashing)], [false, true, true]);
  assert.match(adviceFor(slow, laptop, flashing), /at least 50 times a second/);
  assert.match(adviceFor(uneven, laptop, flashing), /unevenly/);
  for (const period of [slow, uneven]) assert.equal(adviceFor(period, laptop, still), "Your screen is ready.");
});

test("a screen asks for nothing that is fast, even and large enough", () => {
  const even = { refresh_hz: 60, stable: true };
  assert.equal(isReady(even, laptop, requirements), true);
  assert.equal(isReady({ ...even, stable: false }, laptop, { ...requirements, flashes: true }), false);
  assert.equal(isReady({ ...even, stable: false }, laptop, requirements), true);
  assert.equal(isReady(even, { width_px: 300, height_px: 12 }, requirements), false);
});

test("a window too small for images is told of, with their size and what to do", () => {
  const period = { refresh_hz: 60, stable: true };
  const tiny = { width_px: 300, height_px: 12 };
  assert.deepEqual(imageSize(laptop, requirements), { side_px: 256, least_px: 204.8, large: true });
  assert.deepEqual(imageSize(tiny, requirements), { side_px: 12, least_px: 204.8, large: false });
  assert.deepEqual([suits(period, laptop, requirements), suits(period, tiny, requirements)], [true, false]);
  assert.match(adviceFor(period, tiny, requirements), /12 pixels wide.*at least 205\. Enlarge the window or zoom out/);
});

test("of images alone and in pairs the ones nearest to too small decide", () => {
  const phone = { width_px: 360, height_px: 350 };
  assert.deepEqual(imageSize(phone, requirements), { side_px: 169, least_px: 169, large: true });
  assert.equal(imageSize({ ...phone, width_px: 330 }, requirements).large, false);
});

test("ids are version-4 UUIDs, with or without the browser's own maker", () => {
  const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const bare = /** @type {Crypto} */ (/** @type {unknown} */ ({ getRandomValues: crypto.getRandomValues.bind(crypto) }));
  assert.match(makeId(), uuid4);
  assert.match(makeId(bare), uuid4);
  assert.notEqual(makeId(bare), makeId(bare));
});

test("the count says which trials come again", () => {
  const progress = { answered: 3, total: 9, again: 0, block: 0, blocks: 1 };
  assert.equal(countOf(progress), "3 of 9");
  assert.equal(countOf({ ...progress, again: 1 }), "3 of 9 (1 comes again)");
  assert.equal(countOf({ ...progress, again: 2 }), "3 of 9 (2 come again)");
});

test("the time left follows the rater's own pace, without breaks, once there is one", () => {
  const steady = [0, 1, 2, 3, 4, 5].map((count) => count * 3000);
  assert.equal(minutesLeft(steady, 100), 5);
  assert.equal(minutesLeft([...steady, 900_000], 100), 5);
  assert.equal(minutesLeft(steady, 1), 1);
  assert.equal(minutesLeft(steady, 0), null);
  assert.equal(minutesLeft(steady.slice(1), 100), null);
});

test("the last page says where the code goes and that the page may be closed", () => {
  assert.match(afterwards(true, null).send[0], /copy it and paste it/);
  assert.match(afterwards(true, "https://a.example/").send[0], /Press the button: your code goes back/);
  assert.deepEqual(afterwards(false, null), { send: [], close: "You can close this page now." });
});

test("the notice speaks only while the connection is interrupted, and counts what waits", () => {
  assert.equal(noticeOf({ waiting: 3, connected: true }), "");
  assert.match(noticeOf({ waiting: 1, connected: false }), /1 answer is kept/);
  assert.match(noticeOf({ waiting: 3, connected: false }), /3 answers are kept/);
  assert.match(noticeOf({ waiting: 0, connected: false }), /goes on by itself/);
});
