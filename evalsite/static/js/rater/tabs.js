/**
 * @file One tab at a time per session: the first holds it, another waits until the first is closed.
 */

/** How long a holder in another tab has to speak up, ms. */
const ANSWER_MS = 300;

/**
 * Hold the session with the browser's locks.
 * @param {LockManager} locks
 * @param {string} name
 * @param {() => void} onWaiting Called when another tab holds it.
 * @returns {Promise<void>} Resolves when this tab holds it; held until the tab is gone.
 */
function holdLock(locks, name, onWaiting) {
  return new Promise((resolve, reject) => {
    const forGood = () => {
      resolve();
      return new Promise(() => undefined);
    };
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock) return forGood();
        onWaiting();
        locks.request(name, forGood).catch(reject);
        return undefined;
      })
      .catch(reject);
  });
}

/**
 * Hold the session by asking around, where the browser has no locks (a page that isn't served over HTTPS).
 * @param {BroadcastChannel} channel
 * @param {() => void} onWaiting
 * @returns {Promise<void>}
 */
async function holdChannel(channel, onWaiting) {
  let holding = false;
  /** @type {() => void} */
  let heard = () => undefined;
  channel.addEventListener("message", ({ data }) => {
    if (data === "who" && holding) channel.postMessage("mine");
    if (data === "mine") heard();
  });
  for (let waited = false; ; waited = true) {
    const taken = await new Promise((resolve) => {
      heard = () => resolve(true);
      channel.postMessage("who");
      setTimeout(() => resolve(false), ANSWER_MS);
    });
    if (!taken) break;
    if (!waited) onWaiting();
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS * 3));
  }
  holding = true;
}

/**
 * Wait until no other tab works on this session.
 * @param {{locks?: LockManager, openChannel?: (name: string) => BroadcastChannel, session: string,
 *   onWaiting: () => void}} options What the browser offers; without either, this tab just goes on, and the site
 *   stores each answer once all the same.
 * @returns {Promise<void>}
 */
export async function holdSession({ locks, openChannel, session, onWaiting }) {
  const name = `evalsite-session-${session}`;
  if (locks) await holdLock(locks, name, onWaiting);
  else if (openChannel) await holdChannel(openChannel(name), onWaiting);
}
