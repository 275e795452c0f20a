/**
 * @file The page during trials: question, canvas, buttons, feedback. All of it keeps its place from onset to answer.
 */

import { inKeyOrder } from "../kit/keyboard.js";
import { createSurface, layOut } from "../kit/layout.js";
import { createResponder } from "../kit/responder.js";
import { element } from "./dom.js";

/** @typedef {import("../kit/types.js").Alternative} Alternative */
/** @typedef {import("../kit/types.js").Choice} Choice */
/** @typedef {import("../kit/types.js").Responder} Responder */
/** @typedef {import("../kit/layout.js").Room} Room */
/** @typedef {import("../kit/types.js").Surface} Surface */

/** Stand in for a trial's question and answers while nothing is asked yet; not for reading. */
const PLACEHOLDER = ["f", "j"].map((key) => ({ answer: key, label: "…", key }));

/** Words of feedback. */
const FEEDBACK = { right: "✓ Correct", wrong: "✗ Not correct" };

/**
 * The stage.
 * @implements {Stage}
 * @typedef {import("../kit/types.js").Stage} Stage
 */
export class TrialStage {
  /** @type {Alternative[]} */
  #alternatives = [];
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  #instruction = element("p", { class: "stage-instruction", attributes: { "aria-live": "polite" } });
  #canvas = element("canvas", { class: "stage-canvas", attributes: { role: "img", "aria-label": "The image to judge" } });
  #field = element("div", { class: "stage-field" }, this.#canvas);
  #question = element("h1", { class: "stage-question" });
  #feedback = element("p", { class: "stage-feedback", attributes: { role: "status" } });
  #answers = element("div", { class: "stage-answers", attributes: { role: "group", "aria-label": "Your answer" } });
  #signature = "";

  /** The stage's element, to be put on the page before the first trial. */
  root = element("section", { class: "stage", attributes: { "aria-label": "Trial" } });

  constructor() {
    this.root.append(this.#instruction, this.#field, this.#feedback, this.#question, this.#answers);
  }

  /** @param {string} question @param {Alternative[]} alternatives */
  ask(question, alternatives) {
    this.#question.textContent = question;
    const ordered = inKeyOrder(alternatives);
    const signature = JSON.stringify(ordered.map(({ answer, key }) => [answer, key]));
    this.#alternatives = ordered;
    if (signature === this.#signature) return this.#label();
    this.#signature = signature;
    this.#buttons = new Map(ordered.map((alternative) => [alternative.answer, answerButton(alternative)]));
    this.#answers.replaceChildren(...this.#buttons.values());
    this.#arm(false);
  }

  /** @param {string} text */
  instruct(text) {
    this.#instruction.textContent = text;
    this.#instruction.classList.toggle("spoken", text !== "");
  }

  /** @param {number} columns @param {number} display_px @returns {Surface} */
  arrange(columns, display_px) {
    const geometry = layOut(columns, display_px, this.room());
    const grey = getComputedStyle(this.root).backgroundColor;
    return createSurface(this.#canvas, geometry, window.devicePixelRatio, grey);
  }

  /** Take up the space that a question and its answers do, so that `room` is a trial's. */
  rehearse() {
    if (this.#buttons.size === 0) this.ask("…", PLACEHOLDER);
  }

  /** @returns {Room} Space for images; the stage must be on the page. */
  room() {
    return { width_px: this.#field.clientWidth, height_px: this.#field.clientHeight };
  }

  /** @returns {Responder} For the question last asked. */
  responder() {
    return createResponder({
      keys: window,
      alternatives: this.#alternatives,
      buttons: this.#buttons,
      onOpen: () => this.#arm(true),
      onChoice: ({ answer }) => this.#took(answer),
    });
  }

  /**
   * Say whether the answer was right; empty for nothing.
   * @param {boolean | null} correct
   */
  feedback(correct) {
    this.#feedback.textContent = correct === null ? "" : correct ? FEEDBACK.right : FEEDBACK.wrong;
    this.#feedback.classList.toggle("right", correct === true);
    this.#feedback.classList.toggle("wrong", correct === false);
  }

  /** Take the last trial off. */
  reset() {
    this.feedback(null);
    this.instruct("");
    this.#buttons.forEach((button) => button.classList.remove("chosen"));
  }

  /** Write the words on buttons that stay, so that the focus stays, too. */
  #label() {
    this.#alternatives.forEach(({ answer, label }) => {
      const words = this.#buttons.get(answer)?.querySelector("span");
      if (words && words.textContent !== label) words.textContent = label;
    });
  }

  /** @param {boolean} armed Whether an answer counts now. */
  #arm(armed) {
    this.#answers.classList.toggle("armed", armed);
    this.#buttons.forEach((button) => button.setAttribute("aria-disabled", String(!armed)));
  }

  /** @param {string} answer */
  #took(answer) {
    this.#arm(false);
    this.#buttons.get(answer)?.classList.add("chosen");
  }
}

/**
 * @param {Alternative} alternative
 * @returns {HTMLButtonElement}
 */
function answerButton({ answer, label, key }) {
  const words = element("span", { text: label });
  const hint = element("kbd", { text: key.toUpperCase(), attributes: { "aria-hidden": "true" } });
  const attributes = { type: "button", "data-answer": answer, "aria-keyshortcuts": key };
  return element("button", { class: "answer", attributes }, words, hint);
}
