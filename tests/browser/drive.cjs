// Opens reports in Chromium and tells, as JSON, what happens there. Usage: node drive.cjs WORK FILE
// WORK is `axe`, `validate`, `use`, `narrow`, `bare` or `hostile`; CHROMIUM names the browser.
"use strict";
const fs = require("fs");

const works = {
  async validate(file) {
    const { HtmlValidate } = require("html-validate");
    const checker = new HtmlValidate({
      extends: ["html-validate:standard", "html-validate:a11y"],
      rules: {
        "prefer-native-element": ["error", { exclude: ["region"] }], // scrolling tables are regions that take focus
        "wcag/h32": "off", // forms filter while one types: there is nothing to submit
      },
    });
    const told = await checker.validateFile(file);
    return told.results.flatMap((one) => one.messages.map((said) => `${said.line}: ${said.ruleId} ${said.message}`));
  },

  axe: (file) => inBrowser(file, {}, async (page, fresh) => {
    const found = [];
    const script = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1400, 360]) {
        const one = await fresh({ colorScheme, viewport: { width, height: 900 } });
        await one.evaluate(() => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
        await one.evaluate(script);
        const told = await one.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        found.push(...told.violations.map((bad) => `${colorScheme} ${width}: ${bad.id} ${bad.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`));
        await one.close();
      }
    }
    return found;
  }),

  use: (file) => inBrowser(file, {}, async (page) => {
    const said = {};
    const shown = () => page.locator("#findings-table tbody tr[id]:visible").count();
    said.all = await shown();
    await page.selectOption("#filter-severity", { index: 1 });
    said.gravest = await shown();
    said.told = await page.textContent("#filter-count");
    await page.selectOption("#group", "file");
    said.groups = await page.locator("#findings-table .group:visible").allTextContents();
    await page.click("#filter-reset");
    said.again = await shown();
    await page.fill("#filter-text", "no such words anywhere");
    said.nothing = await shown();
    await page.click("#filter-reset");
    await page.click("#findings-table thead th:nth-child(3) button");
    const rules = await page.locator("#findings-table tbody tr[id] th").allTextContents();
    said.sorted = rules.join() === [...rules].sort().join();
    said.aria = await page.getAttribute("#findings-table thead th:nth-child(3)", "aria-sort");

    await page.locator("#register .hits a, #register .card-side a").first().click();
    const target = page.locator(":target");
    await target.locator("details[open]").waitFor();  // the page hears of a new address after the click has ended
    said.link = { id: (await target.getAttribute("id")) || "", inView: await inView(target), open: await target.locator("details[open]").count() };

    const folder = page.locator("#drawing .node", { has: page.locator(".box-folder") });
    said.folders = await folder.count();
    const before = (await page.locator("#drawing .node").allTextContents()).join();
    await folder.first().press("Enter");
    await page.waitForFunction((was) => [...document.querySelectorAll("#drawing .node")].map((one) => one.textContent).join() !== was, before);
    said.opened = await page.evaluate(() => location.hash.startsWith("#in="));
    said.crumbs = await page.locator("#crumbs").isVisible();
    await page.fill("#find", "train");
    await page.locator("#found button").first().click();
    await page.locator("#panel h3").waitFor();
    said.chosen = await page.textContent("#panel h3");
    said.reaches = await page.locator("#panel h4").allTextContents();
    await page.selectOption("#debt", "3");
    said.pale = await page.locator("#drawing .node.pale").count();
    return said;
  }),

  narrow: (file) => inBrowser(file, {}, async (page) => {
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
    const over = {};
    for (const width of [1400, 800, 500, 320]) {
      await page.setViewportSize({ width, height: 900 });
      over[width] = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    }
    return over;
  }),

  bare: (file) => inBrowser(file, { javaScriptEnabled: false }, async (page) => ({
    rows: await page.locator("#findings-table tbody tr").count(),
    filters: await page.locator("#filters").isVisible(),
    boxes: await page.locator("#drawing .node").count(),
  })),

  hostile: (file) => inBrowser(file, {}, async (page) => {
    await page.fill("#find", "a");
    await page.locator("#found button").first().click();
    await page.selectOption("#group", "file");
    await page.selectOption("#group", "rule");
    return page.evaluate(() => ({
      programs: document.querySelectorAll("script:not([type])").length,
      foreign: document.querySelectorAll("img, iframe, object, embed, link, base, video, audio").length,
      handlers: [...document.querySelectorAll("*")].filter((one) => [...one.attributes].some((its) => its.name.startsWith("on"))).length,
      addresses: [...document.querySelectorAll("a")].filter((one) => !/^(#|https:\/\/)/.test(one.getAttribute("href"))).length,
    }));
  }),
};

async function inView(locator) {
  const box = await locator.boundingBox();
  return Boolean(box) && box.y + box.height > 0 && box.y < 900;
}

// Runs `work` on the page; whatever the page asks for, logs or throws is part of the answer.
async function inBrowser(file, options, work) {
  const { chromium } = require("playwright-core");
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  const trouble = [];
  const fresh = async (more) => {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options, ...more });
    context.setDefaultTimeout(120000);
    const page = await context.newPage();
    page.on("console", (said) => trouble.push(`console: ${said.text()}`));
    page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => { trouble.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on("request", (request) => { if (!/^(file|data):/.test(request.url())) { trouble.push(`request: ${request.url()}`); } });
    await page.goto(`file://${file}`);
    return page;
  };
  try {
    const page = await fresh({});
    const answer = await work(page, fresh);
    return { answer, trouble };
  } finally {
    await browser.close();
  }
}

const [, , work, file] = process.argv;
works[work](file).then(
  (answer) => process.stdout.write(JSON.stringify(answer) + "\n"),
  (error) => { process.stderr.write(`${error.stack}\n`); process.exitCode = 1; },
);
