/**
 * @file The one clock of the page: screen refreshes and the `performance` time line they are stamped on.
 */

/**
 * A source of refreshes; the browser's, or a hand-driven one in tests.
 * @typedef {object} Ticker
 * @property {(callback: (timestamp_ms: number) => void) => number} request Call back at the next refresh.
 * @property {(handle: number) => void} cancel Take a request back.
 * @property {() => number} now Time on the refreshes' own line, ms.
 */

/**
 * The window's refreshes.
 * @param {Window} view
 * @returns {Ticker}
 */
export function windowTicker(view) {
  return {
    request: (callback) => view.requestAnimationFrame(callback),
    cancel: (handle) => view.cancelAnimationFrame(handle),
    now: () => view.performance.now(),
  };
}

/**
 * Timestamps of consecutive refreshes.
 * @param {Ticker} ticker
 * @param {number} count How many, at least 1.
 * @returns {Promise<number[]>} Timestamps, ms.
 */
export function collectTimestamps(ticker, count) {
  return new Promise((resolve) => {
    /** @type {number[]} */
    const timestamps = [];
    /** @param {number} timestamp_ms */
    const tick = (timestamp_ms) => {
      timestamps.push(timestamp_ms);
      if (timestamps.length >= count) resolve(timestamps);
      else ticker.request(tick);
    };
    ticker.request(tick);
  });
}

/**
 * Wait for about so long; for pauses between trials, never for what is flashed.
 * @param {number} ms
 * @returns {Promise<void>}
 */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
