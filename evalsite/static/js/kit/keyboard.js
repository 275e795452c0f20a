/**
 * @file Answers by key, timed by the key event's own timestamp.
 */

/** @typedef {import("./types.js").Alternative} Alternative */
/** @typedef {import("./types.js").Choice} Choice */

/**
 * The alternative that a key event means.
 *
 * The letter printed on the key counts; where the layout has no Latin letters, the key's place on the board does.
 *
 * @param {Pick<KeyboardEvent, "key" | "code" | "repeat" | "ctrlKey" | "altKey" | "metaKey">} event
 * @param {Alternative[]} alternatives
 * @returns {string | null} The answer, or null where the key means nothing.
 */
export function answerOfKey(event, alternatives) {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return null;
  const pressed = event.key.toLowerCase();
  const printed = alternatives.find(({ key }) => key.toLowerCase() === pressed);
  if (printed) return printed.answer;
  if (/^[\x20-\x7e]$/.test(event.key)) return null;
  const placed = alternatives.find(({ key }) => `Key${key.toUpperCase()}` === event.code);
  return placed?.answer ?? null;
}

/**
 * Hear of keys that mean an alternative.
 * @param {EventTarget} target Usually the window.
 * @param {Alternative[]} alternatives
 * @param {(choice: Choice) => void} hear
 * @returns {() => void} Stop listening.
 */
export function listenToKeys(target, alternatives, hear) {
  /** @param {Event} event */
  const listener = (event) => {
    const answer = answerOfKey(/** @type {KeyboardEvent} */ (event), alternatives);
    if (answer === null) return;
    event.preventDefault();
    hear({ answer, timestamp_ms: event.timeStamp, by: "key" });
  };
  target.addEventListener("keydown", listener);
  return () => target.removeEventListener("keydown", listener);
}
