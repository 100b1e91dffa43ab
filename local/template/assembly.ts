/** Reads what `cdk synth` wrote: the stacks of the assembly, their resources, and where the functions' bundles lie. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf, Problem } from '../problem.ts';

export interface Assembly {
  /** In the order of deployment: a stack comes after those it depends on. */
  readonly stacks: readonly StackTemplate[];
}

export interface StackTemplate {
  readonly name: string;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: Readonly<Record<string, TemplateOutput>>;
  /** Folder of a bundle by the hash it carries in the template (`Code.S3Key`, less `.zip`). */
  readonly bundles: ReadonlyMap<string, string>;
}

export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly dependsOn: readonly string[];
}

export interface TemplateOutput {
  readonly Value: unknown;
  readonly Export?: { readonly Name: unknown };
}

interface ManifestFile {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface Artifact {
  readonly type: string;
  readonly dependencies?: readonly string[];
  readonly displayName?: string;
  readonly properties?: { readonly templateFile?: string; readonly stackName?: string };
}

interface TemplateFile {
  readonly Resources?: Readonly<
    Record<
      string,
      { Type: string; Properties?: Record<string, unknown>; DependsOn?: string | readonly string[] }
    >
  >;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

interface AssetsFile {
  readonly files?: Readonly<Record<string, { readonly source?: { readonly path?: string } }>>;
}

/** @throws Problem when the folder holds no assembly */
export function readAssembly(folder: string): Assembly {
  const artifacts = readJson<ManifestFile>(join(folder, 'manifest.json')).artifacts ?? {};
  const ids = Object.keys(artifacts).filter((id) => artifacts[id]?.type === 'aws:cloudformation:stack');
  const ordered = inOrderOfDependencies(ids, (id) => artifacts[id]?.dependencies ?? []);
  return { stacks: ordered.map((id) => readStack(folder, id, artifacts[id])) };
}

function readStack(folder: string, id: string, artifact: Artifact | undefined): StackTemplate {
  const template = readJson<TemplateFile>(
    join(folder, artifact?.properties?.templateFile ?? `${id}.template.json`),
  );
  const assets = readJson<AssetsFile>(join(folder, `${id}.assets.json`));
  const resources = Object.entries(template.Resources ?? {}).map(
    ([logicalId, resource]): [string, TemplateResource] => [
      logicalId,
      {
        logicalId,
        type: resource.Type,
        properties: resource.Properties ?? {},
        dependsOn: [resource.DependsOn ?? []].flat(),
      },
    ],
  );
  const bundles = Object.entries(assets.files ?? {}).flatMap(([hash, { source }]): [string, string][] =>
    source?.path === undefined ? [] : [[hash, join(folder, source.path)]],
  );
  return {
    name: artifact?.properties?.stackName ?? artifact?.displayName ?? id,
    resources: new Map(resources),
    outputs: template.Outputs ?? {},
    bundles: new Map(bundles),
  };
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    throw new Problem(`${path}: not part of a synthesized app (${lineOf(error)}); synthesize it again`);
  }
}

function inOrderOfDependencies(
  ids: readonly string[],
  dependenciesOf: (id: string) => readonly string[],
): string[] {
  const ordered = new Set<string>();
  const visit = (id: string) => {
    if (ordered.has(id) || !ids.includes(id)) return;
    for (const dependency of dependenciesOf(id)) visit(dependency);
    ordered.add(id);
  };
  for (const id of ids) visit(id);
  return [...ordered];
}
