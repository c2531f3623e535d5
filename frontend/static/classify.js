// Drop, paste or choose an image and it is classified; a slider fades the maps. The pages work without any of it.

for (const element of document.querySelectorAll("[data-with-script]")) element.hidden = false;

const form = document.querySelector("form.drop");
const input = form.querySelector("input[type=file]");
const button = form.querySelector("button");
const problem = form.querySelector("[data-problem]");
const maxBytes = Number(form.dataset.maxBytes);

function complain(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function send(files) {
  const file = [...files].find((candidate) => candidate.type.startsWith("image/")) ?? files[0];
  if (!file) return complain("There is no image in it. Drop or paste a JPEG, PNG or WebP file.");
  if (file.size > maxBytes) {
    input.value = "";
    const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
    return complain(`The file has ${megabytes(file.size)} MB. Use an image of at most ${megabytes(maxBytes)} MB.`);
  }
  complain("");
  const chosen = new DataTransfer();
  chosen.items.add(file);
  input.files = chosen.files;
  form.requestSubmit();
}

function setBusy(busy) {
  button.setAttribute("aria-busy", String(busy));
  button.textContent = busy ? "Classifying …" : "Classify";
}

input.addEventListener("change", () => { if (input.files.length) send(input.files); });
form.addEventListener("submit", () => setBusy(true));
addEventListener("pageshow", () => setBusy(false));

const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files");

addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.classList.add("over");
});
addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("over"); });
addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.classList.remove("over");
  send(event.dataTransfer.files);
});
addEventListener("paste", (event) => { if (event.clipboardData.files.length) send(event.clipboardData.files); });

const strength = document.querySelector("#strength");
strength?.addEventListener("input", () => {
  for (const map of document.querySelectorAll(".over")) map.style.opacity = strength.value / 100;
});
