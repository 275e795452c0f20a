import assert from "node:assert/strict";
import { test } from "node:test";

import { periodOf } from "../../../evalsite/static/js/kit/frames.js";
import { present, still } from "../../../evalsite/static/js/kit/presenter.js";
import { handTicker } from "../support/ticker.js";

/** @typedef {import("../../../evalsite/static/js/kit/types.js").Choice} Choice */
/** @typedef {import("../../../evalsite/static/js/kit/types.js").Phase} Phase */

const HZ60 = 1000 / 60;
const period = periodOf(Array.from({ length: 121 }, (_, index) => index * HZ60));
const situation = () => ({ device_pixel_ratio: 1, css_px: 256, natural_px: 256 });

/** A page that is looked at until `leave` is called. */
function gaze() {
  let focused = true;
  return {
    leave: () => (focused = false),
    reset: () => undefined,
    read: () => ({ visible: true, focused, full_screen: false }),
    attentive: () => focused,
  };
}

/** A rater whose answer the test gives. */
function rater() {
  /** @type {number | null} */
  let from_ms = null;
  /** @type {(choice: Choice) => void} */
  let give = () => assert.fail("answered before the window was open");
  return {
    opened: () => from_ms,
    answer: (/** @type {number} */ timestamp_ms) => give({ answer: "real", timestamp_ms, by: "key" }),
    close: () => undefined,
    open: (/** @type {number} */ at_ms) => {
      from_ms = at_ms;
      return /** @type {Promise<Choice>} */ (new Promise((resolve) => (give = resolve)));
    },
  };
}

/**
 * @param {number | null} exposure_ms
 * @param {number} mask_ms
 * @param {string[]} drawn
 * @returns {Phase[]}
 */
function phases(exposure_ms, mask_ms, drawn) {
  const draw = (/** @type {string} */ name) => still(() => drawn.push(name));
  return [
    { name: "fixation", ms: 500, draw: draw("fixation") },
    { name: "blank", ms: 0, draw: draw("blank") },
    { name: "stimulus", ms: exposure_ms, draw: draw("stimulus") },
    { name: "mask", ms: mask_ms, draw: draw("mask") },
    { name: "response", ms: null, draw: draw("response") },
  ];
}

test("a flash lasts its frames, the mask comes in the refresh that removes it, and answers count from there", async () => {
  const [ticker, responder, attention] = [handTicker(), rater(), gaze()];
  /** @type {string[]} */ const drawn = [];
  /** @type {[number, string][]} */ const refreshes = [];
  const options = { ticker, period, phases: phases(100, 120, drawn), attention, situation, responder };
  const shown = present({ ...options, onRefresh: (at, name) => refreshes.push([at, name]) });
  await ticker.run(45);
  const stimulus = refreshes.filter(([, name]) => name === "stimulus").map(([at]) => at);
  const masked = refreshes.find(([, name]) => name === "mask")?.[0] ?? NaN;
  assert.equal(refreshes.filter(([, name]) => name === "fixation").length, 30);
  assert.equal(stimulus.length, 6);
  assert.equal(responder.opened(), masked);
  responder.answer(masked + 200);
  await ticker.run(3);
  const { exposure, rt_ms } = await shown;
  assert.deepEqual(drawn, ["fixation", "stimulus", "mask", "response"]);
  assert.equal(exposure.planned_frames, 6);
  assert.equal(exposure.achieved_frames, 6);
  assert.equal(exposure.onset_ms, stimulus[0]);
  assert.equal(exposure.offset_ms, masked);
  assert.ok(Math.abs(exposure.shown_ms - 100) < 1e-6);
  assert.equal(exposure.dropped_frames, 0);
  assert.equal(exposure.stable, true);
  assert.ok(Math.abs(rt_ms - (masked + 200 - stimulus[0])) < 1e-9);
});

for (const [where, at] of /** @type {[string, number][]} */ ([["while it is shown", 33], ["as the mask comes", 36], ["right after the mask's first refresh", 37]])) {
  test(`a late refresh ${where} is a dropped frame`, async () => {
    const ticker = handTicker((refresh) => (refresh === at ? 3 * HZ60 : HZ60));
    const responder = rater();
    const shown = present({ ticker, period, phases: phases(100, 120, []), attention: gaze(), situation, responder });
    await ticker.run(45);
    responder.answer(ticker.now());
    await ticker.run(3);
    assert.equal((await shown).exposure.dropped_frames, 2);
  });
}

test("a late refresh before the onset or well after the mask's is none of the flash's", async () => {
  const ticker = handTicker((refresh) => ([10, 30, 40].includes(refresh) ? 4 * HZ60 : HZ60));
  const responder = rater();
  const shown = present({ ticker, period, phases: phases(100, 120, []), attention: gaze(), situation, responder });
  await ticker.run(45);
  responder.answer(ticker.now());
  await ticker.run(3);
  assert.equal((await shown).exposure.dropped_frames, 0);
});

test("without a limit the stimulus stays until the answer, which counts from the onset", async () => {
  const [ticker, responder] = [handTicker(), rater()];
  const shown = present({ ticker, period, phases: phases(null, 0, []), attention: gaze(), situation, responder });
  await ticker.run(100);
  assert.equal(responder.opened(), ticker.times[30]);
  responder.answer(ticker.now());
  await ticker.run(5);
  const { exposure } = await shown;
  assert.equal(exposure.asked_ms, null);
  assert.equal(exposure.planned_frames, null);
  assert.equal(exposure.offset_ms, ticker.times[100]);
  assert.equal(exposure.achieved_frames, 70);
});

test("a flash without a mask ends on the empty stage", async () => {
  const [ticker, responder] = [handTicker(), rater()];
  const shown = present({ ticker, period, phases: phases(100, 0, []), attention: gaze(), situation, responder });
  await ticker.run(40);
  responder.answer(ticker.now());
  await ticker.run(3);
  assert.equal((await shown).exposure.achieved_frames, 6);
});

test("focus lost during the flash is in its record", async () => {
  const [ticker, responder, attention] = [handTicker(), rater(), gaze()];
  const shown = present({ ticker, period, phases: phases(100, 120, []), attention, situation, responder });
  await ticker.run(33);
  attention.leave();
  await ticker.run(12);
  responder.answer(ticker.now());
  await ticker.run(3);
  assert.equal((await shown).exposure.focused, false);
});

test("the size on the screen is the one at the offset", async () => {
  const [ticker, responder] = [handTicker(), rater()];
  let css_px = 256;
  const shrinking = () => ({ ...situation(), css_px });
  const shown = present({ ticker, period, phases: phases(100, 120, []), attention: gaze(), situation: shrinking, responder });
  await ticker.run(33);
  css_px = 12;
  await ticker.run(12);
  css_px = 256;
  responder.answer(ticker.now());
  await ticker.run(3);
  assert.equal((await shown).exposure.css_px, 12);
});

test("an error while drawing ends the trial with it", async () => {
  const ticker = handTicker();
  const broken = phases(100, 120, []);
  broken[2].draw = () => {
    throw new TypeError("no bitmap");
  };
  const shown = present({ ticker, period, phases: broken, attention: gaze(), situation, responder: rater() });
  const failed = assert.rejects(shown, /no bitmap/);
  await ticker.run(40);
  await failed;
});

test("phases that would never end are refused", () => {
  const ends = phases(100, 120, []).slice(0, 4);
  assert.throws(
    () => present({ ticker: handTicker(), period, phases: ends, attention: gaze(), situation, responder: rater() }),
    /last phase/,
  );
});
