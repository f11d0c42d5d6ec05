// Who answers: the server that the page came from.
const NOBODY = "The server does not answer";

async function answered(body) {
  const response = await fetch("/predict", { method: "POST", body,
    headers: { "Content-Type": "application/json" } });
  return response.json();
}
