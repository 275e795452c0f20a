/**
 * @file Answers by button: mouse, pen, finger, or Enter and Space on it; timed by the moment the press began.
 */

import { isShortcut } from "./keyboard.js";

/** @typedef {import("./types.js").Choice} Choice */

/** When a press began that was under way before anybody listened. */
const UNHEARD_MS = -Infinity;

/** Keys that press a button which has the focus. */
const PRESSING = ["Enter", " "];

/**
 * Hear of presses on buttons. The same holds for them as for keys: a press counts from its beginning, a held key is no
 * second press, shortcuts are no answers. A click without any press comes from an aid such as a screen reader, and its
 * own time counts.
 * @param {ReadonlyMap<string, EventTarget>} buttons Button of each answer.
 * @param {(choice: Choice) => void} hear
 * @returns {() => void} Stop listening.
 */
export function listenToButtons(buttons, hear) {
  const stops = [...buttons].map(([answer, button]) => listenToButton(button, (timestamp_ms) => hear({ answer, timestamp_ms, by: "pointer" })));
  return () => stops.forEach((stop) => stop());
}

/**
 * @param {EventTarget} button
 * @param {(timestamp_ms: number) => void} hear
 * @returns {() => void}
 */
function listenToButton(button, hear) {
  /** @type {number | null} */
  let down_ms = null;
  /** @param {Event} event */
  const press = (event) => {
    down_ms = event.timeStamp;
  };
  /** @param {Event} event */
  const type = (event) => {
    const { key, repeat } = /** @type {KeyboardEvent} */ (event);
    if (!PRESSING.includes(key)) return;
    if (!repeat) return press(event);
    event.preventDefault(); // held, Enter would click again and again
    down_ms ??= UNHEARD_MS;
  };
  /** @param {Event} event */
  const click = (event) => {
    const mouse = /** @type {MouseEvent} */ (event);
    const timestamp_ms = down_ms ?? (mouse.detail > 0 ? UNHEARD_MS : event.timeStamp);
    down_ms = null;
    if (!isShortcut(mouse)) hear(timestamp_ms);
  };
  const listeners = Object.entries({ pointerdown: press, keydown: type, click });
  listeners.forEach(([name, listener]) => button.addEventListener(name, listener));
  return () => listeners.forEach(([name, listener]) => button.removeEventListener(name, listener));
}
