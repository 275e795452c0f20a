/**
 * @file One trial of a flash, slowed down to four pictures, so that raters know which one to judge.
 */

import { MASK_CELLS, maskPixels } from "../kit/mask.js";
import { element } from "./dom.js";

/** Side of a picture's canvas, px. */
const SIDE_PX = 160;

/** Side of the image within it, px. */
const IMAGE_PX = 96;

/** @typedef {CanvasRenderingContext2D} Context */

/** Any number: the same noise for everybody. */
const SEED = 7;

/** @param {Context} context */
function drawCross(context) {
  context.fillStyle = "#0c0d0d";
  context.fillRect(SIDE_PX / 2 - 12, SIDE_PX / 2 - 1, 24, 2);
  context.fillRect(SIDE_PX / 2 - 1, SIDE_PX / 2 - 12, 2, 24);
}

/** A drawn house, which no study shows. @param {Context} context */
function drawImage(context) {
  const [at, side] = [(SIDE_PX - IMAGE_PX) / 2, IMAGE_PX];
  context.fillStyle = "#b9d7ea";
  context.fillRect(at, at, side, side);
  context.fillStyle = "#5f8a4c";
  context.fillRect(at, at + side * 0.72, side, side * 0.28);
  context.fillStyle = "#e9dfc9";
  context.fillRect(at + side * 0.28, at + side * 0.45, side * 0.44, side * 0.37);
  context.fillStyle = "#8c3b2a";
  context.beginPath();
  context.moveTo(at + side * 0.2, at + side * 0.47);
  context.lineTo(at + side * 0.5, at + side * 0.2);
  context.lineTo(at + side * 0.8, at + side * 0.47);
  context.fill();
}

/** @param {Context} context */
function drawNoise(context) {
  const small = document.createElement("canvas");
  small.width = small.height = MASK_CELLS;
  const pixels = new ImageData(maskPixels(SEED, 0, MASK_CELLS), MASK_CELLS, MASK_CELLS);
  /** @type {Context} */ (small.getContext("2d")).putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  const at = (SIDE_PX - IMAGE_PX) / 2;
  context.drawImage(small, at, at, IMAGE_PX, IMAGE_PX);
}

/** Two buttons without words. @param {Context} context */
function drawAnswers(context) {
  context.strokeStyle = "#0c0d0d";
  context.lineWidth = 2;
  context.fillStyle = "#f1f0ec";
  for (const x of [14, SIDE_PX / 2 + 4]) {
    context.fillRect(x, SIDE_PX / 2 - 16, SIDE_PX / 2 - 18, 32);
    context.strokeRect(x, SIDE_PX / 2 - 16, SIDE_PX / 2 - 18, 32);
  }
}

/**
 * @param {(context: Context) => void} draw
 * @param {string} title
 * @param {...Node} words
 * @returns {HTMLElement}
 */
function step(draw, title, ...words) {
  const canvas = element("canvas", { attributes: { width: String(SIDE_PX), height: String(SIDE_PX), "aria-hidden": "true" } });
  draw(/** @type {Context} */ (canvas.getContext("2d")));
  return element("li", {}, canvas, element("strong", { text: title }), element("p", {}, ...words));
}

/**
 * The example: where to look, the image, the noise that is not the image, the answer.
 * @returns {HTMLElement[]}
 */
export function slowExample() {
  const text = (/** @type {string} */ words) => document.createTextNode(words);
  const steps = element(
    "ol",
    { class: "example" },
    step(drawCross, "Look at the cross", text("It shows where to look.")),
    step(drawImage, "The image", text("This is what you judge. It is gone in an instant.")),
    step(drawNoise, "Noise", element("mark", { text: "This is not the image." }), text(" Ignore it.")),
    step(drawAnswers, "Your answer", text("Not sure? Guess. Take your time.")),
  );
  return [element("h2", { class: "about", text: "One example, slowed down" }), steps];
}
