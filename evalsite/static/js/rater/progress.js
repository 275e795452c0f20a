/**
 * @file How far the session is, and how the connection is: the bar at the top of the page.
 */

import { byId } from "./dom.js";

/** @typedef {import("./types.js").Progress} Progress */
/** @typedef {import("./outbox.js").Status} Status */

/** Shows how far the session is. */
export class ProgressBar {
  #bar = /** @type {HTMLProgressElement} */ (byId("progress-bar"));
  #text = byId("progress-text");
  #root = byId("progress");
  /** @type {Progress} */
  #progress = { answered: 0, total: 0, block: 0, blocks: 0 };

  /** @param {Progress} progress As the site counts. */
  set(progress) {
    this.#progress = { ...progress };
    this.#draw();
  }

  /** One more trial is answered, before the site has counted it. */
  step() {
    const { answered, total } = this.#progress;
    this.set({ ...this.#progress, answered: Math.min(total, answered + 1) });
  }

  /** @param {boolean} shown */
  show(shown) {
    this.#root.hidden = !shown;
  }

  #draw() {
    const { answered, total } = this.#progress;
    this.#bar.max = Math.max(1, total);
    this.#bar.value = answered;
    this.#text.textContent = `${answered} of ${total}`;
  }
}

/**
 * Words for the connection's state.
 * @param {Status} status
 * @returns {string} Empty while all is well.
 */
export function noticeOf({ waiting, connected }) {
  if (connected) return "";
  if (waiting === 0) return "No connection. The page goes on by itself when it is back.";
  const answers = waiting === 1 ? "1 answer is" : `${waiting} answers are`;
  return `No connection. ${answers} kept here until it is back.`;
}

/**
 * Show or take away the notice about the connection. It floats, so that nothing on the stage moves.
 * @param {Status} status
 */
export function showNotice(status) {
  const notice = byId("notice");
  const words = noticeOf(status);
  if (notice.textContent !== words) notice.textContent = words;
  notice.hidden = words === "";
}
