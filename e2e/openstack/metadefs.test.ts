/** Metadata definitions with the glance command, which checks what it sends against the schemas of the service. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireDebian } from '#e2e/support/debian.ts';
import { startServer } from '#e2e/support/server.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { openCommandServer } from './command-server.ts';
import { debianCommands } from './debian-commands.ts';

test('the glance command writes, lists, changes and deletes metadata definitions', async (context) => {
  if (!(await requireDebian(['python3-glanceclient'], context)).ok) return;
  const server = await startServer(context);
  const directory = temporaryDirectory(context);
  const through = openCommandServer(context, directory, ['glance']);
  const { glance, attempt } = debianCommands(server, directory, { through });

  const [standard, types] = await Promise.all([
    glance('md-namespace-list', '--page-size', '10', '--resource-types', 'OS::Nova::Flavor'),
    glance('md-resource-type-list'),
  ]);
  assert.match(standard, /OS::Compute::Quota/);
  assert.doesNotMatch(standard, /OS::Compute::XenAPI/);
  assert.match(types, /OS::Glance::Image/);

  await glance('md-namespace-create', '--visibility', 'public', '--description', 'Ours', 'Our::Own');
  const schema = '{"title": "Rack", "type": "string", "enum": ["north", "south"]}';
  await glance('md-property-create', '--name', 'rack', '--title', 'Rack', '--schema', schema, 'Our::Own');
  const object = '{"description": "A place", "properties": {"row": {"title": "Row", "type": "integer"}}}';
  await glance('md-object-create', '--name', 'place', '--schema', object, 'Our::Own');
  await glance('md-tag-create-multiple', '--names', 'one,two', '--delim', ',', 'Our::Own');
  await glance('md-tag-create', '--name', 'three', 'Our::Own');
  await glance('md-resource-type-associate', '--name', 'OS::Nova::Flavor', '--prefix', 'our:', 'Our::Own');

  const [shown, prefixed, tags, list] = await Promise.all([
    glance('md-namespace-show', 'Our::Own'),
    glance('md-namespace-show', '--resource-type', 'OS::Nova::Flavor', 'Our::Own'),
    glance('md-tag-list', 'Our::Own'),
    glance('md-object-list', 'Our::Own'),
  ]);
  for (const word of ['rack', 'place', 'OS::Nova::Flavor', 'Ours', 'public']) {
    assert.ok(shown.includes(word), word);
  }
  assert.match(prefixed, /our:rack/);
  for (const tag of ['one', 'two', 'three']) assert.match(tags, new RegExp(tag));
  assert.match(list, /place .*A place/);

  await glance('md-namespace-update', '--protected', 'True', '--visibility', 'public', 'Our::Own');
  const refused = await attempt('glance', 'md-namespace-delete', 'Our::Own');
  assert.match(refused.stderr + refused.stdout, /protected/);
  await glance('md-namespace-update', '--protected', 'False', '--visibility', 'public', 'Our::Own');
  await glance('md-namespace-delete', 'Our::Own');
  assert.notEqual((await attempt('glance', 'md-namespace-show', 'Our::Own')).code, 0);
});
