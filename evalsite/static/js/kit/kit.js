/**
 * @file Puts the kit together for one window: what a task's module is handed.
 */

import { watchAttention } from "./attention.js";
import { windowTicker } from "./clock.js";
import { MASK_CELLS, maskPixels } from "./mask.js";
import { createLibrary } from "./preload.js";
import { present } from "./presenter.js";

/** @typedef {import("./types.js").Attention} Attention */
/** @typedef {import("./types.js").Kit} Kit */
/** @typedef {import("./types.js").Period} Period */
/** @typedef {import("./types.js").Responder} Responder */
/** @typedef {import("./clock.js").Ticker} Ticker */

/**
 * A canvas that is never on the page.
 * @param {Document} page
 * @param {number} side_px
 * @returns {[HTMLCanvasElement, CanvasRenderingContext2D]}
 */
function hiddenCanvas(page, side_px) {
  const canvas = page.createElement("canvas");
  canvas.width = side_px;
  canvas.height = side_px;
  return [canvas, /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))];
}

/**
 * Mask patterns, painted before the trial so that drawing one costs no more than drawing an image; cell by cell, then
 * enlarged, so that painting takes a rater no time either.
 * @param {Document} page
 * @param {number} seed
 * @param {number} side_px
 * @param {number} patterns How many.
 * @returns {HTMLCanvasElement[]}
 */
export function paintMasks(page, seed, side_px, patterns) {
  return Array.from({ length: patterns }, (_, pattern) => {
    const [cells, ink] = hiddenCanvas(page, MASK_CELLS);
    ink.putImageData(new ImageData(maskPixels(seed, pattern, MASK_CELLS), MASK_CELLS, MASK_CELLS), 0, 0);
    const [canvas, context] = hiddenCanvas(page, side_px);
    context.imageSmoothingEnabled = false;
    context.drawImage(cells, 0, 0, side_px, side_px);
    return canvas;
  });
}

/**
 * A bench of tools that shares one ticker, one library and one watch over the window.
 * @param {{view: Window & typeof globalThis, newResponder: () => Responder}} options
 * @returns {{kit: Kit, ticker: Ticker, attention: Attention, setPeriod: (period: Period) => void}} `setPeriod` tells
 *   the period that the next trials are planned with.
 */
export function createKit({ view, newResponder }) {
  const ticker = windowTicker(view);
  const attention = watchAttention(view);
  const [, scratch] = hiddenCanvas(view.document, 1);
  /** @type {Period | null} */
  let period = null;
  const library = createLibrary({
    fetchFile: view.fetch.bind(view),
    decodeFile: (blob) => view.createImageBitmap(blob),
    warm: (bitmap) => scratch.drawImage(bitmap, 0, 0, 1, 1),
  });
  /** @type {Kit} */
  const kit = {
    library,
    responder: newResponder,
    masks: (seed, side_px, patterns) => paintMasks(view.document, seed, side_px, patterns),
    present({ phases, surface, natural_px, responder }) {
      if (period === null) throw new RangeError("The refresh period is not known yet; measure it before the first trial.");
      const situation = () => ({ device_pixel_ratio: view.devicePixelRatio, css_px: surface.side(), natural_px });
      return present({ ticker, period, phases, attention, situation, responder });
    },
  };
  return { kit, ticker, attention, setPeriod: (measured) => (period = measured) };
}
