/**
 * @file How far the session is, and how the connection is: the bar at the top of the page.
 */

import { byId } from "./dom.js";

/** @typedef {import("./types.js").Progress} Progress */
/** @typedef {import("./outbox.js").Status} Status */

/** Answers before the time left is said. */
const LEAST_PACES = 5;

/** The latest answers that the time left rests on. */
const PACES = 30;

/** A pause, not a trial, ms. */
const PAUSE_MS = 60_000;

const MINUTE_MS = 60_000;

/**
 * Whole minutes until the end at the rater's own pace.
 * @param {number[]} answered_ms When the latest answers came, ms, in order; longer breaks don't count.
 * @param {number} left Trials still to come.
 * @returns {number | null} At least 1; null while too few answers have come, or none is left.
 */
export function minutesLeft(answered_ms, left) {
  const paces = answered_ms.slice(1).map((now, index) => now - answered_ms[index]).filter((pace) => pace < PAUSE_MS);
  if (paces.length < LEAST_PACES || left === 0) return null;
  const mean_ms = paces.reduce((sum, pace) => sum + pace, 0) / paces.length;
  return Math.max(1, Math.round((left * mean_ms) / MINUTE_MS));
}

/**
 * Words for how far the session is.
 * @param {Progress} progress
 * @returns {string}
 */
export function countOf({ answered, total, again }) {
  const repeated = again > 0 ? ` (${again} ${again === 1 ? "comes" : "come"} again)` : "";
  return `${answered} of ${total}${repeated}`;
}

/** Shows how far the session is. */
export class ProgressBar {
  #bar = /** @type {HTMLProgressElement} */ (byId("progress-bar"));
  #text = byId("progress-text");
  #left = byId("progress-left");
  #root = byId("progress");
  /** @type {Progress} */
  #progress = { answered: 0, total: 0, again: 0, block: 0, blocks: 0 };
  /** @type {number[]} */
  #answered_ms = [];

  /** @param {Progress} progress As the site counts. */
  set(progress) {
    this.#progress = { ...progress };
    this.#draw();
  }

  /**
   * One more trial is answered, before the site has counted it.
   * @param {number} [now_ms]
   */
  step(now_ms = performance.now()) {
    const { answered, total, again } = this.#progress;
    this.#answered_ms = [...this.#answered_ms.slice(-PACES), now_ms];
    const done = Math.min(total, answered + 1);
    this.set({ ...this.#progress, answered: done, again: Math.min(again, total - done) });
  }

  /** @param {boolean} shown */
  show(shown) {
    this.#root.hidden = !shown;
  }

  #draw() {
    const { answered, total } = this.#progress;
    const minutes = minutesLeft(this.#answered_ms, total - answered);
    this.#bar.max = Math.max(1, total);
    this.#bar.value = answered;
    this.#text.textContent = countOf(this.#progress);
    this.#left.textContent = minutes === null ? "" : `about ${minutes} min left`;
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
