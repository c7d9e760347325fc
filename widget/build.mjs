// Builds dist/ from src/. With --check it builds in memory and compares with what is committed. With --release it also
// puts the files into dist/<version of package.json>/, where they stay as they are: pages may pin them by their hash.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";

const HERE = new URL("./", import.meta.url);
const BUDGET = { "v1.js": 8 * 1024, "v1-strip.js": 6 * 1024, "v1-find.js": 3 * 1024, "v1-dialog.js": 25 * 1024 };
const BANNER = "/*! Niteru widget, AGPL-3.0-or-later */";

const hash = (bytes, algorithm, encoding = "base64") => createHash(algorithm).update(bytes).digest(encoding);
/** Has V8 compile every function beside the page's main thread, as it is fetched, and not one by one on it. */
const EAGER = `//# allFunctionsCalledOnLoad\n${BANNER}`;

/** `import css from "./x.css"` gives the minified text, ready for an adopted style sheet. */
const cssText = {
  name: "css-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: "es2022" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** The dialog's words by language; its English ones, and those of the page and the strip, are in the bundles. */
async function translations() {
  const found = {};
  for (const file of (await readdir(new URL("src/words/", HERE))).sort()) {
    if (file === "en.json") continue;
    const { page, strip, pictures, ...dialog } = JSON.parse(await readFile(new URL(`src/words/${file}`, HERE), "utf8"));
    const handed = `new CustomEvent("niteru:part",{detail:${JSON.stringify(dialog)}})`;
    found[`words/${file.slice(0, -5)}.js`] = Buffer.from(`${BANNER}\ndocument.currentScript.dispatchEvent(${handed});\n`);
  }
  return found;
}

/** Terser makes of esbuild's output another three percent less. */
async function bundle(entry, define = {}, banner = BANNER) {
  const result = await build({
    absWorkingDir: HERE.pathname,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    define,
    plugins: [cssText],
  });
  const options = { ecma: 2022, compress: { ecma: 2022, passes: 3 }, format: { ecma: 2022 } };
  const { code } = await minify(result.outputFiles[0].text, options);
  return Buffer.from(`${banner}\n${code}\n`);
}

async function listSources(folder = "src/") {
  const found = [];
  for (const entry of await readdir(new URL(folder, HERE), { withFileTypes: true })) {
    if (entry.isDirectory()) found.push(...(await listSources(`${folder}${entry.name}/`)));
    else found.push(folder + entry.name);
  }
  return found;
}

async function buildAll() {
  const dialog = await bundle("src/dialog/dialog.js");
  const strip = await bundle("src/strip/strip.js", {}, EAGER);
  const find = await bundle("src/find/find.js");
  // Each part is fetched by its hash: whoever pins the loader has pinned everything.
  const named = (file, bytes) => JSON.stringify([file, hash(bytes, "sha256")]);
  const words = await translations();
  const wordsHashes = Object.entries(words).map(([file, bytes]) => [file.slice(6, -3), hash(bytes, "sha256")]);
  const define = {
    DIALOG_FILE: named("v1-dialog.js", dialog),
    STRIP_FILE: named("v1-strip.js", strip),
    FIND_FILE: named("v1-find.js", find),
    WORDS_HASHES: JSON.stringify(Object.fromEntries(wordsHashes)),
  };
  const loader = await bundle("src/loader.js", define, EAGER);
  const dist = { "v1.js": loader, "v1-strip.js": strip, "v1-find.js": find, "v1-dialog.js": dialog, ...words };

  const sources = ["build.mjs", "package.json", "package-lock.json", "tsconfig.json", ...(await listSources())].sort();
  const manifest = { sources: {}, dist: {} };
  for (const path of sources) manifest.sources[path] = hash(await readFile(new URL(path, HERE)), "sha256", "hex");
  for (const [name, bytes] of Object.entries(dist)) {
    manifest.dist[name] = {
      sha256: hash(bytes, "sha256", "hex"),
      integrity: `sha384-${hash(bytes, "sha384")}`,
      bytes: bytes.length,
      budget_gzip: BUDGET[name],
    };
  }
  return { ...dist, "manifest.json": Buffer.from(JSON.stringify(manifest, null, 2) + "\n") };
}

async function release(files) {
  const { version } = JSON.parse(await readFile(new URL("package.json", HERE), "utf8"));
  for (const [name, bytes] of Object.entries(files)) {
    const target = new URL(`dist/${version}/${name}`, HERE);
    await mkdir(new URL("./", target), { recursive: true });
    const there = await readFile(target).catch(() => null);
    if (there && !there.equals(bytes)) throw new Error(`${version} was released already: raise the version in package.json`);
    await writeFile(target, bytes);
  }
}

const files = await buildAll();
const failures = [];
await mkdir(new URL("dist/words/", HERE), { recursive: true });
for (const [name, bytes] of Object.entries(files)) {
  const target = new URL(`dist/${name}`, HERE);
  if (process.argv.includes("--check")) {
    const committed = await readFile(target).catch(() => Buffer.alloc(0));
    if (!committed.equals(bytes)) failures.push(`dist/${name} is not what src/ builds: run npm run build`);
  } else {
    await writeFile(target, bytes);
  }
  const size = gzipSync(bytes, { level: 9 }).length;
  if (BUDGET[name]) console.log(`${name}: ${bytes.length} bytes, ${size} gzipped of ${BUDGET[name]}`);
  if (size > (BUDGET[name] ?? Infinity)) failures.push(`dist/${name} is over its budget`);
}
if (process.argv.includes("--release") && !failures.length) await release(files);
for (const failure of failures) console.error(failure);
process.exitCode = failures.length ? 1 : 0;
