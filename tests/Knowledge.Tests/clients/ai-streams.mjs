// The published AI SDK, its current major and the two before, unchanged, against a running service.
//   ai-streams.mjs answers|errors|resuming <address> <address of another instance> <access token>
import assert from 'node:assert/strict';
import * as ai5 from 'ai-5';
import * as ai6 from 'ai-6';
import * as ai7 from 'ai';

const [mode, one, other, token] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const messages = [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'When are refunds paid?' }] }];

const chatOf = (ai, address) => new ai.DefaultChatTransport({ api: `${address}/api/ai/chat`, headers });
const streamOf = (ai, body) => new ai.DefaultChatTransport({ api: `${one}/api/ai/stream`, headers, prepareSendMessagesRequest: () => ({ body, headers }) });
const send = (transport, chatId, abortSignal) => transport.sendMessages({ chatId, messages, trigger: 'submit-message', messageId: undefined, abortSignal });

// What useChat would show at the end, and the error it would show with it.
async function read(ai, stream, seen = () => {}) {
  let message, error;
  for await (message of ai.readUIMessageStream({ stream, onError: (e) => { error = e; } })) await seen(message);
  return { message, error };
}

const textOf = (message) => message.parts.filter((part) => part.type === 'text').map((part) => part.text).join('');

async function answers(ai, major) {
  for (const stream of [await send(streamOf(ai, { prompt: 'When are refunds paid?' }), 'x'), await send(chatOf(ai, one), `answers-${major}`)]) {
    const [kept, parsed] = stream.tee();
    const { message, error } = await read(ai, parsed);
    assert.equal(error, undefined);
    assert.equal(textOf(message), 'Refunds are paid within 14 days [1].');
    const source = message.parts.find((part) => part.type === 'source-document');
    assert.equal(source.title, 'Refund policy');
    assert.ok(source.providerMetadata.oneplatform.documentId);
    assert.equal(message.metadata.usage.inputTokens, 21);
    let citation;
    for await (const chunk of kept) if (chunk.type === 'text-end') [citation] = chunk.citations;
    assert.equal(citation.source.id, source.sourceId);
    assert.equal(textOf(message).slice(citation.startIndex, citation.endIndex), 'Refunds are paid within 14 days');
    assert.equal(citation.citedText, 'Refunds are paid out within 14 days of the request.');
  }
}

async function errors(ai, major) {
  await assert.rejects(send(streamOf(ai, { prompt: ' ' }), 'x'), (e) => /"code":/.test(e.message));
  const { message, error } = await read(ai, await send(chatOf(ai, one), `errors-${major}`));
  assert.equal(textOf(message), 'Refunds are paid within ');
  assert.ok(error, 'The break is told of.');
}

async function resuming(ai, major) {
  const id = `resuming-${major}`;
  const here = chatOf(ai, one);
  const there = chatOf(ai, other);
  assert.equal(await there.reconnectToStream({ chatId: id }), null);

  // A client that goes away in the middle, as by a reload.
  const gone = new AbortController();
  await assert.rejects(async () => {
    await read(ai, await send(here, id, gone.signal), (message) => { if (textOf(message)) gone.abort(); });
    gone.signal.throwIfAborted();
  });

  let stopped;
  const { message } = await read(ai, await there.reconnectToStream({ chatId: id }), (message) => {
    if (textOf(message)) stopped ??= fetch(`${other}/api/ai/chat/${id}/stream`, { method: 'DELETE', headers });
  });
  assert.equal((await stopped).status, 204);
  assert.equal(textOf(message), 'Refunds are paid within ');
  assert.equal(await here.reconnectToStream({ chatId: id }), null);
}

for (const [major, ai] of [[5, ai5], [6, ai6], [7, ai7]]) {
  await { answers, errors, resuming }[mode](ai, major);
}
console.log('complete');
