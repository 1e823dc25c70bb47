// Looks at the site in a headless Chromium: dead links, console errors, accessibility, search.
// Usage: node site.mjs SITE [SCREENSHOTS]
import { readFileSync, readdirSync, statSync, existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL, fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [site, screenshots] = process.argv.slice(2).map((path) => resolve(path));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const failures = [];
const fail = (text) => failures.push(text);

const files = (directory) =>
  readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
const pages = files(site).filter((path) => path.endsWith(".html"));
const address = (path) => pathToFileURL(join(site, path)).href;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});
const context = await browser.newContext();
const page = await context.newPage();
page.on("console", (message) => ["error", "warning"].includes(message.type()) && fail(`${page.url()}: ${message.text()}`));
page.on("pageerror", (error) => fail(`${page.url()}: ${error}`));
page.on("request", (request) => request.url().startsWith("file:") || fail(`${page.url()} fetches ${request.url()}`));

// Every page: its ids, and its links to others.
const ids = new Map();
const links = [];
for (const path of pages) {
  await page.goto(pathToFileURL(path).href);
  const found = await page.evaluate(() => ({
    ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
    links: [...document.querySelectorAll("[href], [src]")].map((element) => element.href || element.src),
    titled: Boolean(document.title) && document.querySelectorAll("h1").length === 1,
  }));
  if (!found.titled) fail(`${path} has no title, or not one heading`);
  if (new Set(found.ids).size !== found.ids.length) fail(`${path} has an id twice`);
  ids.set(path, new Set(found.ids));
  links.push(...found.links.map((link) => [path, link]));
}
for (const [path, link] of links) {
  const url = new URL(link);
  if (url.protocol !== "file:") { fail(`${path} links to ${link}`); continue; }
  const target = fileURLToPath(url.href.split("#")[0]);
  if (!existsSync(target)) fail(`${path} links to ${link}, which is not there`);
  else if (url.hash && !ids.get(target)?.has(decodeURIComponent(url.hash.slice(1)))) fail(`${path} links to ${link}, which has no such id`);
}

// Accessibility, light and dark, wide and narrow; no page is wider than the screen.
const sample = [
  "index.html", "types.html", "matrix.html", "releases.html", "watch.html", "data.html",
  ...["events", "types", "releases"].flatMap((kind) => {
    const names = readdirSync(join(site, kind)).sort();
    // The largest page of a kind, and one out of ten.
    const largest = names.reduce((a, b) => (statSync(join(site, kind, a)).size < statSync(join(site, kind, b)).size ? b : a));
    return [largest, ...names.filter((name, at) => at % 10 === 0 && name !== largest)].map((name) => `${kind}/${name}`);
  }),
];
let rules = 0;
for (const [width, colorScheme] of [[1280, "light"], [400, "dark"]]) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  for (const path of sample) {
    await page.goto(address(path));
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (overflow > 0) fail(`${path} is ${overflow} pixels wider than ${width}`);
    await page.evaluate(axe);
    const result = await page.evaluate(() => window.axe.run({ preload: false }));
    rules += result.passes.length;
    for (const violation of result.violations) {
      const serious = ["serious", "critical"].includes(violation.impact);
      const text = `${path} (${width}, ${colorScheme}): ${violation.impact} ${violation.id}: ${violation.nodes[0].html}`;
      if (serious) fail(text);
      else console.log(`note: ${text}`);
    }
    if (screenshots) {
      mkdirSync(screenshots, { recursive: true });
      await page.screenshot({ path: join(screenshots, `${path.replaceAll("/", "-")}-${width}.png`), fullPage: true });
    }
  }
}

// Search finds an event by its name, by a member and by a word of its text.
const search = async (from, query, expected) => {
  await page.goto(address(from));
  await page.keyboard.press("/");
  await page.keyboard.type(query);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/${expected}`, { timeout: 5000 }).catch(() => fail(`searching ${query} led to ${page.url()}, not to ${expected}`));
};
await search("index.html", "block_io", "events/BLOCK_IO_ERROR.html");
await search("types/JobType.html", "write-threshold", "events/BLOCK_WRITE_THRESHOLD.html#data.write-threshold");
await search("matrix.html", "crash kernel", "events/GUEST_CRASHLOADED.html");
await page.goto(address("index.html"));
await page.fill("#search", "no such thing");
if ((await page.textContent("#found")) !== "Nothing found") fail("a search without result does not say so");
await page.fill("#search", "job");
if ((await page.locator("#found [role=option]").count()) < 5) fail("few events about jobs");
await page.keyboard.press("Escape");
if (await page.isVisible("#found")) fail("Escape does not close the search");

// Without scripts everything is there but the search.
const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
await plain.goto(address("index.html"));
if (await plain.isVisible("form.search")) fail("the search shows without scripts");
if ((await plain.locator(".list a").count()) < 50) fail("the list is short without scripts");

await browser.close();
console.log(`${pages.length} pages, ${links.length} links, ${sample.length * 2} looks with axe-core, ${rules} rules passed`);
if (pages.length < 100 || links.length < 1000) fail("the site is smaller than it should be");
for (const text of failures.slice(0, 40)) console.error(`error: ${text}`);
if (failures.length) { console.error(`${failures.length} defects`); process.exit(1); }
