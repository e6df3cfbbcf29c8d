// An independent reader and writer of SD-JWT (@sd-jwt/core) beside ours.
//
//   node sdjwt_check.mjs DIR
//
// DIR/ours.tsv holds what we made, a line each: issuer key, binding key, nonce (empty: no binding),
// token, and the claims we say are in it.  Each must verify and show the same claims.
// Then writes DIR/theirs.tsv for us to read: key, token, the claims it must show.
// Only a positive oracle: what it wrongly accepts, our own rows refuse.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SDJwtInstance } from '@sd-jwt/core';

const dir = process.argv[2];
const b64 = (bytes) => Buffer.from(bytes).toString('base64url');
const keyOf = (x) => crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
const verifierOf = (x) => (data, signature) =>
	crypto.verify(null, Buffer.from(data), keyOf(x), Buffer.from(signature, 'base64url'));
const hasher = (data) => new Uint8Array(crypto.createHash('sha256').update(data).digest());
const saltGenerator = (n) => b64(crypto.randomBytes(n));

const lines = fs.readFileSync(path.join(dir, 'ours.tsv'), 'utf8').split('\n').filter(Boolean);
for (const line of lines) {
	const [issuer, holder, nonce, token, claims] = line.split('\t');
	const reader = new SDJwtInstance({
		verifier: verifierOf(issuer), kbVerifier: verifierOf(holder), hasher, hashAlg: 'sha-256',
	});
	// Exercise time is not the clock of this machine; the library would refuse an iat ahead of it.
	const currentDate = 1900000000;
	const shown = await reader.verify(token,
		nonce ? { keyBindingNonce: nonce, currentDate } : { currentDate });
	const payload = { ...shown.payload };
	delete payload._sd_alg;
	assert.deepEqual(payload, JSON.parse(claims));
	if (nonce)
		assert.equal(shown.kb.payload.nonce, nonce);
	const at = token.indexOf('.') + 10;
	const flipped = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
	await assert.rejects(async () => reader.verify(flipped, { currentDate }));
}

const pair = crypto.generateKeyPairSync('ed25519');
const signer = (data) => b64(crypto.sign(null, Buffer.from(data), pair.privateKey));
const x = pair.publicKey.export({ format: 'jwk' }).x;
const writer = new SDJwtInstance({
	signer, signAlg: 'Ed25519', verifier: verifierOf(x), hasher, hashAlg: 'sha-256', saltGenerator,
});
const inputs = [
	[{ kind: 'incident', n: 1 }, { _sd: ['kind'] }, { kind: true }],
	[{ kind: 'incident', n: 1 }, { _sd: ['kind', 'n'], _sd_decoy: 5 }, { n: true }],
	[{ place: { a: '38SME', b: '41', c: '72' } }, { _sd: ['place'], place: { _sd: ['a', 'b', 'c'] } },
		{ place: { a: true, b: true } }],
	[{ list: ['x', 'y', 'z'] }, { list: { _sd: [0, 2] } }, { list: { 2: true } }],
	[{ list: ['x', { a: 1, b: 2 }] }, { list: { _sd: [1], 1: { _sd: ['a'] } } }, { list: { 1: { a: true } } }],
	[{ text: 'کوردی العربية Möbius "quoted" \\ \u2028' }, { _sd: ['text'] }, { text: true }],
	[{ a: { b: { c: { d: [1, [2, { e: null }]] } } } }, { _sd: ['a'], a: { b: { _sd: ['c'] } } },
		{ a: { b: { c: true } } }],
	[{ nothing: 'hidden' }, undefined, {}],
];
const out = [];
for (const [claims, frame, show] of inputs) {
	const issued = await writer.issue(claims, frame);
	const presented = await writer.present(issued, show);
	for (const token of [issued, presented]) {
		const payload = { ...(await writer.verify(token)).payload };
		delete payload._sd_alg;
		out.push([x, token, JSON.stringify(payload)].join('\t'));
	}
}
fs.writeFileSync(path.join(dir, 'theirs.tsv'), out.join('\n') + '\n');
console.log(`${lines.length} of ours read, ${out.length} of theirs written`);
