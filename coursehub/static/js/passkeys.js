// Passkeys: the browser asks the device, and its answer travels in the form. Without this file the password does it.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const described = (known) => (known ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function made(options) {
  const key = await navigator.credentials.create({ publicKey: {
    ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  } });
  const { clientDataJSON, attestationObject } = key.response;
  return { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject), key };
}

async function signed(options) {
  const key = await navigator.credentials.get({ publicKey: {
    ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials),
  } });
  const { clientDataJSON, authenticatorData, signature } = key.response;
  return { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature), key };
}

if (globalThis.PublicKeyCredential) for (const form of document.querySelectorAll("form[data-passkey]")) {
  const problem = form.querySelector("[data-passkey-problem]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const options = JSON.parse(form.dataset.passkeyOptions);
      const { key, ...response } = await (form.dataset.passkey === "create" ? made : signed)(options);
      form.elements.answer.value = JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response });
      form.submit();
    } catch { problem.hidden = false; }
  });
}
