import assert from "node:assert/strict";
import { test } from "node:test";

import { watchAttention } from "../../../evalsite/static/js/kit/attention.js";

/** A window whose page a test can hide, leave and shrink. */
function fakeWindow() {
  const state = { visibilityState: "visible", focus: true, fullscreenElement: /** @type {object | null} */ ({}) };
  const page = Object.assign(new EventTarget(), { hasFocus: () => state.focus });
  for (const name of /** @type {const} */ (["visibilityState", "fullscreenElement"])) {
    Object.defineProperty(page, name, { get: () => state[name] });
  }
  const view = Object.assign(new EventTarget(), { document: page });
  return { state, page, view: /** @type {Window} */ (/** @type {unknown} */ (view)) };
}

const WHOLE = { visible: true, focused: true, full_screen: true };

test("what held since the reset is said to have held", () => {
  const { view } = fakeWindow();
  const attention = watchAttention(view);
  attention.reset();
  assert.deepEqual(attention.read(), WHOLE);
  assert.equal(attention.attentive(), true);
});

for (const [what, event, change, lost] of /** @type {const} */ ([
  ["hidden", "visibilitychange", { visibilityState: "hidden" }, "visible"],
  ["out of full screen", "fullscreenchange", { fullscreenElement: null }, "full_screen"],
])) {
  test(`a page that was ${what} for a moment is remembered, until the next reset`, () => {
    const { state, page, view } = fakeWindow();
    const attention = watchAttention(view);
    attention.reset();
    const before = { ...state };
    Object.assign(state, change);
    page.dispatchEvent(new Event(event));
    Object.assign(state, before);
    page.dispatchEvent(new Event(event));
    assert.deepEqual(attention.read(), { ...WHOLE, [lost]: false });
    attention.reset();
    assert.deepEqual(attention.read(), WHOLE);
  });
}

test("focus lost for a moment is remembered, though it is back", () => {
  const { view } = fakeWindow();
  const attention = watchAttention(view);
  attention.reset();
  view.dispatchEvent(new Event("blur"));
  assert.deepEqual(attention.read(), { ...WHOLE, focused: false });
  assert.equal(attention.attentive(), true);
});
