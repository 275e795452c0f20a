import assert from "node:assert/strict";
import { test } from "node:test";

import { answerOfKey } from "../../../evalsite/static/js/kit/keyboard.js";
import { createResponder } from "../../../evalsite/static/js/kit/responder.js";

const alternatives = [
  { answer: "real", key: "f", label: "Real" },
  { answer: "generated", key: "j", label: "Generated" },
];
const plain = { key: "f", code: "KeyF", repeat: false, ctrlKey: false, altKey: false, metaKey: false };

test("a key means the letter printed on it, or its place where the layout has other letters", () => {
  assert.equal(answerOfKey(plain, alternatives), "real");
  assert.equal(answerOfKey({ ...plain, key: "J", code: "KeyJ" }, alternatives), "generated");
  assert.equal(answerOfKey({ ...plain, key: "а", code: "KeyF" }, alternatives), "real");
  assert.equal(answerOfKey({ ...plain, key: "u", code: "KeyF" }, alternatives), null);
});

test("held keys and shortcuts are no answers", () => {
  for (const kept of ["repeat", "ctrlKey", "altKey", "metaKey"]) {
    assert.equal(answerOfKey({ ...plain, [kept]: true }, alternatives), null);
  }
});

/** @param {string} type @param {number} timeStamp @param {object} [more] */
function stamped(type, timeStamp, more = {}) {
  const event = new Event(type, { cancelable: true });
  Object.defineProperty(event, "timeStamp", { value: timeStamp });
  return Object.assign(event, more);
}

function bench() {
  const keys = new EventTarget();
  const buttons = new Map(alternatives.map(({ answer }) => [answer, new EventTarget()]));
  return { keys, buttons, responder: createResponder({ keys, alternatives, buttons }) };
}

test("what was pressed before the window opened does not count, and only the first press after it does", async () => {
  const { keys, responder } = bench();
  keys.dispatchEvent(stamped("keydown", 5, plain));
  const choice = responder.open(10);
  keys.dispatchEvent(stamped("keydown", 9, plain));
  keys.dispatchEvent(stamped("keydown", 12, { ...plain, key: "j" }));
  keys.dispatchEvent(stamped("keydown", 13, plain));
  assert.deepEqual(await choice, { answer: "generated", timestamp_ms: 12, by: "key" });
});

test("a press of a button is timed when the pointer goes down; one begun too early does not count", async () => {
  const { buttons, responder } = bench();
  const real = /** @type {EventTarget} */ (buttons.get("real"));
  const choice = responder.open(10);
  real.dispatchEvent(stamped("pointerdown", 8));
  real.dispatchEvent(stamped("click", 14));
  real.dispatchEvent(stamped("pointerdown", 20));
  real.dispatchEvent(stamped("click", 90));
  assert.deepEqual(await choice, { answer: "real", timestamp_ms: 20, by: "pointer" });
});

/** @typedef {(target: EventTarget, timestamp_ms: number) => void} Act */

/** Ways to press an answer: how it goes down and, later, up. @type {[string, (made: ReturnType<typeof bench>) => EventTarget, Act, Act][]} */
const WAYS = [
  ["a key", ({ keys }) => keys, (target, at) => target.dispatchEvent(stamped("keydown", at, plain)), () => undefined],
  ["a pointer", realButton, (target, at) => target.dispatchEvent(stamped("pointerdown", at)), (target, at) => target.dispatchEvent(stamped("click", at, { detail: 1 }))],
  ["Space on a button", realButton, (target, at) => target.dispatchEvent(stamped("keydown", at, { key: " " })), (target, at) => target.dispatchEvent(stamped("click", at, { detail: 0 }))],
];

/** @param {ReturnType<typeof bench>} made */
function realButton({ buttons }) {
  return /** @type {EventTarget} */ (buttons.get("real"));
}

for (const [way, targetOf, press, release] of WAYS) {
  test(`an answer by ${way} that begins before the window opens does not count, whenever it ends`, async () => {
    const made = bench();
    const target = targetOf(made);
    press(target, 5);
    const choice = made.responder.open(10);
    release(target, 30);
    press(target, 40);
    release(target, 50);
    const { timestamp_ms, answer } = await choice;
    assert.deepEqual([answer, timestamp_ms], ["real", 40]);
  });

  test(`an answer by ${way} with a modifier is a shortcut and does not count`, async () => {
    for (const modifier of ["ctrlKey", "altKey", "metaKey"]) {
      const made = bench();
      const target = targetOf(made);
      const choice = made.responder.open(10);
      if (way === "a key") target.dispatchEvent(stamped("keydown", 20, { ...plain, [modifier]: true }));
      else {
        press(target, 20);
        target.dispatchEvent(stamped("click", 21, { detail: 1, [modifier]: true }));
      }
      press(target, 40);
      release(target, 50);
      assert.equal((await choice).timestamp_ms, 40);
    }
  });
}

test("a press on a button that began before anybody listened does not count", async () => {
  const made = bench();
  const choice = made.responder.open(10);
  realButton(made).dispatchEvent(stamped("click", 30, { detail: 1 }));
  realButton(made).dispatchEvent(stamped("keydown", 40, { key: " ", repeat: true }));
  realButton(made).dispatchEvent(stamped("click", 50, { detail: 0 }));
  made.keys.dispatchEvent(stamped("keydown", 60, plain));
  assert.equal((await choice).timestamp_ms, 60);
});

test("Enter held on a button presses it once", () => {
  const made = bench();
  const held = stamped("keydown", 40, { key: "Enter", repeat: true });
  realButton(made).dispatchEvent(held);
  assert.equal(held.defaultPrevented, true);
});

test("a button activated without a pointer is timed by its click", async () => {
  const { buttons, responder } = bench();
  const choice = responder.open(10);
  buttons.get("generated")?.dispatchEvent(stamped("click", 30));
  assert.equal((await choice).timestamp_ms, 30);
});
