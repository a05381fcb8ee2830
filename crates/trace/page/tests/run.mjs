// Bundles the unit tests and runs them with Node's own runner.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url)), out = mkdtempSync(path.join(tmpdir(), "murphy-page-"));
await build({ entryPoints: [path.join(here, "units.ts")], bundle: true, platform: "node", format: "esm", outfile: path.join(out, "units.mjs"), define: { FIXTURE: JSON.stringify(path.join(here, "review.ron")) } });
const { status } = spawnSync(process.execPath, ["--test", path.join(out, "units.mjs")], { stdio: "inherit" });
rmSync(out, { recursive: true });
process.exit(status ?? 1);
