// Before a side is timed: does it give the right answers, and to the right tenant only?   check.mjs PEER URL
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';

const [peer, url] = process.argv.slice(2);
const { STATE, PASSWORD, TYPES_TEXT, FOREIGN } = process.env;
const type = TYPES_TEXT.split(' ')[0];
const read = (name) => readFileSync(`${STATE}/${name}`, 'utf8').trim();
const [id] = read(`${peer}.ids`).split('\n');

async function ask(path, headers, body) {
  const response = await fetch(url + path, { method: body ? 'POST' : 'GET', headers: { 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, json: text ? JSON.parse(text) : null, cookies: response.headers.getSetCookie() };
}

const descending = (values) => values.every((value, i) => i === 0 || values[i - 1] >= value);
const properties = { serial: 'S1', floor: 1, on: true, tags: ['a', 'b'] };

async function things({ mine, nobody, item, list, create, rows, row, idOf, at, body, created, foreign }) {
  const one = await ask(item(id), mine);
  assert.equal(one.status, 200);
  assert.equal(idOf(row(one.json)), id);
  const page = await ask(list, mine);
  assert.equal(page.status, 200);
  assert.equal(rows(page.json).length, 20);
  assert.ok(rows(page.json).every((r) => r.type === type), 'the list holds another type');
  assert.ok(descending(rows(page.json).map(at)), 'the list is not newest first');
  let made;
  for (const each of TYPES_TEXT.split(' ')) {
    made = await ask(create, mine, { type: each, name: 'New thing check', properties, ...body });
    assert.equal(made.status, created, `${each}: ${JSON.stringify(made.json)}`);
  }

  const again = await ask(item(idOf(row(made.json))), mine);
  assert.deepEqual(row(again.json).properties, properties);
  assert.ok([403, 404].includes((await ask(item(FOREIGN), mine)).status), "another tenant's row is shown");
  assert.ok([401, 403, 404].includes((await ask(item(id), nobody)).status), 'a row is shown without a credential');
  if (foreign) assert.ok((await ask(create, mine, { type, name: 'New thing check', properties, ...foreign })).status >= 400, 'a row was made in another tenant');
}

async function session() {
  const [cookie] = read(`${peer}.ids`).split('\n');
  const current = await ask('/api/auth/get-session', { cookie });
  assert.equal(current.status, 200);
  assert.equal(current.json.user.email, 'u1@example.com');
  assert.equal((await ask('/api/auth/get-session', {})).json, null);
  const email = 'u2@example.com';
  // Node's fetch calls itself a browser, and Better Auth then wants to know of which page.
  const page = peer === 'auth' ? { origin: url } : {};
  const right = await ask('/api/auth/sign-in/email', page, { email, password: PASSWORD });
  assert.equal(right.status, 200);
  assert.ok(right.cookies.length > 0, 'a sign-in set no cookie');
  assert.equal((await ask('/api/auth/sign-in/email', page, { email, password: 'wrong-Ladder-97-river' })).status, 401);
}

switch (peer) {
  case 'ours':
    await things({
      mine: { 'x-api-key': read('ours.key') }, nobody: {}, item: (i) => `/api/things/${i}`, list: `/api/things?limit=20&type=${type}`, create: '/api/things',
      rows: (j) => j.results, row: (j) => j, idOf: (r) => r.id, at: (r) => r.createdAt, body: {}, created: 201,
    });
    break;
  case 'directus':
    await things({
      mine: { authorization: 'Bearer compare-api' }, nobody: {}, item: (i) => `/items/things/${i}`,
      list: `/items/things?filter[type][_eq]=${type}&sort=-created_at&limit=20`, create: '/items/things', rows: (j) => j.data, row: (j) => j.data,
      idOf: (r) => r.id, at: (r) => r.created_at, body: { group_id: '00000000-0000-4000-8000-000000000001' }, created: 200,
      foreign: { group_id: '00000000-0000-4000-8000-000000000002' },
    });
    break;
  case 'parse': {
    const nobody = { 'x-parse-application-id': 'compare' };
    await things({
      mine: { ...nobody, 'x-parse-session-token': read('parse.token') }, nobody, item: (i) => `/parse/classes/Thing/${i}`,
      list: `/parse/classes/Thing?where=${encodeURIComponent(JSON.stringify({ group: 'g1', type }))}&order=-createdAt&limit=20`, create: '/parse/classes/Thing',
      rows: (j) => j.results, row: (j) => j, idOf: (r) => r.objectId, at: (r) => r.createdAt,
      body: { group: 'g1', ACL: { 'role:tenant1': { read: true, write: true } } }, created: 201,
    });
    break;
  }
  default: await session();
}
