import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Credentials, PolicyTarget } from './policy-expression.ts';
import { policyRules } from './policy-rules.ts';
import { findPolicyProblems, openPolicy } from './policy-set.ts';

function somebody(roles: string[], more: Partial<Credentials> = {}): Credentials {
  return {
    roles,
    service_roles: [],
    user_id: 'maria',
    project_id: 'blue',
    system_scope: null,
    ...more,
  };
}

/** Whether `expression` holds, asked as the rule `upload_image`. */
function holds(expression: string, who: Credentials, target: PolicyTarget = {}): boolean {
  return openPolicy({ upload_image: expression }).allows('upload_image', who, target);
}

const problem = (expression: string) =>
  findPolicyProblems({ upload_image: expression }).map(({ message }) => message);

test('Glance’s defaults and our own parse and refer to rules that are there', () => {
  assert.deepEqual(findPolicyProblems({}), []);
  assert.equal(openPolicy().rules.length, Object.keys(policyRules).length);
});

test('roles count whatever their case, and `and` binds before `or`', () => {
  assert.ok(holds('role:Member', somebody(['member'])));
  assert.ok(!holds('role:member', somebody(['reader'])));
  assert.ok(holds('role:a or role:b and role:c', somebody(['a'])));
  assert.ok(!holds('(role:a or role:b) and role:c', somebody(['a'])));
  assert.ok(holds('not role:a and role:b', somebody(['b'])));
  assert.ok(!holds('not (role:a or role:b)', somebody(['b'])));
});

test('an empty expression and @ always hold, ! never', () => {
  assert.ok(holds('', somebody([])));
  assert.ok(holds('@', somebody([])));
  assert.ok(!holds('!', somebody(['admin'])));
  assert.ok(!holds('role:admin and !', somebody(['admin'])));
});

test('compares project, user and literals with the target, and never holds for what is missing', () => {
  const mine = { project_id: 'blue', visibility: 'public' };
  assert.ok(holds('project_id:%(project_id)s', somebody([]), mine));
  assert.ok(!holds('project_id:%(project_id)s', somebody([]), { project_id: 'red' }));
  assert.ok(!holds('project_id:%(owner)s', somebody([]), mine));
  assert.ok(!holds('project_id:%(owner)s', somebody([], { project_id: null }), { owner: null }));
  assert.ok(holds("'public':%(visibility)s", somebody([]), mine));
  assert.ok(!holds("'private':%(visibility)s", somebody([]), mine));
  assert.ok(holds('user_id:maria', somebody([])));
  assert.ok(holds('system_scope:all', somebody([], { system_scope: 'all' })));
  assert.ok(!holds('system_scope:all', somebody([])));
  assert.ok(holds('service_roles:service', somebody([], { service_roles: ['service'] })));
  assert.ok(holds('False:%(protected)s', somebody([]), { protected: false }));
});

test('rules refer to each other, and a changed one changes those that refer to it', () => {
  const policy = openPolicy({
    context_is_admin: 'role:operator',
    trusted: 'role:friend',
    copy_image: 'rule:trusted',
  });
  assert.ok(policy.allows('publicize_image', somebody(['operator']), {}));
  assert.ok(!policy.allows('publicize_image', somebody(['admin']), {}));
  assert.ok(policy.allows('copy_image', somebody(['friend']), {}));
  assert.ok(holds('is_admin:True', somebody(['admin'])));
  const listed = policy.rules.find(({ name }) => name === 'copy_image');
  assert.deepEqual(listed, { name: 'copy_image', expression: 'rule:trusted', isOverridden: true });
});

test('says what is wrong with an expression and at which character', () => {
  assert.deepEqual(problem('role:admin or'), ['At character 14: Here a check is missing.']);
  assert.deepEqual(problem('role:admin role:member'), [
    'At character 12: Between two checks stands and or or.',
  ]);
  assert.deepEqual(problem('(role:admin'), ['At character 1: This ( is not closed.']);
  assert.deepEqual(problem('role:admin)'), ['At character 11: This ) closes nothing.']);
  assert.deepEqual(problem('rolle:admin'), ['At character 1: There is no check "rolle:".']);
  assert.deepEqual(problem('project_id:%(projekt)s'), ['At character 12: There is no %(projekt)s.']);
  assert.deepEqual(problem('rule:nobody'), ['At character 6: There is no rule "nobody".']);
  assert.deepEqual(problem('admin'), [
    'At character 1: "admin" is no check: write for example role:member, rule:other or \'public\':%(visibility)s.',
  ]);
  assert.deepEqual(problem('http://policy.example/check'), ['At character 1: There is no check "http:".']);
});

test('refuses a rule that nothing knows, and rules that refer to themselves', () => {
  assert.deepEqual(
    findPolicyProblems({ uplaod_image: 'role:member' }).map(({ message, given }) => [message, given]),
    [['There is no rule "uplaod_image", and no other rule refers to it.', 'uplaod_image']],
  );
  const circle = findPolicyProblems({ default: 'rule:get_tasks' });
  assert.deepEqual(circle, [
    { rule: 'default', message: 'It refers to itself: default → get_tasks → default.' },
  ]);
});
