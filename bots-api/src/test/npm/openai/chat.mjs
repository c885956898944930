// Chats with a bot as any program does that was written for OpenAI's API, and prints what it saw.
import OpenAI from "openai";

const [baseURL, apiKey, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const seen = { plain: [], streamed: [] };

const conversation = [{ role: "developer", content: "Answer politely." }];
for (const text of ["Hello?", "And again?"]) {
  conversation.push({ role: "user", content: text });
  const answer = await client.chat.completions.create({ model, messages: conversation });
  conversation.push(answer.choices[0].message);
  seen.plain.push({ ...answer.choices[0], id: answer.id, model: answer.model, usage: answer.usage });
}

conversation.push({ role: "user", content: [{ type: "text", text: "A third time?" }] });
const stream = client.chat.completions.stream({
  model,
  messages: conversation,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  seen.streamed.push(chunk.choices[0]?.delta?.content ?? "");
}
const whole = await stream.finalChatCompletion();
seen.final = { ...whole.choices[0], id: whole.id, usage: whole.usage };

seen.models = [];
for await (const listed of client.models.list()) {
  seen.models.push(listed.id);
}
seen.retrieved = (await client.models.retrieve(model)).id;

async function refusal(request) {
  try {
    await request();
    return null;
  } catch (error) {
    const { status, code, type, error: body } = error;
    return { kind: error.constructor.name, status, code, type, details: body?.details };
  }
}

const hello = [{ role: "user", content: "Hello?" }];
seen.unknown = await refusal(() =>
  client.chat.completions.create({ model: "nobody", messages: hello }),
);
seen.stranger = await refusal(() =>
  client.withOptions({ apiKey: "pwk_wrong" }).chat.completions.create({ model, messages: hello }),
);

const capped = process.argv[5];
seen.capped = await refusal(() =>
  client.chat.completions.create({ model: capped, messages: hello }),
);
seen.cappedStream = await refusal(() =>
  client.chat.completions.create({ model: capped, messages: hello, stream: true }),
);

const limited = { model, messages: hello, user: "ada" };
await client.chat.completions.create(limited);
seen.limited = await refusal(() => client.chat.completions.create(limited));

console.log(JSON.stringify(seen));
