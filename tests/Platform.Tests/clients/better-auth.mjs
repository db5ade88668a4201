// The published client, unchanged, against the running platform: signs up, in and out, and uses every route it has for accounts and organizations.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createAuthClient } from 'better-auth/client';
import { magicLinkClient, organizationClient, twoFactorClient } from 'better-auth/client/plugins';

const [baseURL, mailURL, socialEmail] = process.argv.slice(2);
const email = `ba-${Date.now()}@example.com`;
const password = 'plum-Ladder-97-river';

const fetches = new Map();

function browser() {
  const jar = new Map();
  const customFetchImpl = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    if (jar.size) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split('; ');
      const at = pair.indexOf('=');
      if (attributes.some((a) => /^expires=Thu, 01 Jan 1970/i.test(a))) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  };
  const client = createAuthClient({ baseURL, plugins: [magicLinkClient(), organizationClient(), twoFactorClient()], fetchOptions: { customFetchImpl } });
  fetches.set(client, customFetchImpl);
  return client;
}

async function good(call) {
  const { data, error } = await call;
  assert.equal(error, null, JSON.stringify(error));
  return data;
}

async function mail(to, subject) {
  for (let i = 0; i < 200; i++) {
    const found = await (await fetch(`${mailURL}?to=${encodeURIComponent(to)}&subject=${encodeURIComponent(subject)}`)).text();
    if (found) return new URL(found).searchParams.get('token');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no mail "${subject}"`);
}

// What the browser does with the provider's address: opens it, and is led back.
async function visit(client, { url, redirect }) {
  assert.equal(redirect, true);
  const agreed = await fetch(url, { redirect: 'manual' });
  const back = new URL(agreed.headers.get('location'));
  const landed = await fetches.get(client)(`${baseURL}${back.pathname}${back.search}`, { redirect: 'manual', headers: { accept: 'text/html' } });
  assert.equal(landed.status, 302, await landed.text());
  return landed.headers.get('location');
}

function totp(uri, ahead = 0) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...new URL(uri).searchParams.get('secret')].map((c) => letters.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30000) + ahead));
  const hash = createHmac('sha1', key).update(step).digest();
  return String((hash.readInt32BE(hash.at(-1) & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
}

const client = browser();
assert.equal((await client.getSession()).data, null);
assert.equal((await good(client.signUp.email({ email, password, name: 'Ada' }))).user.email, email);
assert.equal((await good(client.getSession())).user.name, 'Ada');
assert.equal((await browser().signUp.email({ email, password, name: 'Ada' })).error.code, 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL');
assert.equal((await browser().signIn.email({ email, password: 'not-the-password' })).error.code, 'INVALID_EMAIL_OR_PASSWORD');

const second = browser();
await good(second.signIn.email({ email, password, rememberMe: true }));
const sessions = await good(client.listSessions());
assert.equal(sessions.length, 2);
const current = (await good(client.getSession())).session;
await good(client.revokeSession({ token: sessions.find((s) => s.id !== current.id).token }));
assert.equal((await second.getSession()).data, null);
await good(second.signIn.email({ email, password }));
await good(client.revokeOtherSessions());
assert.equal((await second.getSession()).data, null);

await good(client.updateUser({ name: 'Grace' }));
assert.equal((await good(client.getSession())).user.name, 'Grace');
assert.equal((await good(client.listAccounts()))[0].providerId, 'credential');
await good(client.sendVerificationEmail({ email, callbackURL: '/' }));

// Organizations are the platform's groups, and what the cookie does next happens in the one that was made active.
const { organization } = client;
async function actsIn(expected) {
  const made = await fetches.get(client)(`${baseURL}/api/things`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'note', name: 'Where am I?' }),
  });
  assert.equal(made.status, 201);
  assert.equal((await made.json()).groupId, expected);
}
const [home] = await good(organization.list());
await actsIn(home.id);
const slug = `kiln-${Date.now().toString(36)}`;
const kiln = await good(organization.create({ name: 'Kiln House', slug, logo: 'https://kiln.example/logo.svg', metadata: { trade: 'pottery' } }));
assert.equal(kiln.members[0].role, 'owner');
await actsIn(kiln.id);
assert.equal((await good(client.getSession())).session.activeOrganizationId, kiln.id);
const listed = (await good(organization.list())).find((o) => o.id === kiln.id);
assert.deepEqual([listed.name, listed.slug, listed.logo, listed.metadata.trade], ['Kiln House', slug, 'https://kiln.example/logo.svg', 'pottery']);
assert.ok(listed.createdAt);
assert.equal((await organization.create({ name: 'Another', slug })).error.code, 'ORGANIZATION_ALREADY_EXISTS');
assert.match((await organization.create({ name: 'Another', slug: 'Not a slug' })).error.message, /slug/i);
for (let i = 0; i < 5; i++) {
  assert.equal((await good(organization.setActive({ organizationId: home.id }))).id, home.id);
  await actsIn(home.id);
  assert.equal((await good(organization.setActive({ organizationSlug: slug }))).id, kiln.id);
  await actsIn(kiln.id);
}
assert.equal(await good(organization.setActive({ organizationId: null })), null);
await actsIn(home.id);
const guest = `guest-${Date.now()}@example.com`;
const invitation = await good(organization.inviteMember({ email: guest, role: 'member', organizationId: kiln.id }));
assert.deepEqual([invitation.email, invitation.role, invitation.organizationId, invitation.status], [guest, 'member', kiln.id, 'pending']);
assert.equal((await organization.inviteMember({ email: guest, role: 'member', organizationId: kiln.id })).error.code, 'USER_IS_ALREADY_INVITED_TO_THIS_ORGANIZATION');
assert.equal((await organization.inviteMember({ email: guest, role: 'emperor' })).error.status, 400);
await mail(guest, 'invited');

const stranger = browser();
await good(stranger.signUp.email({ email: `stranger-${Date.now()}@example.com`, password, name: 'Eve' }));
for (const theirs of [{ organizationId: kiln.id }, { organizationSlug: slug }, { organizationSlug: 'nobody-has-it' }]) {
  assert.equal((await stranger.organization.setActive(theirs)).error.code, 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION');
}
assert.equal((await stranger.organization.inviteMember({ email: guest, role: 'member', organizationId: kiln.id })).error.code, 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION');
assert.ok(!(await good(stranger.organization.list())).some((o) => o.id === kiln.id));
assert.equal((await browser().organization.list()).error.code, 'UNAUTHORIZED');

const social = browser();
assert.equal((await social.signIn.social({ provider: 'nowhere' })).error.code, 'PROVIDER_NOT_FOUND');
assert.equal((await social.signIn.social({ provider: 'fake', callbackURL: 'https://evil.example/' })).error.status, 400);
assert.equal(await visit(social, await good(social.signIn.social({ provider: 'fake', callbackURL: '/home' }))), '/home');
assert.equal((await good(social.getSession())).user.email, socialEmail);
assert.deepEqual((await good(social.listAccounts())).map((a) => a.providerId), ['fake']);
assert.equal((await social.unlinkAccount({ providerId: 'fake' })).error.code, 'FAILED_TO_UNLINK_LAST_ACCOUNT');
await good(social.deleteUser({ callbackURL: '/' }));

await good(fetch(`${baseURL}/api/auth/verify-email`, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: await mail(email, 'Confirm your e-mail') }),
}).then((r) => ({ data: r.ok, error: r.ok ? null : r.status })));
await visit(client, await good(client.linkSocial({ provider: 'fake', callbackURL: '/settings' })));
assert.deepEqual((await good(client.listAccounts())).map((a) => a.providerId), ['credential', 'fake']);
await visit(social, await good(social.signIn.oauth2({ providerId: 'fake', callbackURL: '/' })));
assert.equal((await good(social.getSession())).user.email, email);
await good(client.unlinkAccount({ providerId: 'fake' }));
await good(social.signOut());

const next = 'another-Ladder-98-river';
await good(client.changePassword({ currentPassword: password, newPassword: next, revokeOtherSessions: true }));
await good(client.requestPasswordReset({ email, redirectTo: '/reset' }));
await good(client.resetPassword({ newPassword: password, token: await mail(email, 'new password') }));
assert.equal((await client.getSession()).data, null);
await good(client.signIn.email({ email, password }));

const { totpURI, backupCodes } = await good(client.twoFactor.enable({ password }));
assert.equal(backupCodes.length, 10);
await good(client.twoFactor.verifyTotp({ code: totp(totpURI) }));
assert.equal((await good(client.getSession())).user.twoFactorEnabled, true);
assert.ok((await good(client.twoFactor.getTotpUri({ password }))).totpURI.startsWith('otpauth://'));
await good(client.signOut());
assert.equal((await client.getSession()).data, null);
assert.equal((await good(client.signIn.email({ email, password }))).twoFactorRedirect, true);
assert.equal((await client.getSession()).data, null);
await good(client.twoFactor.verifyTotp({ code: totp(totpURI, 1) }));
assert.equal((await good(client.getSession())).user.email, email);
await good(client.signOut());
await good(client.signIn.email({ email, password }));
await good(client.twoFactor.verifyBackupCode({ code: backupCodes[0] }));
assert.equal((await good(client.twoFactor.generateBackupCodes({ password }))).backupCodes.length, 10);
await good(client.twoFactor.disable({ password }));

await good(client.signIn.magicLink({ email, callbackURL: '/' }));
const page = await fetch(`${baseURL}/api/auth/magic-link/verify?token=${await mail(email, 'sign-in link')}&callbackURL=%2F`);
assert.equal(page.status, 200);
assert.match(await page.text(), /<form method="post" action="\/account\/magic-link">/);
await good(client.deleteUser({ password }));
assert.equal((await browser().signIn.email({ email, password })).error.code, 'INVALID_EMAIL_OR_PASSWORD');
console.log('complete');
