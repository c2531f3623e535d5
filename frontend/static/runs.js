// Shows what is new of a run that is in training. Without it the page reloads every half minute.

const EVERY_MS = 15000; // where the server has no stream to spare
const live = document.getElementById("live");

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  live.replaceChildren(...page.getElementById("live").childNodes);
}

let first = true;
const events = new EventSource(live.dataset.events);
events.onmessage = () => {
  if (!first) look();
  first = false;
};
events.onerror = () => {
  if (events.readyState === EventSource.CLOSED) setInterval(look, EVERY_MS);
};
