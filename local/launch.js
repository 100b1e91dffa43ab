/** Starts the local run if this Node can: TypeScript files run without a flag from 22.18 on (Node documentation, "Type stripping"). */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `start: this is Node ${process.versions.node}; the local run needs Node 22.18 or later: install Node 24 from https://nodejs.org and run npm start again\n`,
  );
  process.exitCode = 2;
} else {
  await import('./start.ts');
}
