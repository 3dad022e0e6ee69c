import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '#lib/contract/errors.ts';
import { assertAccessRules, matchesPath, ruleLimitCount, rulePathLimitCharacters } from './access-rules.ts';
import { systemActor } from './actor.ts';

const rule = (method: string, path: string, service = 'image') => ({ id: '1', service, method, path });

test('a star and a name stand for one part of the path, two stars for any number', () => {
  assert.ok(matchesPath('/v2/images', '/v2/images'));
  assert.ok(!matchesPath('/v2/images', '/v2/images/1'));
  assert.ok(matchesPath('/v2/images/*', '/v2/images/1'));
  assert.ok(!matchesPath('/v2/images/*', '/v2/images/1/file'));
  assert.ok(!matchesPath('/v2/images/*', '/v2/images/'));
  assert.ok(matchesPath('/v2/images/{image_id}/file', '/v2/images/1/file'));
  assert.ok(!matchesPath('/v2/images/{image_id}/file', '/v2/images/1/2/file'));
  assert.ok(matchesPath('/v2/**', '/v2/images/1/file'));
  assert.ok(!matchesPath('/v2/**', '/v3/images'));
  assert.ok(matchesPath('**', '/v2/images'));
});

test('what means something in a regular expression means itself in a rule', () => {
  assert.ok(!matchesPath('/v2/image.', '/v2/images'));
  assert.ok(matchesPath('/v2/a.b(c)+', '/v2/a.b(c)+'));
  assert.ok(!matchesPath('/v2/a|/v2/b', '/v2/b'));
});

test('no rule takes long, whatever its holder writes into it', () => {
  const path = `/${'a'.repeat(2_000)}`;
  const worst = ['**'.repeat(112), `**${'a'.repeat(223)}`, `/**${'*a'.repeat(110)}b`];
  for (const pattern of worst) assert.ok(pattern.length <= rulePathLimitCharacters);
  const accessRules = Array.from({ length: ruleLimitCount }, (_, index) =>
    rule('GET', `${worst[index % 3]}/`),
  );
  const startedAt = performance.now();
  assert.throws(() =>
    assertAccessRules({ ...systemActor, accessRules }, { method: 'GET', url: `http://stowage/image${path}` }),
  );
  const milliseconds = performance.now() - startedAt;
  assert.ok(milliseconds < 3_000, `${milliseconds} ms`);
  assert.ok(matchesPath('/**/**/**/x', '/1/2/3/4/x') && !matchesPath('/**/y', '/1/2/x'));
  assert.ok(!matchesPath('**', `/${'a'.repeat(1_000_000)}`), 'no such path is anything that a rule names');
});

test('a restricted caller may do what a rule names and nothing else', () => {
  const actor = {
    ...systemActor,
    accessRules: [rule('GET', '/v2/images'), rule('POST', '/v3/x', 'identity')],
  };
  const refused = (method: string, url: string, who = actor) =>
    assert.throws(
      () => assertAccessRules(who, { method, url: `http://stowage${url}` }),
      (error) => hasCode(error, 'unauthenticated'),
    );
  const allowed = (method: string, url: string, who = actor) =>
    assertAccessRules(who, { method, url: `http://stowage${url}` });
  allowed('GET', '/image/v2/images?limit=1');
  refused('POST', '/image/v2/images');
  refused('GET', '/image/v2/images/1');
  refused('GET', '/api/v1/images');
  refused('GET', '/identity/v3/users');
  allowed('GET', '/identity/v3/auth/tokens');
  refused('DELETE', '/identity/v3/auth/tokens');
  allowed('DELETE', '/image/v2/images/1', { ...actor, accessRules: null } as never);
  allowed('DELETE', '/image/v2/images/1', { ...actor, serviceRoles: ['service'] });
  refused('GET', '/image/v2/images', { ...actor, accessRules: [] });
});
