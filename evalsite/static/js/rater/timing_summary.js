/**
 * @file What a run of flashes adds up to: a summary, a histogram, a CSV. Pure.
 */

/** @typedef {import("../kit/types.js").Exposure} Exposure */

/**
 * @param {number[]} values
 * @returns {{mean: number, sd: number}} `sd` with n − 1; 0 for a single value.
 */
export function spread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

/**
 * How many flashes stayed for how many frames.
 * @param {Exposure[]} exposures
 * @returns {{frames: number, count: number, share: number}[]} By rising frames.
 */
export function histogram(exposures) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const { achieved_frames } of exposures) counts.set(achieved_frames, (counts.get(achieved_frames) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([frames, count]) => ({ frames, count, share: count / exposures.length }));
}

/**
 * The run in figures, as pairs of name and value.
 * @param {Exposure[]} exposures At least one.
 * @returns {[string, string][]}
 */
export function summary(exposures) {
  const [{ refresh_hz, period_ms, planned_frames }] = exposures;
  const { mean, sd } = spread(exposures.map(({ shown_ms }) => shown_ms));
  const exact = exposures.filter(({ achieved_frames, dropped_frames }) => achieved_frames === planned_frames && dropped_frames === 0);
  return [
    ["Refresh rate", `${refresh_hz.toFixed(2)} Hz`],
    ["Planned", `${planned_frames} frames, ${((planned_frames ?? 0) * period_ms).toFixed(1)} ms`],
    ["Shown, mean ± SD", `${mean.toFixed(2)} ± ${sd.toFixed(2)} ms`],
    ["As planned", `${exact.length} of ${exposures.length}`],
    ["With dropped frames", String(exposures.filter(({ dropped_frames }) => dropped_frames > 0).length)],
  ];
}

/**
 * The records as CSV, a line per flash.
 * @param {Exposure[]} exposures
 * @returns {string}
 */
export function toCsv(exposures) {
  const columns = /** @type {(keyof Exposure)[]} */ (Object.keys(exposures[0] ?? {}));
  const lines = exposures.map((exposure, index) => [index + 1, ...columns.map((column) => exposure[column])].join(","));
  return [["flash", ...columns].join(","), ...lines, ""].join("\r\n");
}
