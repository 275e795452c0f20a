/**
 * @file Answers by key, timed by the key event's own timestamp.
 */

/** @typedef {import("./types.js").Alternative} Alternative */
/** @typedef {import("./types.js").Choice} Choice */

/** Keys of a Latin keyboard column by column, so that buttons lie as their keys do. */
const KEY_ORDER = "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p";

/**
 * Alternatives from left to right, as their keys lie on the keyboard.
 * @template {Pick<Alternative, "key">} T
 * @param {T[]} alternatives
 * @returns {T[]}
 */
export function inKeyOrder(alternatives) {
  /** @param {T} alternative */
  const place = ({ key }) => KEY_ORDER.indexOf(key.toLowerCase());
  return [...alternatives].sort((a, b) => place(a) - place(b));
}

/**
 * Whether a key or button was pressed together with one that makes it a shortcut.
 * @param {Pick<KeyboardEvent, "ctrlKey" | "altKey" | "metaKey">} event
 */
export function isShortcut({ ctrlKey, altKey, metaKey }) {
  return ctrlKey || altKey || metaKey;
}

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
  if (event.repeat || isShortcut(event)) return null;
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
