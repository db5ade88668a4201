// Reads deliveries as JSON from standard input and verifies each with the published package, as its receivers do.
import { Webhook } from "standardwebhooks";

let text = "";
for await (const chunk of process.stdin) text += chunk;

const refuses = (secret, body, headers) => {
  try {
    new Webhook(secret).verify(body, headers);
    return false;
  } catch {
    return true;
  }
};

const stranger = "whsec_" + Buffer.alloc(32, 7).toString("base64");
for (const { secrets, headers, body } of JSON.parse(text)) {
  for (const secret of secrets) {
    const content = new Webhook(secret).verify(body, headers);
    if (!content.type || !content.timestamp || !content.data.id) throw new Error("The content lacks something.");
    if (!refuses(secret, body.replace("{", "{ "), headers)) throw new Error("A changed body was accepted.");
    if (!refuses(secret, body, { ...headers, "webhook-id": "other" })) throw new Error("Another id was accepted.");
    const late = { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 301) };
    if (!refuses(secret, body, late)) throw new Error("An old timestamp was accepted.");
  }
  if (!refuses(stranger, body, headers)) throw new Error("Another secret was accepted.");
}
console.log("complete");
