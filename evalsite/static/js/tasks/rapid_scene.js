/**
 * @file One image, for a moment or until the answer: real or generated?
 */

import { patternAt, patternCount } from "../kit/mask.js";
import { still } from "../kit/presenter.js";

/** @typedef {import("../kit/types.js").Kit} Kit */
/** @typedef {import("../kit/types.js").Outcome} Outcome */
/** @typedef {import("../kit/types.js").Phase} Phase */
/** @typedef {import("../kit/types.js").Stage} Stage */
/** @typedef {import("../kit/types.js").Surface} Surface */

/**
 * @typedef {object} Payload
 * @property {string} image Address of the image.
 * @property {number} fixation_ms Fixation cross, ms.
 * @property {number} blank_ms Empty stage after it, ms.
 * @property {number | null} exposure_ms Exposure duration, ms; null until the answer.
 * @property {number} mask_ms Mask, ms.
 * @property {number} mask_pattern_ms Each pattern of the mask, ms.
 * @property {number} mask_seed Seed of the mask's texture.
 * @property {{real: string, generated: string}} keys Key of each answer.
 * @property {string} question What the rater is asked.
 * @property {number} display_px Side of the image on the page, CSS px.
 * @property {boolean} [countdown] Whether 3, 2, 1 comes first.
 * @property {string} [instruction] What to answer, in a trial that checks attention.
 */

/** Each number of the countdown, ms (Zhou et al. 2019). */
const COUNT_MS = 500;

/** Words on the button of each answer. @type {Record<string, string>} */
export const LABELS = { real: "Real", generated: "Generated" };

/**
 * The trial, phase by phase.
 * @param {Payload} payload
 * @param {Surface} surface
 * @param {CanvasImageSource} image
 * @param {CanvasImageSource[]} masks
 * @returns {Phase[]}
 */
function phasesOf(payload, surface, image, masks) {
  const count = ["3", "2", "1"].map((text) => ({
    name: "countdown",
    ms: payload.countdown ? COUNT_MS : 0,
    draw: still(() => surface.text(text)),
  }));
  return [
    ...count,
    { name: "fixation", ms: payload.fixation_ms, draw: still(surface.fixation) },
    { name: "blank", ms: payload.blank_ms, draw: still(surface.clear) },
    { name: "stimulus", ms: payload.exposure_ms, draw: still(() => surface.images([image])) },
    {
      name: "mask",
      ms: payload.exposure_ms === null ? 0 : payload.mask_ms,
      draw: (frame, frames) => surface.images([masks[patternAt(frame, frames, masks.length)]]),
    },
    { name: "response", ms: null, draw: still(surface.clear) },
  ];
}

/**
 * Show one trial and wait for its answer.
 * @param {Stage} stage
 * @param {Payload} payload
 * @param {Kit} kit
 * @returns {Promise<Outcome>} `answer` is `{answer: "real" | "generated"}`.
 */
export async function run(stage, payload, kit) {
  const alternatives = Object.entries(payload.keys).map(([answer, key]) => ({ answer, key, label: LABELS[answer] }));
  stage.ask(payload.question, alternatives);
  stage.instruct(payload.instruction ?? "");
  const surface = stage.arrange(1, payload.display_px);
  const image = kit.library.bitmap(payload.image);
  const patterns = patternCount(payload.mask_ms, payload.mask_pattern_ms);
  const masks = kit.masks(payload.mask_seed, surface.geometry.css_px, patterns);
  const shown = await kit.present({
    phases: phasesOf(payload, surface, image, masks),
    surface,
    natural_px: image.width,
    responder: kit.responder(),
  });
  return { answer: { answer: shown.choice.answer }, rt_ms: shown.rt_ms, exposures: [shown.exposure] };
}
