/**
 * @file From milliseconds to screen refreshes and back. Pure.
 */

import { collectTimestamps } from "./clock.js";

/** @typedef {import("./types.js").Period} Period */
/** @typedef {import("./clock.js").Ticker} Ticker */

/** Intervals that a measured period rests on, at least. */
export const DELTAS_MEASURED = 120;

/** An interval is even when it differs from the median by less than this share of it. */
const EVEN_WITHIN = 0.25;

/** Share of intervals that must be even for a display to count as stable. */
const STABLE_SHARE = 0.95;

/** An interval longer than this many periods has missed a refresh. */
const DROPPED_OVER = 1.5;

/**
 * Middle value; the mean of the two middle ones for an even count.
 * @param {number[]} values At least one.
 * @returns {number}
 */
export function median(values) {
  if (values.length === 0) throw new RangeError("The median of no values is undefined; pass at least one.");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Differences of neighbours.
 * @param {number[]} timestamps ms.
 * @returns {number[]} ms, one fewer.
 */
export function deltas(timestamps) {
  return timestamps.slice(1).map((value, index) => value - timestamps[index]);
}

/**
 * The refresh period that timestamps tell of.
 * @param {number[]} timestamps Of consecutive refreshes, ms; at least two.
 * @returns {Period}
 */
export function periodOf(timestamps) {
  const intervals = deltas(timestamps);
  const period_ms = median(intervals);
  const even = intervals.filter((interval) => Math.abs(interval - period_ms) < EVEN_WITHIN * period_ms).length;
  return {
    period_ms,
    refresh_hz: 1000 / period_ms,
    stable: even >= STABLE_SHARE * intervals.length,
    deltas: intervals.length,
  };
}

/**
 * Measure the refresh period.
 * @param {Ticker} ticker
 * @param {number} [count] Intervals to measure.
 * @returns {Promise<Period>}
 */
export async function measurePeriod(ticker, count = DELTAS_MEASURED) {
  return periodOf(await collectTimestamps(ticker, count + 1));
}

/**
 * Refreshes that come nearest to a duration.
 * @param {number} ms Duration asked for, at least 0.
 * @param {number} period_ms
 * @returns {number} At least 1 for any duration above 0.
 */
export function framesFor(ms, period_ms) {
  return ms <= 0 ? 0 : Math.max(1, Math.round(ms / period_ms));
}

/**
 * Refreshes that were missed between consecutive callbacks.
 * @param {number[]} timestamps ms.
 * @param {number} period_ms
 * @returns {number} Above 0 exactly when an interval is longer than 1.5 periods.
 */
export function droppedFrames(timestamps, period_ms) {
  return deltas(timestamps)
    .filter((interval) => interval > DROPPED_OVER * period_ms)
    .reduce((sum, interval) => sum + Math.max(1, Math.round(interval / period_ms) - 1), 0);
}
