/**
 * @file The timing check: many flashes by the presenter that raters' trials use, and their records.
 */

import { watchAttention } from "../kit/attention.js";
import { windowTicker } from "../kit/clock.js";
import { measurePeriod } from "../kit/frames.js";
import { present, still } from "../kit/presenter.js";
import { byId, element } from "./dom.js";
import { histogram, summary, toCsv } from "./timing_summary.js";

/** @typedef {import("../kit/types.js").Exposure} Exposure */
/** @typedef {import("../kit/types.js").Phase} Phase */
/** @typedef {import("../kit/types.js").Responder} Responder */

const form = /** @type {HTMLFormElement} */ (byId("timing-form"));
const stage = byId("timing-stage");
const canvas = /** @type {HTMLCanvasElement} */ (byId("timing-patch"));
const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
const ticker = windowTicker(window);
const attention = watchAttention(window);

/** Answers at once: nobody is asked anything here. @type {Responder} */
const nobody = {
  open: async (timestamp_ms) => ({ answer: "", timestamp_ms, by: "key" }),
  close: () => undefined,
};

/** @param {string} colour */
function paint(colour) {
  context.fillStyle = colour;
  context.fillRect(0, 0, canvas.width, canvas.height);
}

/**
 * @param {number} exposure_ms
 * @param {number} gap_ms
 * @returns {Phase[]}
 */
function phases(exposure_ms, gap_ms) {
  const dark = still(() => paint("#000"));
  return [
    { name: "gap", ms: gap_ms, draw: dark },
    { name: "stimulus", ms: exposure_ms, draw: still(() => paint("#fff")) },
    { name: "response", ms: null, draw: dark },
  ];
}

/**
 * @param {{exposure_ms: number, gap_ms: number, flashes: number}} plan
 * @param {AbortSignal} stop
 * @returns {Promise<Exposure[]>}
 */
async function flash({ exposure_ms, gap_ms, flashes }, stop) {
  const period = await measurePeriod(ticker);
  /** @type {Exposure[]} */
  const exposures = [];
  while (exposures.length < flashes && !stop.aborted) {
    const situation = () => ({
      device_pixel_ratio: devicePixelRatio,
      css_px: canvas.clientWidth,
      natural_px: canvas.width,
    });
    const shown = await present({ ticker, period, phases: phases(exposure_ms, gap_ms), attention, situation, responder: nobody });
    exposures.push(shown.exposure);
  }
  return exposures;
}

/** @param {Exposure[]} exposures */
function showSummary(exposures) {
  const figures = summary(exposures).map(([name, value]) =>
    element("div", {}, element("dt", { text: name }), element("dd", { text: value })),
  );
  byId("timing-summary").replaceChildren(...figures);
  byId("timing-rows").replaceChildren(...histogram(exposures).map((bin) => row(bin, exposures[0].period_ms)));
  const file = new Blob([toCsv(exposures)], { type: "text/csv" });
  const link = /** @type {HTMLAnchorElement} */ (byId("timing-download"));
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(file);
  byId("timing-results").hidden = false;
}

/**
 * @param {{frames: number, count: number, share: number}} bin
 * @param {number} period_ms
 */
function row({ frames, count, share }, period_ms) {
  const bar = element("span", { class: "timing-bar", attributes: { role: "img", "aria-label": `${(share * 100).toFixed(1)} %` } });
  bar.style.width = `${share * 100}%`;
  const numbers = [String(frames), (frames * period_ms).toFixed(1), String(count)];
  return element("tr", {}, ...numbers.map((text) => element("td", { class: "number", text })), element("td", {}, bar));
}

/** @param {SubmitEvent} event */
async function run(event) {
  event.preventDefault();
  const fields = new FormData(form);
  /** @param {string} name */
  const number = (name) => Number(fields.get(name));
  const stop = new AbortController();
  addEventListener("keydown", ({ key }) => key === "Escape" && stop.abort(), { signal: stop.signal });
  canvas.className = String(fields.get("corner"));
  stage.hidden = false;
  try {
    const plan = { exposure_ms: number("exposure_ms"), gap_ms: number("gap_ms"), flashes: number("flashes") };
    const exposures = await flash(plan, stop.signal);
    if (exposures.length > 0) showSummary(exposures);
  } finally {
    stop.abort();
    stage.hidden = true;
  }
}

form.addEventListener("submit", run);
