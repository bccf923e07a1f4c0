/** Configuration file and options → configuration. Options win over the file, key by key. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import {
  type CollectorConfig,
  type CollectorConfigInput,
  ConfigError,
  OPTIONS,
  decodeCollectorConfig,
} from '../contract/collector-config';
import { isLoopback } from './api/guard';

/**
 * @param file path of a YAML or JSON file, or null
 * @param options what was given on the command line
 * @throws ConfigError
 */
export function loadConfig(file: string | null, options: Partial<CollectorConfigInput>): CollectorConfig {
  const fromFile = file === null ? {} : readConfigFile(file);
  // Decoded alone first, so that a message names the file for what the file says.
  if (file !== null) decodeCollectorConfig(fromFile, file);
  return decodeCollectorConfig({ ...(fromFile as object), ...options }, OPTIONS);
}

/** @throws ConfigError when there is no proc file system, instead of following no process for ever */
export function checkRoot({ root }: CollectorConfig): void {
  try {
    if (/^btime \d/m.test(readFileSync(path.join(root, 'stat'), 'utf8'))) return;
  } catch {
    // Told below, whatever the reason.
  }
  throw new ConfigError(
    `${root} is no proc file system: ${path.join(root, 'stat')} does not tell when this host was started. Check --root, or mount it there.`
  );
}

function readConfigFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ConfigError(`The configuration ${file} cannot be read (${code}). Check the path given with --config.`);
  }
  try {
    return parse(text) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw new ConfigError(`The configuration ${file} is neither YAML nor JSON: ${reason}`);
  }
}

/** @throws ConfigError when the file is missing or empty, or when an address that others can reach has no token */
export function readToken(config: CollectorConfig): string | null {
  if (config.tokenFile === undefined) {
    if (isLoopback(config.listen.host)) return null;
    throw new ConfigError(
      `${config.listen.host} can be reached by others, and layouts tell a lot about processes. Give a token with --token-file, or listen on 127.0.0.1.`
    );
  }
  let token: string;
  try {
    token = readFileSync(config.tokenFile, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ConfigError(`The token file ${config.tokenFile} cannot be read (${code}). Check the path and its owner.`);
  }
  if (/^\S{16,}$/.test(token)) return token;
  throw new ConfigError(
    `The token in ${config.tokenFile} needs 16 characters or more and no spaces. Make one: openssl rand -hex 32`
  );
}

/** Where layouts are kept unless told otherwise: the user's state directory, else the working directory. */
export function defaultDataPath(environment: Readonly<Record<string, string | undefined>>): string {
  const state = environment['XDG_STATE_HOME'];
  return state && path.isAbsolute(state)
    ? path.join(state, 'plateau', 'layouts.sqlite')
    : path.join('.plateau', 'layouts.sqlite');
}
