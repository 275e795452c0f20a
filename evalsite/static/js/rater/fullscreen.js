/**
 * @file Full screen: offered, never forced.
 */

import { button } from "./dom.js";

/** Whether this browser can fill the screen. */
export function canFill() {
  return document.fullscreenEnabled === true;
}

/**
 * A button that fills the screen and gives it back.
 * @param {string} [names] Classes.
 * @returns {HTMLButtonElement}
 */
export function fullscreenButton(names = "button quiet") {
  const made = button("Full screen", toggle, names);
  const name = () => (made.textContent = document.fullscreenElement ? "Leave full screen" : "Full screen");
  document.addEventListener("fullscreenchange", name);
  made.hidden = !canFill();
  name();
  return made;
}

/** A refusal (a browser's rule, a frame without the right) is no error: the study goes on in a window. */
async function toggle() {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  await change.catch(() => undefined);
}
