/**
 * @file Whether the page was visible, focused and full screen without a break.
 */

/** @typedef {import("./types.js").Attention} Attention */

/**
 * Watch a window's visibility, its focus and whether it fills the screen.
 * @param {Window} view
 * @returns {Attention}
 */
export function watchAttention(view) {
  const page = view.document;
  const now = () => ({
    visible: page.visibilityState === "visible",
    focused: page.hasFocus(),
    full_screen: page.fullscreenElement !== null,
  });
  let kept = now();
  const look = () => {
    const { visible, focused, full_screen } = now();
    kept = {
      visible: kept.visible && visible,
      focused: kept.focused && focused,
      full_screen: kept.full_screen && full_screen,
    };
  };
  page.addEventListener("visibilitychange", look);
  page.addEventListener("fullscreenchange", look);
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
