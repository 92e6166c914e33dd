// Judges Teable's requests by Teable's own schemas. Standard input: {signature, patch, item}.
// Prints {signature, patch, item}: for each the list of what the schema finds wrong or unknown.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { signatureRoSchema, updateRecordRoSchema } = require('@teable/openapi');
const { attachmentItemSchema } = require('@teable/core');

const asked = JSON.parse(readFileSync(0, 'utf8'));
const wrong = (schema, value) => {
  const outcome = schema.strict().safeParse(value);
  return outcome.success ? [] : outcome.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
};
process.stdout.write(
  JSON.stringify({
    signature: wrong(signatureRoSchema, asked.signature),
    patch: wrong(updateRecordRoSchema, asked.patch),
    item: wrong(attachmentItemSchema, asked.item),
  }),
);
