// SPDX-License-Identifier: ISC
// @xmpp/client as its users have it, with its own reconnecting and resuming:
// xmppjs.mjs MODULES PORT|URL [calm|refused]. Prints what comes of logins,
// messages, a refused one if so told, and, unless it is to be calm, cuts of the
// connection: the same wherever PORT leads to the same server.
import { pathToFileURL } from "node:url";

const [modules, port, how] = process.argv.slice(2);
const calm = how === "calm";
const { client, xml } = await import(
	pathToFileURL(`${modules}/@xmpp/client/index.js`)
);
// Node has none of its own before 22.
globalThis.WebSocket ??= (
	await import(pathToFileURL(`${modules}/ws/wrapper.mjs`))
).WebSocket;
const DOMAIN = "acme.localhost";
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
process.removeAllListeners("warning");

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, condition) {
	for (let i = 0; i < 1000; i++) {
		if (condition()) return;
		await wait(20);
	}
	throw new Error(`never: ${what}`);
}

// How a client's last login went, as far as it said it.
function way(sent) {
	const parts = [sent.attrs.mechanism];
	if (sent.getNS() === "urn:xmpp:sasl:2")
		for (const name of ["bind", "resume", "fast", "request-token"])
			if (sent.getChild(name)) parts.push(name);
	return parts.join(" ");
}

class User {
	constructor(name) {
		this.name = name;
		this.got = [];
		this.ways = [];
		this.events = [];
		this.connections = 0;
		this.xmpp = client({
			service: port.includes("://")
				? port : `xmpp://127.0.0.1:${port}`,
			domain: DOMAIN,
			resource: "js",
			username: name,
			password: "pw",
		});
		const x = this.xmpp;
		x.reconnect.delay = 200;
		x.timeout = 15000; // of a busy machine
		x.on("error", (e) => this.events.push(`error ${e.condition ?? e.code}`));
		x.on("connect", () => this.connections++);
		x.on("online", () => {
			this.events.push("online");
			x.send(xml("presence"));
		});
		x.streamManagement.on("resumed", () => this.events.push("resumed"));
		x.on("send", (e) => {
			if (e.is("auth") || e.is("authenticate")) this.ways.push(way(e));
		});
		x.on("stanza", (s) => {
			const body = s.getChildText("body");
			if (s.is("presence") && s.attrs.from === x.jid.toString())
				this.here = x.jid.toString();
			if (s.is("message") && s.attrs.type === "error")
				this.got.push(`error ${s.getChild("error").children[0].name}`);
			else if (s.is("message") && body) this.got.push(body);
		});
	}

	async start() {
		await this.xmpp.start();
		await until("presence", () => this.here);
	}

	say(to, body) {
		return this.xmpp.send(
			xml("message", { to: to.xmpp.jid.toString(), type: "chat",
				id: body }, xml("body", {}, body)));
	}

	async has(body) {
		await until(`${this.name} has ${body}: ${this.got} ${this.events}`,
			() => this.got.includes(body));
	}

	// As a network that is gone.
	cut() {
		const before = this.events.length;
		const { socket } = this.xmpp;
		const raw = socket.socket ?? socket;
		(raw.destroy ?? raw.terminate).call(raw);
		return () => until("back again", () =>
			this.events.length > before &&
			this.here === this.xmpp.jid.toString());
	}

	tell() {
		console.log(this.name, "ways:", this.ways.join(", "));
		console.log(this.name, "events:", this.events.join(", "));
		console.log(this.name, "got:", this.got.join(", "));
		console.log(this.name, "connections:", this.connections);
	}
}

const alice = new User("alice");
const bob = new User("bob");
await alice.start();
await bob.start();
await alice.say(bob, "hello bob");
await bob.has("hello bob");
await bob.say(alice, "hello alice");
await alice.has("hello alice");
if (how === "refused") {
	await alice.say(bob, "a secret");
	await alice.has("error policy-violation");
}
for (const n of calm ? [] : [1, 2]) {
	const back = alice.cut();
	await bob.say(alice, `while away ${n}`);
	await back();
	await alice.say(bob, `back ${n}`);
	await bob.has(`back ${n}`);
	await alice.has(`while away ${n}`);
}
// What was sent and not acknowledged is sent again, and is there once.
await alice.say(bob, "just before");
if (!calm) await alice.cut()();
await bob.has("just before");
await alice.say(bob, "the end");
await bob.has("the end");
await wait(500);
alice.tell();
bob.tell();
await alice.xmpp.stop();
await bob.xmpp.stop();
process.exit(0);
