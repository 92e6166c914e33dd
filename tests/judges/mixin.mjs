// Judges a Mixin token by Mixin's own SDK. Standard input: {keystore, public_key (hex), method, path, jti, token}.
// Prints {token, verified}: the SDK's token for the same request at the same time, and whether ours verifies.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { signAccessToken } from '@mixin.dev/mixin-node-sdk';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const [header, payload, signature] = asked.token.split('.');
const claims = JSON.parse(Buffer.from(payload, 'base64url'));
Date.now = () => claims.iat * 1000;
const key = createPublicKey({
  key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(asked.public_key, 'hex').toString('base64url') },
  format: 'jwk',
});
const verified = verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
const token = signAccessToken(asked.method, asked.path, '', asked.jti, asked.keystore);
process.stdout.write(JSON.stringify({ token, verified }));
