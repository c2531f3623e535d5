// Choosing a diagnosis generates at once. The form works without it.

const form = document.querySelector("form.order");
for (const choice of form.querySelectorAll("input[type=radio]:not([data-waits])")) {
  choice.addEventListener("click", (event) => {
    if (event.detail > 0 && form.checkValidity()) form.requestSubmit(); // a pointer: arrow keys only move the choice
  });
}
