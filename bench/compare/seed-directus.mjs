// Directus: the collection, and a role whose policy reads and writes the rows of one tenant only.
const { URL } = process.env;
const tenant = '00000000-0000-4000-8000-000000000001';

async function call(path, body) {
  const response = await fetch(URL + path, {
    method: 'POST', headers: { authorization: 'Bearer compare-admin', 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return text ? JSON.parse(text).data : null;
}

const field = (name, type, schema = {}, meta = {}) => ({ field: name, type, schema, meta });
await call('/collections', {
  collection: 'things', schema: {}, meta: {},
  fields: [
    field('id', 'uuid', { is_primary_key: true, is_nullable: false }, { special: ['uuid'] }),
    field('group_id', 'uuid', { is_nullable: false }),
    field('type', 'string', { is_nullable: false }),
    field('name', 'string'),
    field('properties', 'json', {}, { special: ['cast-json'] }),
    field('created_at', 'timestamp', {}, { special: ['date-created'] }),
  ],
});
const own = { group_id: { _eq: tenant } };
const policy = await call('/policies', { name: 'tenant', app_access: false, admin_access: false });
await call('/permissions', { policy: policy.id, collection: 'things', action: 'read', fields: ['*'], permissions: own, validation: null });
await call('/permissions', { policy: policy.id, collection: 'things', action: 'create', fields: ['*'], permissions: null, validation: own });
const role = await call('/roles', { name: 'tenant' });
await call('/access', { role: role.id, policy: policy.id });
await call('/users', { email: 'api@example.com', role: role.id, token: 'compare-api', status: 'active' });
