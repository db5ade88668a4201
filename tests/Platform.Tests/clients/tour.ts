// The README's tour by a client that is generated from the API document: it compiles only where the document has the
// routes, members and answers, and runs only where the platform keeps to it. Prints the operations it used.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./made/schema.js";

declare const process: { argv: string[] };
const [, , baseUrl = "", key = ""] = process.argv;

const used: Middleware = {
  onRequest({ request, schemaPath }) {
    console.log(`${request.method} ${schemaPath}`);
  },
};
const platform = createClient<paths>({ baseUrl, headers: { "X-API-Key": key } });
const anybody = createClient<paths>({ baseUrl });
platform.use(used);
anybody.use(used);

function expect(holds: boolean, what: string, seen: unknown): asserts holds {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

const courses = await platform.GET("/api/things", {
  params: { query: { filter: 'type = "course" AND properties.price < 200', fields: "name,properties.price", sort: "name", limit: 2 } },
});
expect(courses.data?.results.length === 2 && courses.data.hasMore, "Two of more courses", courses);
expect(courses.data.results[0]?.name === "Linocut and letterpress", "The first course by name", courses.data);

const made = await platform.POST("/api/things", {
  body: { type: "blog_post", name: "Raku in the yard", properties: { content: "Raku pots leave the kiln while they glow." } },
});
expect(made.data?.status === "active" && made.data.version === 1, "A new thing", made);
expect(made.response.headers.get("ETag") !== null, "An ETag", made.response.status);

const mistaken = await platform.POST("/api/things", { body: { type: "course", name: "Raku", properties: { price: "free" } } });
const problem: components["schemas"]["Problem"] | undefined = mistaken.error;
expect(mistaken.response.status === 400 && problem?.errors?.[0]?.pointer === "/properties/price", "A pointer to the mistake", problem);

const thing = made.data.id;
let told = await platform.GET("/api/events/target/{id}", { params: { path: { id: thing } } });
for (let tries = 0; tries < 120 && told.data?.results.length === 0; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 250));
  told = await platform.GET("/api/events/target/{id}", { params: { path: { id: thing } } });
}
expect(told.data?.results[0]?.type === "entity_created", "The event of the new thing", told);

const found = await platform.POST("/api/knowledge/search", { body: { query: "how long does a refund take", limit: 1 } });
expect(found.data?.results[0]?.labels?.[0] === "topic:policy", "The paragraph on refunds", found);

const answered = await platform.POST("/api/ai/generate", { body: { prompt: "How long does a refund take to arrive?", context: true } });
expect(answered.data?.model === "extractive" && answered.data.citations.length > 0, "An answer with its sources", answered);

const tenant = await anybody.POST("/api/auth/signup", {
  body: { email: `me-${Date.now()}@example.com`, password: "plum-Ladder-97-river", name: "Me" },
});
expect(tenant.data !== undefined && "group" in tenant.data && tenant.data.group?.role === "group_owner", "A tenant of one's own", tenant);
console.log("complete");
