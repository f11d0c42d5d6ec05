// Strokes on their way to the disk of the server. They go one after the other, and wait in the browser's own store
// until the server says that they are kept: neither a reload nor an end of the server loses one.
const token = decodeURIComponent(location.hash.slice(1));
const HOME = `fivefold ${token.slice(0, 8)} `;

const unique = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");

async function ask(path, body = {}) {
  const reply = await fetch(path, { method: "POST", body: JSON.stringify(body), signal: AbortSignal.timeout(20000),
    headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" } });
  const told = await reply.json();
  if (!reply.ok) throw Object.assign(new Error(told.error), { refused: reply.status < 500 });
  return told;
}

class Outbox {
  // `told(waiting, failing)` hears how many strokes wait, `refused(stroke, error)` what the server would not keep.
  constructor(told, refused) {
    [this.told, this.refused, this.running, this.failing] = [told, refused, null, false];
    this.place = HOME + unique();
    this.strokes = [];
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith(HOME))) {
      try { this.strokes.push(...JSON.parse(localStorage.getItem(name))); } catch { /* of no use */ }
      localStorage.removeItem(name);
    }
    this.store();
  }

  store() {
    try {
      if (this.strokes.length) localStorage.setItem(this.place, JSON.stringify(this.strokes));
      else localStorage.removeItem(this.place);
    } catch { /* no room, or not allowed: they wait in memory alone */ }
    this.told(this.strokes.length, this.failing);
  }

  add(stroke) { this.strokes.push({ ...stroke, key: unique() }); this.store(); this.drain(); }

  // Resolves once nothing waits.
  drain() { return (this.running ??= this.run().finally(() => { this.running = null; })); }

  async run() {
    for (let pause = 250; this.strokes.length;) {
      try {
        await ask("/stroke", this.strokes[0]);
        [pause, this.failing] = [250, false];
        this.strokes.shift();
      } catch (error) {
        if (error.refused) this.refused(this.strokes.shift(), error);
        else {
          this.failing = true;
          this.told(this.strokes.length, true);
          await new Promise((go) => setTimeout(go, pause));
          pause = Math.min(4000, 2 * pause);
        }
      }
      this.store();
    }
  }
}
