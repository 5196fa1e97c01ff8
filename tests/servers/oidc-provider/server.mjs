// An independent OpenID provider for the tests: panva's oidc-provider with nearly everything on.
// Told by the environment: ISSUER, CLIENTS (a JSON list of client metadata), TLS_CERT and TLS_KEY
// (PEM files, for an https issuer), and PKCE=required.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

import { Provider } from 'oidc-provider';

const { ISSUER, CLIENTS, TLS_CERT, TLS_KEY, PKCE } = process.env;
const SECURE = new URL(ISSUER).protocol === 'https:';

const jwk = (kid, alg, type, options) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  kid,
  alg,
});

const configuration = {
  clients: JSON.parse(CLIENTS),
  jwks: {
    keys: [
      jwk('rsa', 'RS256', 'rsa', { modulusLength: 2048 }),
      jwk('ec', 'ES256', 'ec', { namedCurve: 'P-256' }),
    ],
  },
  cookies: { keys: ['a key only for tests'] },
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  scopes: ['openid', 'offline_access', 'photos'],
  acrValues: ['urn:example:silver', 'urn:example:gold'],
  responseTypes: [
    'code',
    'id_token',
    'id_token token',
    'code id_token',
    'code token',
    'code id_token token',
    'none',
  ],
  clientAuthMethods: [
    'none',
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
  ],
  enabledJWA: {
    clientAuthSigningAlgValues: ['HS256', 'RS256', 'PS256', 'ES256'],
    idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'HS256'],
    userinfoSigningAlgValues: ['RS256', 'ES256'],
    idTokenEncryptionAlgValues: ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES'],
    idTokenEncryptionEncValues: ['A128CBC-HS256', 'A256GCM'],
  },
  features: {
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true }, // pages without scripts; any user name signs in
    encryption: { enabled: true },
    introspection: { enabled: true },
    jwtUserinfo: { enabled: true },
    registration: { enabled: true },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
    resourceIndicators: { enabled: false },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  pkce: { required: () => PKCE === 'required' },
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  conformIdTokenClaims: false, // profile claims in the id token too
  // Clients live on loopback here; the dispatcher that is left out would refuse to call them.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  ttl: {
    AccessToken: 3600,
    AuthorizationCode: 60,
    ClientCredentials: 600,
    Grant: 3600,
    IdToken: 3600,
    Interaction: 3600,
    RefreshToken: 3600,
    Session: 3600,
  },
  findAccount: async (ctx, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id,
      name: `${id} of the tests`,
      email: `${id}@example.com`,
      email_verified: true,
    }),
  }),
};

const provider = new Provider(ISSUER, configuration);

// The tests' callbacks are on http and localhost, which front-channel tokens may not use elsewhere.
const { invalidate } = provider.Client.Schema.prototype;
provider.Client.Schema.prototype.invalidate = function relaxed(message, code) {
  if (!['implicit-force-https', 'implicit-forbid-localhost'].includes(code)) {
    invalidate.call(this, message, code);
  }
};

provider.on('server_error', (ctx, error) => console.error(error));
for (const name of ['authorization', 'grant', 'registration_create', 'backchannel', 'userinfo']) {
  provider.on(`${name}.error`, (ctx, error) => {
    console.error(name, error.error, error.error_description, error.error_detail ?? '');
  });
}

const handler = provider.callback();
const server = SECURE
  ? https.createServer({ cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) }, handler)
  : http.createServer(handler);
server.listen(Number(new URL(ISSUER).port), '127.0.0.1');
