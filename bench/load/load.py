"""load.py GATEWAY STATE DATABASE PLOT: how rate and answer times go with the number of clients. Prints Markdown, draws the plot."""
import os
import sys
import tempfile

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [BENCH, os.path.join(BENCH, "ontology")]
from plot import plot, save  # noqa: E402
from platform_bench import Platform  # noqa: E402

CLIENTS = [1, 2, 4, 8, 16, 32, 64]
SECONDS = int(os.environ.get("SECONDS_EACH", 10))
# Services that began a minute ago still compile what they do often, and that work would be the first step's.
WARM = 9 * SECONDS
THINGS = 1_000
SCRIPT = "../load/mixed.lua"


def prepare(platform, key):
    """Ids of things that are there, and indexed."""
    items = [{"type": "note", "name": f"Note {i}", "properties": {"content": f"What was said in meeting {i}, and by whom."}} for i in range(THINGS)]
    ids = platform.call("POST", "/api/things/bulk", {"items": items, "atomic": True}, {"X-API-Key": key})["ids"]
    platform.wait("Indexing", lambda: platform.call("POST", "/api/knowledge/search", {"query": f"meeting {THINGS - 1}", "limit": 1}, {"X-API-Key": key})["results"])
    return ids


def settle(platform, group):
    """What was made is recorded and indexed before the next step begins, so that no step pays for another."""
    made = int(platform.sql(f"select count(*) from things where group_id = '{group}'"))
    platform.wait("Recording", lambda: int(platform.sql(
        f"select count(*) from events where group_id = '{group}' and type = 'entity_created'", "eventsdb")) >= made)
    platform.wait("Indexing", lambda: int(platform.sql(f"select count(*) from thing_states where group_id = '{group}'", "knowledgedb")) >= made)
    return made


def busy(before, after, seconds):
    """Cores in use by the platform's processes, stores included."""
    return sum(after[name] - before[name] for name in after) / 1000 / seconds


def main():
    gateway, state, database, file = sys.argv[1:]
    platform = Platform(gateway, state, database)
    group, key = platform.tenant()
    with tempfile.NamedTemporaryFile("w") as ids:
        ids.write("\n".join(prepare(platform, key)))
        ids.flush()

        def step(work, clients, seconds):
            figures = platform.load(SCRIPT, key, seconds, clients, IDS=ids.name, WORK=work)
            settle(platform, group)
            return figures

        step("mixed", 16, WARM)
        steps = []
        for clients in CLIENTS:
            before = platform.spent()
            rate, middle, tail = platform.load(SCRIPT, key, SECONDS, clients, IDS=ids.name, WORK="mixed")
            steps.append((clients, rate, middle, tail, busy(before, platform.spent(), SECONDS)))
            settle(platform, group)
        alone = [(work, *step(work, 16, SECONDS)) for work in ("get", "list", "create", "search")]
        made = settle(platform, group)

    print("| clients | requests/s | p50 | p99 | cores in use |\n|---|---|---|---|---|")
    for clients, rate, middle, tail, cores in steps:
        print(f"| {clients} | {rate:,.0f} | {middle:.1f} ms | {tail:.1f} ms | {cores:.2f} |")
    print("\n| one kind alone, 16 clients | requests/s | p50 | p99 |\n|---|---|---|---|")
    for work, rate, middle, tail in alone:
        print(f"| {work} | {rate:,.0f} | {middle:.1f} ms | {tail:.1f} ms |")
    print(f"\n{made:,} things made, each recorded and indexed; no request failed.")

    places = [i / (len(CLIENTS) - 1) for i in range(len(CLIENTS))]
    ticks = [(x, f"{clients}") for x, clients in zip(places, CLIENTS)]
    save(file,
         plot("Requests a second by number of clients", {"mixed": [(x, s[1]) for x, s in zip(places, steps)]}, ticks),
         plot("Milliseconds to answer by number of clients", {"p50": [(x, s[2]) for x, s in zip(places, steps)], "p99": [(x, s[3]) for x, s in zip(places, steps)]}, ticks))


if __name__ == "__main__":
    main()
