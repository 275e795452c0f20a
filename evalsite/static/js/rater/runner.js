/**
 * @file Runs the trials, block by block, until the site has no more.
 */

import { pause } from "../kit/clock.js";
import { StimulusUnavailableError } from "../kit/errors.js";
import { inKeyOrder } from "../kit/keyboard.js";
import { persist } from "./client.js";
import { RefusedError } from "./errors.js";

/** @typedef {import("../kit/types.js").Kit} Kit */
/** @typedef {import("../kit/types.js").Outcome} Outcome */
/** @typedef {import("../kit/types.js").Period} Period */
/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./outbox.js").Outbox} Outbox */
/** @typedef {import("./progress.js").ProgressBar} ProgressBar */
/** @typedef {import("./screens.js").Interlude} Interlude */
/** @typedef {import("./stage.js").TrialStage} TrialStage */
/** @typedef {import("./types.js").Delivery} Delivery */
/** @typedef {import("./types.js").DeliveredTrial} DeliveredTrial */
/** @typedef {import("./types.js").Payload} Payload */
/** @typedef {import("./types.js").Receipt} Receipt */
/** @typedef {import("./types.js").Submission} Submission */

/** @typedef {Pick<TrialStage, "ask" | "instruct" | "arrange" | "feedback" | "reset">} RunnerStage */
/** @typedef {{LABELS: Record<string, string>, run: (stage: RunnerStage, payload: any, kit: Kit) => Promise<Outcome>}} TaskModule */

/** Empty stage between an answer and the next trial, ms. */
const BETWEEN_MS = 350;

/** How long feedback stays, ms. */
const FEEDBACK_MS = 750;

/** How long a trial waits for its feedback before it goes on without, ms. */
const FEEDBACK_WAIT_MS = 5000;

/** What a rater reads who paused, or went away. @type {Interlude} */
const PAUSED = { heading: "Paused", lines: ["Take the time you need. Nothing is lost."], go: "Continue" };

/** What a rater reads before a block where trials were set aside. */
const SOME_SET_ASIDE = "Some images can't be shown because of a fault on our side. The study goes on without them.";

/** What a rater reads whose window became too small. @type {Interlude} */
const TOO_SMALL = {
  heading: "The window is too small",
  lines: ["The last image was too small on your screen. Enlarge the window or zoom out, then go on."],
  go: "Continue",
};

/** How often an answer to one trial may be rejected before the page gives up. */
const REJECTIONS = 2;

/**
 * A random version-4 UUID, also on pages that aren't served over HTTPS.
 * @param {Crypto} [source]
 * @returns {string}
 */
export function makeId(source = crypto) {
  if (typeof source.randomUUID === "function") return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * @param {number} trial
 * @param {Outcome} outcome
 * @returns {Submission}
 */
function submissionOf(trial, { answer, rt_ms, exposures }) {
  return { id: makeId(), trial, answer, rt_ms, exposures, answered_at: new Date().toISOString() };
}

/** A module that could not be fetched is a `TypeError`. @param {unknown} error */
const isTypeError = (error) => error instanceof TypeError;

/** @param {unknown} error */
const isPassing = (error) => error instanceof StimulusUnavailableError && error.passing;

/**
 * The trials less one; where the block adapts, the next one is now known.
 * @param {DeliveredTrial[]} trials
 * @param {number} gone
 * @param {Receipt["next"]} next
 * @returns {DeliveredTrial[]}
 */
function without(trials, gone, next) {
  const left = trials.filter(({ trial }) => trial !== gone);
  return left.map((trial) => (trial.trial === next?.trial ? { ...trial, payload: next.payload } : trial));
}

/** Runs one session's trials. */
export class Runner {
  #block = -1;
  /** @type {Interlude | null} */
  #pause = null;
  /** @type {Map<number, number>} */
  #rejections = new Map();
  #started = false;
  #about;

  /**
   * @param {{client: Pick<Client, "block" | "setAside">, outbox: Outbox, kit: Kit, stage: RunnerStage,
   *   progress: Pick<ProgressBar, "set" | "step">, interlude: (about: Interlude) => Promise<void>,
   *   toStage: () => void,
   *   attentive: () => boolean, touch: boolean, measure: () => Promise<Period>, setPeriod: (period: Period) => void,
   *   loadTask: (name: string) => Promise<TaskModule>, trouble: NonNullable<Parameters<typeof persist>[1]>}} about
   */
  constructor(about) {
    this.#about = about;
  }

  /** The rater pressed Start on the page before: the first block need not ask for it again. */
  started() {
    this.#started = true;
  }

  /** Pause before the next trial. */
  pause() {
    this.#pause = PAUSED;
  }

  /**
   * Answer all there is.
   * @returns {Promise<void>} Resolves when the site has every answer and no more trials.
   */
  async run() {
    const { client, outbox, progress, trouble } = this.#about;
    for (;;) {
      await outbox.drain();
      const delivery = await persist(() => client.block(), trouble);
      progress.set(delivery.progress);
      if (delivery.block === null) return;
      await this.#runBlock(delivery, delivery.block);
    }
  }

  /** @param {Delivery} delivery @param {number} block */
  async #runBlock(delivery, block) {
    const { kit, loadTask, trouble } = this.#about;
    const urls = delivery.trials.flatMap(({ images }) => images);
    const task = await persist(() => loadTask(delivery.task), { ...trouble, passing: isTypeError });
    let ready = delivery;
    /** @param {(text: string) => void} say */
    const prepare = async (say) => {
      /** @param {number} done @param {number} total */
      const count = (done, total) => say(`Preparing images: ${done} of ${total}`);
      const faulty = await persist(() => kit.library.fetch(urls, count), { ...trouble, passing: isPassing });
      ready = await this.#setAside(delivery, new Set(faulty));
      this.#about.setPeriod(await this.#about.measure());
      return faulty.length > 0 ? SOME_SET_ASIDE : "";
    };
    if (block === this.#block) await prepare(() => undefined);
    else await this.#about.interlude({ ...introduction(delivery, block, task.LABELS, this.#about.touch), prepare, goesOn: this.#started });
    this.#started = false;
    this.#block = block;
    this.#about.toStage();
    await this.#runTrials(ready, task);
    kit.library.release(urls);
  }

  /**
   * Set aside the trials that can't be shown.
   * @param {Delivery} delivery
   * @param {Set<string>} faulty Addresses of images that can't be shown.
   * @returns {Promise<Delivery>} What is left of it.
   */
  async #setAside(delivery, faulty) {
    const { client, progress, trouble } = this.#about;
    let left = delivery;
    for (const { trial, images } of delivery.trials) {
      if (!images.some((url) => faulty.has(url))) continue;
      const receipt = await persist(() => client.setAside(trial), trouble);
      progress.set(receipt.progress);
      left = { ...left, trials: without(left.trials, trial, receipt.next) };
    }
    return left;
  }

  /** @param {Delivery} delivery @param {TaskModule} task */
  async #runTrials({ trials, adaptive }, task) {
    /** @type {Receipt["next"]} */
    let next = null;
    for (const trial of trials) {
      const payload = trial.payload ?? (next?.trial === trial.trial ? next.payload : null);
      if (payload === null) return; // the site knows more than this list: ask again
      await this.#hold();
      const receipt = await this.#runTrial(trial, payload, task, adaptive);
      if (receipt?.result.status === "rejected") return this.#rejected(trial.trial, receipt);
      next = receipt?.next ?? null;
    }
  }

  /**
   * @param {DeliveredTrial} trial
   * @param {Payload} payload
   * @param {TaskModule} task
   * @param {boolean} adaptive
   * @returns {Promise<Receipt | null>} Null where the trial did not wait for it.
   */
  async #runTrial(trial, payload, task, adaptive) {
    const { kit, stage, outbox, progress } = this.#about;
    stage.reset();
    await kit.library.decode(trial.images);
    const outcome = await task.run(stage, payload, kit);
    const { least_px = 0 } = payload;
    if (outcome.exposures.some(({ css_px }) => css_px < least_px)) this.#pause = TOO_SMALL;
    const { receipt } = await outbox.add(submissionOf(trial.trial, outcome));
    progress.step();
    const got = await this.#receipt(receipt, { needed: adaptive || !outbox.durable, feedback: payload.feedback === true });
    if (payload.feedback && got?.result.feedback) {
      stage.feedback(got.result.feedback.correct);
      await pause(FEEDBACK_MS);
    } else {
      await pause(BETWEEN_MS);
    }
    return got;
  }

  /**
   * @param {Promise<Receipt>} receipt
   * @param {{needed: boolean, feedback: boolean}} why
   * @returns {Promise<Receipt | null>}
   */
  async #receipt(receipt, { needed, feedback }) {
    if (needed) return receipt;
    if (feedback) return Promise.race([receipt, pause(FEEDBACK_WAIT_MS).then(() => null)]);
    return null;
  }

  /** @param {number} trial @param {Receipt} receipt */
  #rejected(trial, { result }) {
    const times = (this.#rejections.get(trial) ?? 0) + 1;
    this.#rejections.set(trial, times);
    if (times >= REJECTIONS) throw new RefusedError(400, result.error ?? "An answer was not accepted.", "Reload the page and go on.");
  }

  /** Wait while the rater is away or the window too small: no trial starts unseen. */
  async #hold() {
    while (this.#pause || !this.#about.attentive()) {
      const about = this.#pause ?? PAUSED;
      this.#pause = null;
      await this.#about.interlude(about);
      this.#about.toStage();
      this.#about.setPeriod(await this.#about.measure());
    }
  }
}

/**
 * What a rater reads before a block.
 * @param {Delivery} delivery
 * @param {number} block
 * @param {Record<string, string>} labels Words for each answer.
 * @param {boolean} [touch] Whether there may be no keys: the buttons say all there is to say.
 * @returns {{heading: string, lines: string[], go: string, keys: [string, string][]}}
 */
export function introduction({ trials, progress }, block, labels, touch = false) {
  const practice = trials.filter(({ kind }) => kind === "practice").length;
  const first = trials.find(({ payload }) => payload !== null)?.payload;
  const lines = [first?.question ?? ""];
  if (practice > 0) lines.push(`The first ${practice === 1 ? "trial is" : `${practice} trials are`} for practice.`);
  lines.push(`A cross shows where to look. Answer with the ${touch ? "buttons" : "keys or the buttons"}.`);
  const keys = inKeyOrder(Object.entries((!touch && first?.keys) || {}).flatMap(([answer, key]) => (key === null ? [] : [{ answer, key }])));
  const heading = progress.blocks > 1 ? `Part ${block + 1} of ${progress.blocks}` : "Ready?";
  return { heading, lines: lines.filter(Boolean), go: "Start", keys: keys.map(({ key, answer }) => [key, labels[answer] ?? answer]) };
}
