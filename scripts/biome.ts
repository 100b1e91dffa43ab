/** Runs the linter and formatter from the platform package npm installed, because the umbrella package needs an install script. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const platformPackage = `@biomejs/cli-${process.platform}-${process.arch}`;

function binary(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${platformPackage}/package.json`);
    return join(dirname(manifest), process.platform === 'win32' ? 'biome.exe' : 'biome');
  } catch {
    return undefined;
  }
}

const path = binary();
if (path === undefined) {
  console.error(
    `lint: ${platformPackage} is not installed. Install it with: npm install --no-save ${platformPackage}`,
  );
  process.exit(2);
}
process.exit(spawnSync(path, process.argv.slice(2), { stdio: 'inherit' }).status ?? 1);
