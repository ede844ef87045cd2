// SPDX-License-Identifier: ISC
// Converse.js in headless Chromium, by its own forms, for two users:
// converse.mjs MODULES PORT SCREENSHOT, where PORT is the node's for ws:.
// Prints what each page shows in the end.
import http from "node:http";
import net from "node:net";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [modules, port, screenshot] = process.argv.slice(2);
const { chromium } = await import(
	pathToFileURL(`${modules}/playwright-core/index.mjs`)
);
const DOMAIN = "acme.localhost";
const ROOM = `talk@rooms.${DOMAIN}`;
const PATIENCE = 120000; // of a busy machine

const page = (url) => `<!DOCTYPE html><html lang="en"><meta charset="utf-8">
<link rel="stylesheet" href="/dist/converse.min.css">
<body class="converse-fullscreen"><div id="conversejs-bg"></div>
<script type="module">
import * as all from "/dist/converse.min.js";
const converse = window.converse ?? all.default;
converse.plugins.add("probe", {
	initialize() { window.api = this._converse.api; },
});
converse.initialize({
	websocket_url: "${url}", view_mode: "fullscreen", i18n: "en",
	authentication: "login", discover_connection_methods: false,
	assets_path: "/dist/", whitelisted_plugins: ["probe"],
	play_sounds: false, show_desktop_notifications: false,
	auto_reconnect: true, allow_non_roster_messaging: true,
});
</script></body></html>`;

const types = { css: "text/css", js: "text/javascript", json: "application/json",
	wasm: "application/wasm", svg: "image/svg+xml" };

// The page, and Converse's own files.
const site = http.createServer(async (request, answer) => {
	const { pathname, searchParams } = new URL(request.url, "http://x");
	try {
		const body = pathname === "/" ? page(searchParams.get("ws"))
			: await readFile(`${modules}/converse.js${pathname}`);
		const type = types[pathname.split(".").pop()] ?? "text/html";
		answer.writeHead(200, { "Content-Type": type }).end(body);
	} catch {
		answer.writeHead(404).end();
	}
});

// A wire to the node that can be cut, and stays so until it is mended.
class Wire {
	constructor() {
		this.ends = new Set();
		this.cut = false;
		this.server = net.createServer((client) => {
			const node = net.connect(port, "127.0.0.1");
			for (const end of [client, node]) {
				this.ends.add(end);
				end.on("error", () => {});
				end.on("close", () => {
					client.destroy();
					node.destroy();
				});
			}
			if (this.cut) client.destroy();
			client.pipe(node).pipe(client);
		});
	}

	break() {
		this.cut = true;
		for (const end of this.ends) end.destroy();
		this.ends.clear();
	}

	mend() {
		this.cut = false;
	}
}

const listening = (server) => new Promise((done) =>
	server.listen(0, "127.0.0.1", () => done(server.address().port)));

class User {
	constructor(name) {
		this.name = name;
		this.wire = new Wire();
	}

	async start(browser, sitePort) {
		const ws = `ws://127.0.0.1:${await listening(this.wire.server)}/xmpp-websocket`;
		const context = await browser.newContext({
			viewport: { width: 1200, height: 900 } });
		this.page = await context.newPage();
		this.page.setDefaultTimeout(PATIENCE);
		await this.page.goto(
			`http://127.0.0.1:${sitePort}/?ws=${encodeURIComponent(ws)}`);
		await this.page.fill("input[name=jid]", `${this.name}@${DOMAIN}`);
		await this.page.fill("input[name=password]", "pw");
		await this.page.click("input[type=submit], button[type=submit]");
		await this.page.waitForFunction(() => window.api?.connection.connected());
	}

	openChat(user) {
		return this.page.evaluate(
			(jid) => window.api.chats.open(jid, {}, true).then(() => {}),
			`${user.name}@${DOMAIN}`);
	}

	enter(room) {
		return this.page.evaluate(([jid, nick]) =>
			window.api.rooms.open(jid, { nick }, true).then(() => {}),
			[room, this.name]);
	}


	async say(text) {
		const area = this.page.locator("textarea.chat-textarea:visible").first();
		await area.fill(text);
		await area.press("Enter");
	}

	async sees(text, selector = ".chat-msg__text") {
		await this.page.locator(selector).filter({ hasText: text }).first()
			.waitFor({ state: "attached" });
	}

	count(text) {
		return this.page.locator(".chat-msg__text").filter({ hasText: text })
			.count();
	}

	async tell() {
		const texts = await this.page.locator(".chat-msg__text").allInnerTexts();
		console.log(`${this.name} shows: ${texts.map((t) => t.trim()).join(", ")}`);
	}
}

const sitePort = await listening(site);
const browser = await chromium.launch({
	executablePath: "/usr/bin/chromium",
	timeout: PATIENCE,
	args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--disable-gpu-watchdog", // of a busy machine, again
		"--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync"],
});
const alice = new User("alice");
const bob = new User("bob");
let code = 0;
try {
	await alice.start(browser, sitePort);
	await bob.start(browser, sitePort);
	console.log("both are in");
	await alice.openChat(bob);
	await bob.openChat(alice);
	await alice.say("hello bob");
	await bob.sees("hello bob");
	await bob.say("hello alice");
	await alice.sees("hello alice");
	await alice.say("a secret");
	await alice.sees("no secrets", ".chat-msg__error");
	console.log("alice is told: no secrets");
	alice.wire.break();
	await alice.page.waitForFunction(() => !window.api.connection.connected());
	await bob.say("while away");
	await bob.sees("while away");
	alice.wire.mend();
	await alice.sees("while away");
	await alice.say("back again");
	await bob.sees("back again");
	console.log(`bob's came ${await alice.count("while away")} times, ` +
		`alice's ${await bob.count("back again")}`);
	await alice.page.screenshot({ path: screenshot });
	await alice.tell();
	await bob.tell();
	await alice.enter(ROOM);
	await bob.enter(ROOM);
	await bob.say("hello room");
	await alice.sees("hello room");
	console.log("the room has it");
	await alice.page.screenshot({ path: screenshot.replace(".png", "-room.png") });
} catch (e) {
	console.log(String(e));
	for (const user of [alice, bob])
		await user.page?.screenshot({
			path: screenshot.replace(".png", `-${user.name}.png`),
		}).catch(() => {});
	code = 1;
}
await browser.close();
process.exit(code);
