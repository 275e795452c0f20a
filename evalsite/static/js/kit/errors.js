/**
 * @file What can go wrong while a trial is shown.
 */

/** An image was asked for before it was fetched and decoded. */
export class StimulusNotReadyError extends Error {
  /** @param {string} url Address of the image. */
  constructor(url) {
    super(`The image ${url} is not decoded yet; fetch and decode it before its trial starts.`);
    this.name = "StimulusNotReadyError";
  }
}

/** The site says that an image can't be shown, now or later: its trial has to be set aside. */
export class StimulusFaultyError extends Error {
  /** @param {string} url Address of the image. */
  constructor(url) {
    super(`The image ${url} can't be shown; set its trial aside and go on.`);
    this.name = "StimulusFaultyError";
    this.url = url;
  }
}

/** An image could not be brought in. */
export class StimulusUnavailableError extends Error {
  /**
   * @param {string} url Address of the image.
   * @param {string} reason What the fetch or the decoder said.
   * @param {boolean} passing Whether another try may help.
   */
  constructor(url, reason, passing) {
    super(`The image ${url} could not be loaded (${reason}); check the connection and try again.`);
    this.name = "StimulusUnavailableError";
    this.passing = passing;
  }
}
