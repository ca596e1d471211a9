// The door where a password is asked for.
const form = document.getElementById("login");
const said = document.getElementById("said");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = Object.fromEntries(new FormData(form));
  try {
    const answer = await fetch("/login", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(given),
    });
    if (answer.ok) location.replace("/");
    else said.textContent = (await answer.json()).error.message;
  } catch {
    said.textContent = "The server does not answer.";
  }
});
