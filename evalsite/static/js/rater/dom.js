/**
 * @file Builds pieces of the page from data, always as text, never as markup.
 */

/**
 * An element with its text, attributes and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {{class?: string, text?: string, attributes?: Record<string, string>, onClick?: (event: MouseEvent) => void}}
 *   [about]
 * @param {...Node} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, { class: names, text, attributes, onClick } = {}, ...children) {
  const made = document.createElement(tag);
  if (names) made.className = names;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  if (onClick) made.addEventListener("click", /** @type {EventListener} */ (onClick));
  made.append(...children);
  return made;
}

/**
 * A researcher's plain text as paragraphs, one per blank-line-separated part.
 * @param {string} text
 * @returns {HTMLElement}
 */
export function prose(text) {
  const parts = text.split(/\n\s*\n/).map((part) => part.trim());
  return element("div", { class: "prose" }, ...parts.filter(Boolean).map((part) => element("p", { text: part })));
}

/**
 * A button that works once: a second click while its action runs is ignored.
 * @param {string} label
 * @param {() => Promise<unknown> | void} action
 * @param {string} [names] Classes.
 * @returns {HTMLButtonElement}
 */
export function button(label, action, names = "button") {
  const made = element("button", { class: names, text: label, attributes: { type: "button" } });
  made.addEventListener("click", async () => {
    if (made.getAttribute("aria-busy") === "true") return;
    made.setAttribute("aria-busy", "true");
    try {
      await action();
    } finally {
      made.removeAttribute("aria-busy");
    }
  });
  return made;
}

/**
 * The element of an id that the page's template promises.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new RangeError(`The page has no element #${id}; the template must hold it.`);
  return found;
}
