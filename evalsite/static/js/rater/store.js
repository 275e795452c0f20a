/**
 * @file Where answers wait until the site has them: in the browser's database, or in memory where there is none.
 */

/** @typedef {import("./types.js").Submission} Submission */

/**
 * @typedef {object} Kept
 * @property {string} id The submission's id.
 * @property {string} session Whose it is.
 * @property {number} order Answers are sent in this order.
 * @property {Submission} submission
 * @property {string | null} refused Why the site would not have it; such are kept but not sent again.
 */

/**
 * @typedef {object} Store
 * @property {boolean} durable Whether what it holds outlives the page.
 * @property {(kept: Kept) => Promise<void>} put Resolves when it is safely there.
 * @property {(ids: string[]) => Promise<void>} remove
 * @property {() => Promise<Kept[]>} all In order.
 */

const DATABASE = "evalsite";
const TABLE = "outbox";
const VERSION = 1;

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * @param {IDBFactory} factory
 * @returns {Promise<IDBDatabase>}
 */
function openDatabase(factory) {
  const request = factory.open(DATABASE, VERSION);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "id" }).createIndex("session", "session");
  return done(request);
}

/**
 * A store in the browser's database.
 * @param {IDBFactory} factory
 * @param {string} session Id of the session whose answers it holds.
 * @returns {Promise<Store>} Rejects where the database can't be used.
 */
export async function openStore(factory, session) {
  const database = await openDatabase(factory);
  const writing = () => database.transaction(TABLE, "readwrite", { durability: "strict" });
  return {
    durable: true,
    async put(kept) {
      const transaction = writing();
      transaction.objectStore(TABLE).put(kept);
      await committed(transaction);
    },
    async remove(ids) {
      const transaction = writing();
      ids.forEach((id) => transaction.objectStore(TABLE).delete(id));
      await committed(transaction);
    },
    async all() {
      const table = database.transaction(TABLE, "readonly").objectStore(TABLE);
      /** @type {Kept[]} */
      const kept = await done(table.index("session").getAll(session));
      return kept.sort((a, b) => a.order - b.order);
    },
  };
}

/**
 * A store that lasts as long as the page.
 * @returns {Store}
 */
export function memoryStore() {
  /** @type {Map<string, Kept>} */
  const table = new Map();
  return {
    durable: false,
    put: async (kept) => void table.set(kept.id, kept),
    remove: async (ids) => ids.forEach((id) => table.delete(id)),
    all: async () => [...table.values()].sort((a, b) => a.order - b.order),
  };
}

/**
 * The best store there is.
 * @param {IDBFactory | undefined} factory Undefined where the browser has no database.
 * @param {string} session
 * @returns {Promise<Store>}
 */
export async function bestStore(factory, session) {
  try {
    if (factory) return await openStore(factory, session);
  } catch {
    // Private windows and full disks refuse the database; answers are then sent one by one before the next trial.
  }
  return memoryStore();
}
