/**
 * The oldest supported Grafana shares its own packages with plugins: a name that it does not export is undefined there.
 * The list beside this file holds the names that the type declarations of the three packages export in 10.1.0.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const src = path.join(import.meta.dirname, '..', '..', '..', 'src');
/** What Grafana 10.1 shares; everything else that a browser file imports at run time ends up in the bundle. */
const SHARED = ['@grafana/data', '@grafana/ui', '@grafana/runtime', 'react', 'react-dom', 'rxjs', '@emotion/css'];

const exported = new Map<string, Set<string>>();
const list = readFileSync(path.join(import.meta.dirname, 'grafana-10.1.0-exports.txt'), 'utf8');
for (const block of list.split(/^(?=@)/m)) {
  const [name, ...names] = block.split(/\s+/).filter(Boolean);
  if (name) exported.set(name, new Set(names));
}

const browserFiles = ['frontend', 'panel']
  .filter((room) => existsSync(path.join(src, room)))
  .flatMap((room) =>
    readdirSync(path.join(src, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => path.join(room, file))
  );

interface Import {
  from: string;
  /** Names that exist at run time; `*` for a whole package. */
  names: string[];
}

function runtimeImports(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(src, file), 'utf8'), ts.ScriptTarget.Latest);
  return source.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
    const clause = statement.importClause;
    if (clause?.isTypeOnly || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const bindings = clause?.namedBindings;
    const names =
      bindings && ts.isNamedImports(bindings)
        ? bindings.elements.filter((one) => !one.isTypeOnly).map((one) => (one.propertyName ?? one.name).text)
        : ['*'];
    return names.length === 0 ? [] : [{ from: statement.moduleSpecifier.text, names }];
  });
}

test.each(['module.ts', ...browserFiles])('%s runs in Grafana 10.1', (file) => {
  for (const { from, names } of runtimeImports(file)) {
    if (from.startsWith('.')) continue;
    expect(SHARED, `${file} imports ${from}`).toContain(from);
    const known = exported.get(from);
    for (const name of names) if (known && name !== '*') expect(known.has(name), `${from} has ${name}`).toBe(true);
  }
});

test('the list tells old names from new ones', () => {
  expect(exported.get('@grafana/ui')?.has('Select')).toBe(true);
  expect(exported.get('@grafana/ui')?.has('Combobox')).toBe(false);
});
