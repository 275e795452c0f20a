/**
 * @file Answers by mouse, pen or finger, timed by the moment the pointer went down.
 */

/** @typedef {import("./types.js").Choice} Choice */

/**
 * Hear of presses on buttons. A button that is activated from the keyboard sends a click without a press: then the
 * click's own time counts.
 * @param {ReadonlyMap<string, EventTarget>} buttons Button of each answer.
 * @param {(choice: Choice) => void} hear
 * @returns {() => void} Stop listening.
 */
export function listenToButtons(buttons, hear) {
  const stops = [...buttons].map(([answer, button]) => {
    /** @type {number | null} */
    let down_ms = null;
    /** @param {Event} event */
    const press = (event) => {
      down_ms = event.timeStamp;
    };
    /** @param {Event} event */
    const click = (event) => {
      const timestamp_ms = down_ms ?? event.timeStamp;
      down_ms = null;
      hear({ answer, timestamp_ms, by: "pointer" });
    };
    button.addEventListener("pointerdown", press);
    button.addEventListener("click", click);
    return () => {
      button.removeEventListener("pointerdown", press);
      button.removeEventListener("click", click);
    };
  });
  return () => stops.forEach((stop) => stop());
}
