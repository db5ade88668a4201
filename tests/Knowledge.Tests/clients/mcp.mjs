// The published client of the Model Context Protocol, unchanged, against a running service.
//   mcp.mjs <address> <token: everything> <token: knowledge:read> <token: another tenant> <id of a document> <id of a thing> <id of the other's document>
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [address, everything, reading, stranger, documentId, thingId, othersId] = process.argv.slice(2);

async function connect(token) {
  const client = new Client({ name: 'a-client', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${address}/mcp`), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
  return client;
}

const call = (client, name, args) => client.callTool({ name, arguments: args });
const namesOf = async (client) => (await client.listTools()).tools.map((tool) => tool.name).sort();
const refused = async (client, name, args, reason) => {
  const result = await call(client, name, args);
  assert.equal(result.isError, true, `${name} was not refused.`);
  assert.match(result.content[0].text, reason);
};

await assert.rejects(connect('not-a-token'));

const all = await connect(everything);
assert.deepEqual(await namesOf(all), ['create', 'get', 'list', 'search', 'traverse', 'update']);
const found = await call(all, 'search', { query: 'refunds' });
assert.equal(found.structuredContent.results[0].documentId, documentId);
assert.equal((await call(all, 'get', { kind: 'knowledge', id: documentId })).structuredContent.title, 'Refund policy');
assert.equal((await call(all, 'get', { kind: 'thing', id: thingId })).structuredContent.id, thingId);
assert.equal((await call(all, 'list', { kind: 'thing', type: 'order' })).structuredContent.results.length, 1);
assert.equal((await call(all, 'traverse', { id: thingId, depth: 2 })).structuredContent.results.length, 1);
assert.equal((await call(all, 'create', { type: 'order', name: 'A' })).structuredContent.name, 'A');
assert.equal((await call(all, 'update', { id: thingId, changes: { name: 'B' } })).structuredContent.name, 'B');
await refused(all, 'search', {}, /query|schema/i);
await refused(all, 'get', { kind: 'thing', id: 'no-id' }, /is an id/);
await refused(all, 'list', { kind: 'secret' }, /kind is one of/);
await refused(all, 'get', { kind: 'thing', id: '00000000-0000-0000-0000-000000000001' }, /404/);

const reader = await connect(reading);
assert.deepEqual(await namesOf(reader), ['get', 'search']);
assert.equal((await call(reader, 'search', { query: 'refunds' })).structuredContent.results[0].documentId, documentId);
for (const [name, args] of [['create', { type: 'order', name: 'A' }], ['update', { id: thingId, changes: {} }], ['list', { kind: 'thing' }], ['traverse', { id: thingId }]]) {
  await refused(reader, name, args, /no tool/);
}

const other = await connect(stranger);
assert.deepEqual((await call(other, 'search', { query: 'refunds', scope: 'subtree' })).structuredContent.results.map((r) => r.documentId), [othersId]);
await refused(other, 'get', { kind: 'knowledge', id: documentId }, /no such row/);
await refused(all, 'get', { kind: 'knowledge', id: othersId }, /no such row/);
console.log('complete');
