/**
 * @file What can go wrong between the page and the site.
 */

/** The site was not reached, or could not answer just now: worth another try. */
export class ConnectionError extends Error {
  /** @param {string} reason What happened. */
  constructor(reason) {
    super(`The site could not be reached (${reason}); the page tries again by itself.`);
    this.name = "ConnectionError";
  }
}

/** The site understood and said no: trying again would not help. */
export class RefusedError extends Error {
  /**
   * @param {number} status HTTP status.
   * @param {string} sentence What the site said.
   * @param {string} next What to do, in the site's words.
   */
  constructor(status, sentence, next) {
    super(sentence);
    this.name = "RefusedError";
    this.status = status;
    this.next = next;
  }
}
