/**
 * @file Two images side by side, or one above the other on a phone, for a moment or until the answer: which one?
 */

import { patternAt, patternCount } from "../kit/mask.js";
import { still } from "../kit/presenter.js";

/** @typedef {import("../kit/types.js").Alternative} Alternative */
/** @typedef {import("../kit/types.js").Kit} Kit */
/** @typedef {import("../kit/types.js").Outcome} Outcome */
/** @typedef {import("../kit/types.js").Phase} Phase */
/** @typedef {import("../kit/types.js").Stage} Stage */
/** @typedef {import("../kit/types.js").Surface} Surface */

/**
 * @typedef {object} Payload
 * @property {string} left Address of the left image.
 * @property {string} right Address of the right image.
 * @property {number} fixation_ms Fixation cross, ms.
 * @property {number | null} exposure_ms Exposure duration, ms; null until the answer.
 * @property {number} mask_ms Mask, ms.
 * @property {number} mask_pattern_ms Each pattern of the mask, ms.
 * @property {number} mask_seed Seed of the masks' texture.
 * @property {{left: string, right: string, tie: string | null}} keys Key of each answer; null where it isn't allowed.
 * @property {string} question What the rater is asked.
 * @property {number} display_px Side of each image on the page, CSS px.
 * @property {string} [instruction] What to answer, in a trial that checks attention.
 * @property {string} [instruction_stacked] The same where the left image stands above the right one.
 */

/** Words on the button of each answer. @type {Record<string, string>} */
export const LABELS = { left: "Left", right: "Right", tie: "No difference" };

/** The same where the left image stands above the right one. @type {Record<string, string>} */
const LABELS_STACKED = { ...LABELS, left: "Upper", right: "Lower" };

/**
 * The answers that this trial allows.
 * @param {Payload["keys"]} keys
 * @param {Record<string, string>} labels
 * @returns {Alternative[]}
 */
function alternativesOf(keys, labels) {
  return Object.entries(keys).flatMap(([answer, key]) => (key === null ? [] : [{ answer, key, label: labels[answer] }]));
}

/**
 * The trial, phase by phase.
 * @param {Payload} payload
 * @param {Surface} surface
 * @param {CanvasImageSource[]} images Left, right.
 * @param {CanvasImageSource[]} masks Patterns; a side's follows the other's by half of them.
 * @returns {Phase[]}
 */
function phasesOf(payload, surface, images, masks) {
  const shift = masks.length >> 1;
  return [
    { name: "fixation", ms: payload.fixation_ms, draw: still(surface.fixation) },
    { name: "stimulus", ms: payload.exposure_ms, draw: still(() => surface.images(images)) },
    {
      name: "mask",
      ms: payload.exposure_ms === null ? 0 : payload.mask_ms,
      draw(frame, frames) {
        const pattern = patternAt(frame, frames, masks.length);
        surface.images([masks[pattern], masks[(pattern + shift) % masks.length]]);
      },
    },
    { name: "response", ms: null, draw: still(surface.clear) },
  ];
}

/**
 * Show one trial and wait for its answer.
 * @param {Stage} stage
 * @param {Payload} payload
 * @param {Kit} kit
 * @returns {Promise<Outcome>} `answer` is `{answer: "left" | "right" | "tie"}`.
 */
export async function run(stage, payload, kit) {
  stage.ask(payload.question, alternativesOf(payload.keys, LABELS));
  const surface = stage.arrange(2, payload.display_px); // after the question, which takes room
  const { stacked } = surface.geometry;
  if (stacked) stage.ask(payload.question, alternativesOf(payload.keys, LABELS_STACKED));
  stage.instruct((stacked ? payload.instruction_stacked : payload.instruction) ?? "");
  const images = [payload.left, payload.right].map(kit.library.bitmap);
  const patterns = patternCount(payload.mask_ms, payload.mask_pattern_ms);
  const masks = kit.masks(payload.mask_seed, surface.geometry.css_px, patterns);
  const shown = await kit.present({
    phases: phasesOf(payload, surface, images, masks),
    surface,
    natural_px: images[0].width,
    responder: kit.responder(),
  });
  return { answer: { answer: shown.choice.answer }, rt_ms: shown.rt_ms, exposures: [shown.exposure] };
}
