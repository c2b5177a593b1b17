// Lighthouse, mobile profile, on pages of the built book, served below a path and compressed as a project site serves them.
//
//   npm install --prefix /some/scratch/folder lighthouse@12.6.1    (the last that runs on Node 18 and 20)
//   NODE_PATH=/some/scratch/folder/node_modules node benchmarks/lighthouse.mjs [--runs 3] [--least 98] [page ...]
//
// Without pages: every page of the table of contents, the generated ones, and search. Prints the median of the runs, and with
// --least ends in failure when a performance score is below it or another score below 100. No part of the tests: the score of
// performance depends on how busy the machine is.
import { createServer } from "node:http";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const outside = createRequire(join(process.env.NODE_PATH ?? ".", "x.js"));
const load = async (name) => import(pathToFileURL(outside.resolve(name)));
const { default: lighthouse } = await load("lighthouse");
const { launch } = await load("chrome-launcher");

const HTML = process.env.BOOK ?? new URL("../_build/html/", import.meta.url).pathname;
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json" };
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

const given = process.argv.slice(2);
const option = (name, otherwise) => {
  const at = given.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(given.splice(at, 2)[1]);
};
const runs = option("runs", 3);
const least = option("least", 0);
const folder = (name) => readdirSync(join(HTML, name)).filter((file) => file.endsWith(".html")).map((file) => `${name}/${file}`);
const pages = given.length
  ? given
  : [...folder("chapters"), ...folder("backmatter"), "evidence/models.html", "evidence/benchmarks.html", "evidence/verdict.html", "search.html", "genindex.html"];

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
  const file = join(HTML, path.replace(/^\/book\//, ""));
  if (!path.startsWith("/book/") || path.endsWith("/") || !existsSync(file)) {
    response.writeHead(404);
    response.end();
    return;
  }
  const type = TYPES[extname(file)];
  const data = type ? gzipSync(readFileSync(file), { level: 9 }) : readFileSync(file);
  response.writeHead(200, {
    "content-type": type ?? "application/octet-stream",
    "cache-control": "max-age=600",
    ...(type ? { "content-encoding": "gzip" } : {}),
  });
  response.end(data);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const chrome = await launch({ chromePath: CHROMIUM, chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"] });
let failed = 0;
for (const page of pages) {
  const reports = [];
  for (let run = 0; run < runs; run++) {
    const address = `http://localhost:${server.address().port}/book/${page}`;
    reports.push((await lighthouse(address, { port: chrome.port, output: "json", logLevel: "error" })).lhr);
  }
  const scores = Object.fromEntries(
    Object.keys(reports[0].categories).map((name) => [name, Math.round(100 * median(reports.map((report) => report.categories[name].score)))]),
  );
  const value = (audit) => median(reports.map((report) => report.audits[audit].numericValue));
  const requests = reports[0].audits["network-requests"].details.items;
  const kib = requests.reduce((sum, request) => sum + request.transferSize, 0) / 1024;
  const faults = Object.values(reports[0].categories).flatMap((category) =>
    category.auditRefs.filter((audit) => audit.weight > 0 && category.id !== "performance" && reports[0].audits[audit.id].score === 0).map((audit) => audit.id));
  console.log(
    page.padEnd(56), ...Object.values(scores).map((score) => String(score).padStart(4)),
    ` FCP ${(value("first-contentful-paint") / 1000).toFixed(1)} s  LCP ${(value("largest-contentful-paint") / 1000).toFixed(1)} s`,
    ` TBT ${value("total-blocking-time").toFixed(0).padStart(4)} ms  CLS ${value("cumulative-layout-shift").toFixed(3)}`,
    ` ${kib.toFixed(1)} KiB in ${requests.length}`, ...faults,
  );
  const { performance, ...others } = scores;
  if (least && (performance < least || Object.values(others).some((score) => score < 100))) failed++;
}
await chrome.kill();
server.close();
process.exitCode = failed ? 1 : 0;
