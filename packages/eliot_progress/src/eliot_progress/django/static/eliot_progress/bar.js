// Keeps the bars of a page current: one stream of events for all of them, or polling where there is none.
const SILENCE_MS = 15000;
const RETRY_MS = 3000;
const bars = new Set();
let streams = "EventSource" in window;
let source = null;
let timer = 0;
let silence = 0;
// Grows with each start, so that an answer to an earlier question is not shown.
let round = 0;

class ProgressBar extends HTMLElement {
  connectedCallback() {
    bars.add(this);
    restart();
  }

  disconnectedCallback() {
    bars.delete(this);
    restart();
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  // Only what differs is written: screen readers announce each change of the state.
  write(name, text) {
    const part = this.part(name);
    if (part.textContent !== text) part.textContent = text;
  }

  show({ title, percent, sentence, state, words }) {
    const meter = this.part("meter");
    if (percent === null) meter.removeAttribute("value");
    else meter.value = percent;
    meter.setAttribute("aria-label", title || "Progress");
    this.write("title", title);
    this.write("sentence", sentence);
    this.say(state, words);
    const result = this.part("result");
    if (result) result.hidden = state !== "succeeded";
  }

  say(state, words) {
    this.dataset.state = state;
    this.write("words", words);
  }
}

function stop() {
  round += 1;
  clearTimeout(timer);
  clearTimeout(silence);
  source?.close();
  source = null;
}

function restart(after = 0) {
  stop();
  if (bars.size && !document.hidden) timer = setTimeout(start, after);
}

function start() {
  const followed = [...bars];
  const query = new URLSearchParams(followed.map((bar) => ["bar", bar.dataset.bar]));
  const url = `${followed[0].dataset.from}?${query}`;
  const show = (answer) => answer.bars.forEach((bar, index) => followed[index]?.show(bar));
  const lost = (words) => followed.forEach((bar) => bar.say("lost", words));
  if (streams) stream(url, show, lost);
  else void poll(url, show, lost);
}

function poorStream() {
  streams = false;
  restart();
}

function stream(url, show, lost) {
  let again = 0;
  source = new EventSource(url);
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(poorStream, again * 1000 + SILENCE_MS);
  };
  source.onmessage = ({ data }) => {
    const answer = JSON.parse(data);
    again = answer.again_s;
    show(answer);
    listen();
  };
  source.onerror = () => {
    if (source?.readyState === EventSource.CLOSED) poorStream();
    else if (again <= 1) lost("no connection to the server; trying again");
  };
  listen();
}

async function poll(url, show, lost) {
  const mine = round;
  let wait = RETRY_MS;
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (mine !== round) return;
    if (response.status === 403) {
      lost("load the page again to see how far it is");
      return;
    }
    if (!response.ok) throw new Error(response.statusText);
    const answer = await response.json();
    if (mine !== round) return;
    show(answer);
    wait = answer.again_s * 1000;
  } catch {
    if (mine !== round) return;
    lost("no connection to the server; trying again");
  }
  timer = setTimeout(() => void poll(url, show, lost), wait);
}

customElements.define("eliot-progress", ProgressBar);
document.addEventListener("visibilitychange", () => restart());
