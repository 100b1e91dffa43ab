/**
 * Bundles an entry point into one ES module with its source map, in this process: no Docker, no network, no npx. The same
 * sources give the same bytes wherever the output goes, so an unchanged function is not deployed again.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync, version as esbuildVersion } from 'esbuild';
import { type Bundle, type BundleCache, bundleCache } from './bundle-cache.ts';

const REPOSITORY = dirname(dirname(import.meta.dirname));

/**
 * CommonJS dependencies call require(), which an ES module does not have. The line before them makes one, under a name that no
 * dependency uses.
 */
const BANNER =
  "import { createRequire as streamkeeperCreateRequire } from 'node:module'; const require = streamkeeperCreateRequire(import.meta.url);";

/** `entry`: a file that exports `handler`, from the repository's root. The function's handler is then `index.handler`. */
export function bundledCode(entry: string): Code {
  return Code.fromAsset(join(REPOSITORY, dirname(entry)), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Asked for by CDK, used only if the local bundling below declined, which it never does.
      image: DockerImage.fromRegistry('not-used'),
      // Two entries of one folder are two bundles: CDK tells them apart by their options.
      command: [entry],
      local: {
        tryBundle(folder) {
          bundle(entry, folder);
          return true;
        },
      },
    },
  });
}

/** Writes `index.mjs` and `index.mjs.map` into `folder`, and makes it if need be. @throws Error when the entry does not build */
export function bundle(entry: string, folder: string, cache: BundleCache = CACHE): void {
  const options = optionsOf(entry);
  const files = cache.take(JSON.stringify([esbuildVersion, options]), () => make(options));
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
}

const CACHE = bundleCache(join(REPOSITORY, 'node_modules', '.cache', 'streamkeeper', 'bundles'), REPOSITORY, [
  'package-lock.json',
  'package.json',
  'tsconfig.json',
]);

function make(options: ReturnType<typeof optionsOf>): Bundle {
  const { outputFiles, metafile } = buildSync(options);
  return {
    files: outputFiles.map((file) => ({ name: basename(file.path), text: file.text })),
    inputs: Object.keys(metafile.inputs),
  };
}

function optionsOf(entry: string) {
  return {
    absWorkingDir: REPOSITORY,
    entryPoints: [entry],
    // Not where it is written: paths in the source map are relative to this, and should be those of the repository.
    outfile: join(REPOSITORY, 'index.mjs'),
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    // Errors are told apart by their names in logs and alarms, so classes keep them.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    // The SDK too, in the version this repository is tested with: the runtime's own changes without a deployment.
    external: [],
    banner: { js: BANNER },
    logLevel: 'silent',
  } satisfies BuildOptions;
}
