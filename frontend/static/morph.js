// A slider over frames that are there already. Without it the page shows a strip of them.

const morph = document.querySelector(".morph");

if (morph) {
  for (const element of morph.querySelectorAll("[data-with-script]")) element.hidden = false;
  const view = morph.querySelector("#view");
  const slider = morph.querySelector("#position");
  const far = morph.querySelector("#far");
  const columns = Number(morph.dataset.columns);
  const size = Number(morph.dataset.size);

  const show = () => {
    const frame = Number(slider.value);
    const percent = `${Math.round((100 * frame) / slider.max)}%`;
    // Half a pixel within the frame: what is stretched must not take in its neighbours.
    const corner = [(frame % columns) * size + 0.5, Math.floor(frame / columns) * size + 0.5];
    view.setAttribute("viewBox", [...corner, size - 1, size - 1].join(" "));
    far.textContent = percent;
    slider.setAttribute("aria-valuetext", `${percent} of the way`);
  };

  slider.addEventListener("input", show);
  addEventListener("pageshow", show);
  show();
}
