// The published clients, unchanged, against a running service: a person enrols an authenticator app, signs in at an OpenID Connect
// client by the pages, and the client does everything that it has methods for. Pages are followed as a browser does without scripts.
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { generate } from 'otplib';

const [baseURL] = process.argv.slice(2);
const email = `oidc-${Date.now()}@example.com`;
const password = 'plum-Ladder-97-river';
const redirectURI = 'https://shop.example/callback';

const post = (path, body, token) => fetch(baseURL + path, {
  method: 'POST',
  headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  body: JSON.stringify(body),
});

// A browser: keeps cookies, follows redirects of this site, and fills in forms.
const jar = new Map();
async function browse(address, form) {
  const url = new URL(address, baseURL);
  if (url.origin !== baseURL) return { url };
  const response = await fetch(url, {
    method: form ? 'POST' : 'GET',
    body: form && new URLSearchParams(form),
    redirect: 'manual',
    headers: {
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      // What browsers send from a page that says no-referrer.
      ...(form && { origin: 'null', 'sec-fetch-site': 'same-origin' }),
    },
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
    if (/expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
    else jar.set(name, value);
  }
  const location = response.headers.get('location');
  return location ? browse(new URL(location, url)) : { url, status: response.status, html: await response.text(), policy: response.headers.get('content-security-policy') };
}

const decode = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#x2B;', '+').replaceAll('&#x27;', "'");

function submit(page, button, typed = {}) {
  const form = [...page.html.matchAll(/<form method="post" action="([^"]+)">(.*?)<\/form>/gs)].find((f) => f[2].includes(`>${button}</button>`));
  assert.ok(form, `no button "${button}" on: ${page.html}`);
  const hidden = Object.fromEntries([...form[2].matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((m) => [m[1], decode(m[2])]));
  const [, name, value] = form[2].match(new RegExp(`<button type="submit" name="([^"]+)" value="([^"]+)"[^>]*>${button}</button>`)) ?? [];
  return browse(decode(form[1]), { ...hidden, ...typed, ...(name ? { [name]: value } : {}) });
}

const follow = (page) => browse(decode(page.html.match(/<a href="([^"]+)">Continue/)[1]));

// Enrol with a library that is not ours.
const { accessToken } = await (await post('/api/auth/signup', { email, password, name: 'Ada' })).json();
const { secret } = await (await post('/api/auth/2fa/enable', { password }, accessToken)).json();
const code = (ahead) => generate({ secret, epoch: Math.floor(Date.now() / 1000) + ahead });
assert.equal((await post('/api/auth/2fa/verify', { code: await code(0) }, accessToken)).status, 200);

const config = await oidc.discovery(new URL(baseURL), 'shop', 'a-secret-of-the-shop-that-is-long-enough', undefined, { execute: [oidc.allowInsecureRequests] });
const server = config.serverMetadata();
assert.deepEqual(server.code_challenge_methods_supported, ['S256']);
assert.deepEqual(server.id_token_signing_alg_values_supported, ['ES256']);
assert.equal(server.jwks_uri, `${baseURL}/.well-known/jwks`);

async function begin(parameters = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectURI, scope: 'openid profile email offline_access things:read', state, nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...parameters,
  });
  return { url, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true } };
}

// Sign in: password, second factor, consent.
const first = await begin();
let page = await browse(first.url);
assert.match(page.html, /<h1>Sign in<\/h1>/);
page = await submit(page, 'Sign in', { email, password });
assert.match(page.html, /Your second factor/);
assert.equal((await browse('/api/auth/session')).status, 401);
page = await submit(page, 'Continue', { code: await code(30) });
page = await follow(page);
assert.match(page.html, /Let The Shop in\?/);
assert.match(page.html, /See things/);
assert.match(page.policy, /form-action 'self' https:\/\/shop\.example;/);
const consent = page;
const denied = await submit(consent, 'Deny');
assert.equal(denied.url.searchParams.get('error'), 'access_denied');
page = await submit(consent, 'Allow');
assert.equal(page.url.origin + page.url.pathname, redirectURI);
const tokens = await oidc.authorizationCodeGrant(config, page.url, first.checks);
const claims = tokens.claims();
assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa']);
assert.equal(claims.email, email);
assert.equal(claims.email_verified, false);
assert.ok(claims.sid && claims.auth_time);

// What the tokens are good for.
const person = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
assert.equal(person.name, 'Ada');
assert.equal(person.email, email);
const facts = await oidc.tokenIntrospection(config, tokens.access_token);
assert.equal(facts.active, true);
assert.equal(facts.sub, claims.sub);
assert.equal(facts.client_id, 'shop');

// A second time nobody is asked, and prompt=none works without a page.
const silent = await begin({ prompt: 'none' });
page = await browse(silent.url);
const again = await oidc.authorizationCodeGrant(config, page.url, silent.checks);
assert.notEqual(again.claims().sid, claims.sid);
const strict = await begin({ prompt: 'login' });
assert.match((await browse(strict.url)).html, /<h1>Sign in<\/h1>/);

// Refresh rotates; the family ends when a spent token comes back.
const next = await oidc.refreshTokenGrant(config, again.refresh_token);
assert.notEqual(next.refresh_token, again.refresh_token);
await assert.rejects(oidc.refreshTokenGrant(config, again.refresh_token), { error: 'invalid_grant' });
await assert.rejects(oidc.refreshTokenGrant(config, next.refresh_token), { error: 'invalid_grant' });
assert.equal((await oidc.tokenIntrospection(config, next.access_token)).active, false);

// Revoked: the refresh token, and with it the access token.
await oidc.tokenRevocation(config, tokens.refresh_token);
await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, claims.sub));
assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false);

// Sign out at the client: the person is asked, and comes back to it.
const last = await begin({ prompt: 'none' });
const held = await oidc.authorizationCodeGrant(config, (await browse(last.url)).url, last.checks);
page = await browse(oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: 'https://shop.example/bye', state: 'so-long', id_token_hint: held.id_token }));
assert.match(page.html, /<h1>Sign out\?<\/h1>/);
assert.equal((await browse('/api/auth/session')).status, 200);
page = await submit(page, 'Sign out');
assert.equal(page.url.href, 'https://shop.example/bye?state=so-long');
assert.equal((await browse('/api/auth/session')).status, 401);
await assert.rejects(oidc.refreshTokenGrant(config, held.refresh_token), { error: 'invalid_grant' });
const gone = await begin({ prompt: 'none' });
assert.equal((await browse(gone.url)).url.searchParams.get('error'), 'login_required');
console.log('complete');
