// The arrow keys answer, too. The buttons work without it.

for (const element of document.querySelectorAll("[data-with-script]")) element.hidden = false;

const form = document.querySelector("form.say");
const keys = { ArrowLeft: "real", ArrowRight: "synthetic" };

addEventListener("keydown", (event) => {
  const word = keys[event.key];
  if (!word || event.repeat || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(`button[value="${word}"]`));
});
