// Parse Server: the class, one role a tenant, and the session of the first tenant's user.
import { writeFileSync } from 'node:fs';

const base = `${process.env.URL}/parse`;
const plain = { 'x-parse-application-id': 'compare', 'content-type': 'application/json' };

async function call(path, body, headers = { ...plain, 'x-parse-master-key': 'compare-master' }) {
  const response = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const json = await response.json();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(json)}`);
  return json;
}

const signedIn = { requiresAuthentication: true };
await call('/schemas/Thing', {
  className: 'Thing',
  fields: { group: { type: 'String' }, type: { type: 'String' }, name: { type: 'String' }, properties: { type: 'Object' } },
  classLevelPermissions: { get: signedIn, find: signedIn, count: signedIn, create: signedIn, update: signedIn, delete: signedIn, addField: {} },
  indexes: { group_type: { group: 1, type: 1 } },
});
for (let n = 1; n <= +process.env.TENANTS; n++) {
  const user = await call('/users', { username: `u${n}`, password: process.env.PASSWORD, group: `g${n}` });
  await call('/roles', {
    name: `tenant${n}`, ACL: { [`role:tenant${n}`]: { read: true } },
    users: { __op: 'AddRelation', objects: [{ __type: 'Pointer', className: '_User', objectId: user.objectId }] },
  });
}

const { sessionToken } = await call('/login', { username: 'u1', password: process.env.PASSWORD }, { ...plain, 'x-parse-revocable-session': '1' });
writeFileSync(`${process.env.STATE}/parse.token`, sessionToken);
