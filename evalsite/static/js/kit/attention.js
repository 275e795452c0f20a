/**
 * @file Whether the page was visible and focused without a break.
 */

/** @typedef {import("./types.js").Attention} Attention */

/**
 * Watch a window's visibility and focus.
 * @param {Window} view
 * @returns {Attention}
 */
export function watchAttention(view) {
  const page = view.document;
  const now = () => ({ visible: page.visibilityState === "visible", focused: page.hasFocus() });
  let kept = now();
  const look = () => {
    const { visible, focused } = now();
    kept = { visible: kept.visible && visible, focused: kept.focused && focused };
  };
  page.addEventListener("visibilitychange", look);
  view.addEventListener("blur", () => (kept = { ...kept, focused: false }));
  return {
    reset: () => {
      kept = now();
    },
    read: () => {
      look();
      return { ...kept };
    },
    attentive: () => now().visible && now().focused,
  };
}
