/** @file As much of IndexedDB as the outbox uses, with commits that come later and can be made to fail. */

/** @param {() => unknown} read */
function request(read) {
  /** @type {any} */
  const made = { onsuccess: null, onerror: null, onupgradeneeded: null, result: undefined };
  setImmediate(() => {
    made.result = read();
    made.onsuccess?.();
  });
  return made;
}

/**
 * @param {{failing?: () => boolean}} [options] `failing` tells whether the next write meets a full disk.
 */
export function fakeIndexedDb({ failing = () => false } = {}) {
  /** @type {Map<string, any>} */
  const rows = new Map();

  const transaction = () => {
    /** @type {(() => void)[]} */
    const writes = [];
    const fails = failing();
    const made = {
      oncomplete: () => undefined,
      onabort: () => undefined,
      error: new Error("QuotaExceededError"),
      objectStore: () => ({
        put: (/** @type {any} */ row) => writes.push(() => rows.set(row.id, structuredClone(row))),
        delete: (/** @type {string} */ id) => writes.push(() => rows.delete(id)),
        index: () => ({
          getAll: (/** @type {string} */ session) => request(() => [...rows.values()].filter((row) => row.session === session)),
        }),
      }),
    };
    setImmediate(() => {
      if (fails) return made.onabort();
      writes.forEach((write) => write());
      return made.oncomplete();
    });
    return made;
  };

  const database = { transaction, createObjectStore: () => ({ createIndex: () => undefined }) };
  const open = () => {
    const made = request(() => database);
    setImmediate(() => undefined);
    Object.defineProperty(made, "result", { value: database, writable: true });
    process.nextTick(() => made.onupgradeneeded?.());
    return made;
  };
  return { rows, factory: /** @type {IDBFactory} */ (/** @type {unknown} */ ({ open })) };
}
