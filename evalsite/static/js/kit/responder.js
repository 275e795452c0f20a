/**
 * @file Waits for one answer, by key or button; what was pressed before the window opened or after the first is ignored.
 */

import { listenToKeys } from "./keyboard.js";
import { listenToButtons } from "./pointer.js";

/** @typedef {import("./types.js").Alternative} Alternative */
/** @typedef {import("./types.js").Choice} Choice */
/** @typedef {import("./types.js").Responder} Responder */

/**
 * Listens from the start, so that a press that begins too early is known to have done so, whatever it ends on.
 * @param {{keys: EventTarget, alternatives: Alternative[], buttons: ReadonlyMap<string, EventTarget>,
 *   onOpen?: () => void, onChoice?: (choice: Choice) => void}} options
 * @returns {Responder}
 */
export function createResponder({ keys, alternatives, buttons, onOpen, onChoice }) {
  let opened_ms = Infinity;
  /** @type {(choice: Choice) => void} */
  let give = () => undefined;
  /** @param {Choice} choice */
  const hear = (choice) => {
    if (choice.timestamp_ms < opened_ms) return;
    close();
    onChoice?.(choice);
    give(choice);
  };
  const stops = [listenToKeys(keys, alternatives, hear), listenToButtons(buttons, hear)];
  const close = () => stops.forEach((stop) => stop());
  return {
    close,
    open(from_ms) {
      opened_ms = from_ms;
      onOpen?.();
      return new Promise((resolve) => (give = resolve));
    },
  };
}
