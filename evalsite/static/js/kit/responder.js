/**
 * @file Waits for one answer, by key or button; whatever comes before the window opens or after the first is ignored.
 */

import { listenToKeys } from "./keyboard.js";
import { listenToButtons } from "./pointer.js";

/** @typedef {import("./types.js").Alternative} Alternative */
/** @typedef {import("./types.js").Choice} Choice */
/** @typedef {import("./types.js").Responder} Responder */

/**
 * @param {{keys: EventTarget, alternatives: Alternative[], buttons: ReadonlyMap<string, EventTarget>,
 *   onOpen?: () => void, onChoice?: (choice: Choice) => void}} options
 * @returns {Responder}
 */
export function createResponder({ keys, alternatives, buttons, onOpen, onChoice }) {
  /** @type {(() => void)[]} */
  let stops = [];
  const close = () => {
    stops.forEach((stop) => stop());
    stops = [];
  };
  return {
    close,
    open(from_ms) {
      close();
      return new Promise((resolve) => {
        /** @param {Choice} choice */
        const hear = (choice) => {
          if (choice.timestamp_ms < from_ms) return;
          close();
          onChoice?.(choice);
          resolve(choice);
        };
        stops = [listenToKeys(keys, alternatives, hear), listenToButtons(buttons, hear)];
        onOpen?.();
      });
    },
  };
}
