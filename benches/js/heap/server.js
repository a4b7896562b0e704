// A server with about 200 MB of sessions and caches: a request parses, formats, maps and filters, looks into caches, begins a
// session in the place of another one, and leaves garbage of many kinds. Prints how many requests it answered.

const SESSIONS = 56_000;
const CACHED = 40_000;
const REQUESTS = 120_000;

let seed = 7;

function random(end) {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % end;
}

class Session {
  constructor(id) {
    this.id = id;
    this.name = 'user ' + id + ' of group ' + (id % 97);
    this.created = new Date(id * 1000);
    this.roles = ['reader', 'writer', 'number ' + (id % 13)];
    this.seen = new Map();
    for (let page = 0; page < 6; page++) this.seen.set('page' + ((id + page) % 50), { at: id + page, count: 1 });
    this.settings = { theme: 'dark', size: id % 20, language: id % 2 ? 'de' : 'en', tags: new Set([id % 7, id % 5]) };
    this.history = Array.from({ length: 24 }, (_, at) => id * at + 0.5);
    this.greet = (word) => word + ', ' + this.name;
  }
}

const sessions = new Map();
const cache = new Map();
const owners = new WeakMap();
let next = 0;

function open() {
  const session = new Session(next++);
  sessions.set(session.id, session);
  if (session.id % 16 === 0) owners.set(session, { of: session, note: 'note ' + session.id });
  return session;
}

// Looks something up that takes long to make; the oldest goes when there is too much.
function cached(key) {
  let entry = cache.get(key);
  if (entry === undefined) {
    entry = { key, rows: [], text: '' };
    for (let row = 0; row < 12; row++) entry.rows.push({ row, value: key.length * row, name: key + row });
    entry.text = JSON.stringify(entry.rows.slice(0, 3));
    cache.set(key, entry);
    if (cache.size > CACHED) cache.delete(cache.keys().next().value);
  }
  return entry;
}

function answer(request) {
  const query = JSON.parse('{"id":' + request + ',"page":"page' + (request % 50) + '","tags":[1,2,3]}');
  const entry = cached('entry ' + random(2 * CACHED));
  const rows = entry.rows.filter((row) => row.value % 2 === 0).map((row) => ({ ...row, name: row.name.toUpperCase() }));
  const parts = [];
  for (const row of rows) parts.push(row.name + '=' + row.value);
  const session = sessions.get(next - 1 - random(SESSIONS));
  const visit = session.seen.get(query.page);
  if (visit === undefined) session.seen.set(query.page, { at: request, count: 1 });
  else visit.count++;
  if (session.seen.size > 12) session.seen.clear();
  session.history[request % 24] = request / 3;
  const body = session.greet('hello') + ';' + parts.join('&') + ';' + (owners.get(session)?.note ?? '');
  return body.length;
}

let total = 0;
for (let at = 0; at < SESSIONS; at++) open();
for (let request = 0; request < REQUESTS; request++) {
  total += answer(request);
  const fresh = open();
  sessions.delete(fresh.id - SESSIONS);
}
print(REQUESTS, total > 0);
