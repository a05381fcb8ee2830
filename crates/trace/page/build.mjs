// Builds the page into one file: template, style and script, with places for the data that Murphy puts in.
import { build } from "esbuild";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const bundled = async (entry) => {
  const result = await build({
    entryPoints: [path.join(here, "src", entry)], bundle: true, minify: true, write: false, format: "iife", target: "es2022",
    jsx: "automatic", jsxImportSource: "preact", legalComments: "none", charset: "utf8",
  });
  return result.outputFiles[0].text.trim();
};

const [template, style, script] = await Promise.all([
  readFile(path.join(here, "src", "page.html"), "utf8"), bundled("style.css"), bundled("main.tsx"),
]);
if (script.includes("</script") || style.includes("</style")) throw new Error("the bundle would end its own element");
// Functions, because a replacement text gives dollar signs a meaning.
const page = template.replace("/*style*/", () => style).replace("/*script*/", () => script);
await mkdir(path.join(here, "dist"), { recursive: true });
await writeFile(path.join(here, "dist", "page.html"), page);
console.log(`dist/page.html: ${(page.length / 1024).toFixed(0)} KiB`);
