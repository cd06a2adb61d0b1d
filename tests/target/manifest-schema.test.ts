import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { builtInTargets, MANIFEST_FILE, TARGETS_FOLDER } from '../../harness/target/built-in.ts';
import { TARGET_SCHEMA_ID } from '../../harness/target/manifest.ts';
import { targetSchemaFile, targetSchemaText } from '../../scripts/target-schema.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('target/manifest-schema');

test('the published JSON Schema is the one that the code generates', async () => {
  const published = await readFile(targetSchemaFile, 'utf8');
  assert.is(published, await targetSchemaText(), 'run: npm run schema');
});

test('it names every field, and the switches that can be policies', async () => {
  const schema = v.parse(
    v.object({
      $id: v.string(),
      required: v.array(v.string()),
      properties: v.record(v.string(), v.looseObject({})),
      additionalProperties: v.boolean(),
    }),
    JSON.parse(await readFile(targetSchemaFile, 'utf8')),
  );
  assert.is(schema.$id, TARGET_SCHEMA_ID);
  assert.equal(schema.required, ['name', 'kind', 'description']);
  assert.equal(Object.keys(schema.properties).sort(), [
    '$schema',
    'contract',
    'description',
    'extras',
    'image',
    'kind',
    'name',
    'needs',
    'policies',
    'profiles',
  ]);
  assert.is(schema.additionalProperties, false);
  assert.match(JSON.stringify(schema.properties['policies']), /"icmp4Translate":\{"enum":\["none",/);
});

test('every manifest that ships names it, by a path that leads there', async () => {
  for (const name of (await builtInTargets()).filter((each) => each !== 'reference')) {
    const folder = join(TARGETS_FOLDER, name);
    const text = await readFile(join(folder, MANIFEST_FILE), 'utf8');
    const { $schema } = v.parse(v.object({ $schema: v.string() }), JSON.parse(text));
    assert.is(join(folder, $schema), targetSchemaFile, name);
  }
});

test.run();
