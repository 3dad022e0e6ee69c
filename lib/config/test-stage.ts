/** What tests of the configuration share: a directory for each of them, and what is read from a stowage.yaml there. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import type { Config } from './config.ts';
import { loadConfig } from './load.ts';
import { isConfigError, type ConfigError } from './problems.ts';

export interface ConfigStage {
  /** A path in the directory of the test. */
  at(name: string): string;
  /** `yaml`: the text of stowage.yaml, null for none. */
  load(yaml: string | null, env?: Record<string, string>): Config;
  /** The error of a configuration that must be refused. */
  refusal(yaml: string | null, env?: Record<string, string>): ConfigError;
  /** The only problem, as `line key: message remedy`. */
  problem(yaml: string | null, env?: Record<string, string>): string;
}

/** For the top level of a test file. */
export function stageConfig(): ConfigStage {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'stowage-config-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const at: ConfigStage['at'] = (name) => path.join(directory, name);
  const load: ConfigStage['load'] = (yaml, env = {}) => {
    if (yaml !== null) writeFileSync(at('stowage.yaml'), yaml);
    return loadConfig(env, directory);
  };
  const refusal: ConfigStage['refusal'] = (yaml, env) => {
    try {
      load(yaml, env);
    } catch (error) {
      assert.ok(isConfigError(error), String(error));
      assert.ok(!existsSync(at('data')), 'nothing is written when the configuration is wrong');
      return error;
    }
    assert.fail('the configuration was accepted');
  };
  const problem: ConfigStage['problem'] = (yaml, env) => {
    const { problems } = refusal(yaml, env);
    assert.equal(problems.length, 1, JSON.stringify(problems, null, 2));
    const [{ line, key, message, remedy } = assert.fail()] = problems;
    return `${line ?? 'env'} ${key}: ${message} ${remedy}`;
  };
  return { at, load, refusal, problem };
}

/** An entry of `stores`; `more`: further lines of it. */
export const store = (id: string, more = '') =>
  `  - id: ${id}\n    driver: filesystem\n    options: { path: /srv/${id} }\n${more}`;
