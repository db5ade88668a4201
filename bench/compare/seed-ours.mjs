// Tenants, sessions and the key of the first tenant, through the gateway; on a second run only what is short-lived.
import { readFileSync, writeFileSync, existsSync } from 'node:fs';

const { GATEWAY, STATE, PASSWORD } = process.env;
const users = +process.env.USERS;
const limits = { requestsPerMinute: 60_000_000, burst: 6_000_000, apiCallsPerMonth: 2_000_000_000, things: 100_000_000, knowledge: 100_000_000, eventDays: 36_500 };

async function call(method, path, body, headers = {}) {
  const response = await fetch(GATEWAY + path, { method, headers: { 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return { json: text && JSON.parse(text), cookie: response.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ') };
}

const bearer = (token, group) => ({ authorization: `Bearer ${token}`, ...(group ? { 'x-group-id': group } : {}) });
const emailOf = (n) => `u${n}@example.com`;
const groupsFile = `${STATE}/ours.groups`;

if (!existsSync(groupsFile)) {
  const signUp = async (email) => (await call('POST', '/api/auth/signup', { email, password: PASSWORD, name: email })).json;
  const admin = await signUp('admin@oneplatform.local');
  const groups = [];
  for (let n = 1; n <= users; n++) {
    const { group, accessToken } = await signUp(emailOf(n));
    await call('PATCH', `/api/groups/${group.id}`, { settings: { limits } }, { ...bearer(admin.accessToken, group.id), 'content-type': 'application/merge-patch+json' });
    if (n === 1) {
      const key = await call('POST', '/api/api-keys', { name: 'compare', scopes: ['*'], rateLimit: { requests: 60_000_000, burst: 6_000_000 } }, bearer(accessToken));
      writeFileSync(`${STATE}/ours.key`, key.json.key);
    }
    groups.push(group.id);
  }
  writeFileSync(groupsFile, groups.join('\n') + '\n');
}

const cookies = [];
for (let n = 1; n <= users; n++) {
  cookies.push((await call('POST', '/api/auth/sign-in/email', { email: emailOf(n), password: PASSWORD })).cookie);
}

if (cookies.some((c) => !c)) throw new Error('A sign-in set no cookie.');
writeFileSync(`${STATE}/ours-auth.ids`, cookies.join('\n') + '\n');
