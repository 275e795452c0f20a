/** @file Refreshes driven by hand: a display whose every interval is chosen by the test. */

/** @typedef {import("../../../evalsite/static/js/kit/clock.js").Ticker} Ticker */

/**
 * @param {(refresh: number) => number} [intervalOf] Interval before each refresh, ms.
 * @returns {Ticker & {run: (refreshes: number) => Promise<void>, times: number[]}}
 */
export function handTicker(intervalOf = () => 1000 / 60) {
  /** @type {((timestamp_ms: number) => void)[]} */
  let waiting = [];
  let now_ms = 1000;
  /** @type {number[]} */
  const times = [];
  return {
    times,
    request: (callback) => waiting.push(callback),
    cancel: () => {
      waiting = [];
    },
    now: () => now_ms,
    async run(refreshes) {
      for (let count = 0; count < refreshes; count += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        now_ms += intervalOf(times.length);
        times.push(now_ms);
        const due = waiting;
        waiting = [];
        due.forEach((callback) => callback(now_ms));
      }
    },
  };
}
