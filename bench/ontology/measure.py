"""measure.py GATEWAY STATE DATABASE PART...: see run."""
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from platform_bench import FOLDER, Platform, median, resident

ROWS = int(os.environ.get("ROWS", 1_000_000))
EDGES = int(os.environ.get("EDGES", 100_000))
ROUNDS = int(os.environ.get("ROUNDS", 5))
SECONDS = int(os.environ.get("SECONDS_EACH", 8))
BULK = 10_000
COLUMNS = "id, group_id, type, name, properties, status, external_id, created_by, version, created_at, updated_at"
FILL = """
insert into things (id, group_id, type, name, properties, status, external_id, version, created_at, updated_at)
select gen_random_uuid(), '{group}', case n % 20 when 0 then 'course' else 'note' end, 'Thing ' || n,
       jsonb_build_object('content', 'What was said in meeting ' || n, 'price', n % {prices}), 'active', 'e' || n, 1,
       now() - n * interval '1 second', now() - n * interval '1 second'
from generate_series({first}, {last}) n"""


def create(platform):
    group, key = platform.tenant()
    platform.load("create.lua", key, SECONDS)
    before, spent = made_in(platform, group), platform.spent()
    rates, medians, tails = zip(*(platform.load("create.lua", key, SECONDS) for _ in range(ROUNDS)))
    made = made_in(platform, group)
    started = time.time()
    recorded = f"select count(*) from events where group_id = '{group}' and type = 'entity_created'"
    platform.wait("Every created thing's event", lambda: int(platform.sql(recorded, "eventsdb")) == made)
    late = time.time() - started
    settle(platform, group, made)
    each = {name: (after - spent[name]) / (made - before) for name, after in platform.spent().items()}
    print(f"create: {median(rates):.0f}/s, p50 {median(medians):.1f} ms, p99 {median(tails):.1f} ms; {made} things, each with its event {late:.1f} s after the last")
    print("create: processor time a thing, ms: " + ", ".join(f"{name} {ms:.2f}" for name, ms in each.items()) + f"; together {sum(each.values()):.2f}")


def made_in(platform, group):
    return int(platform.sql(f"select count(*) from things where group_id = '{group}'"))


def bulk(platform):
    group, key = platform.tenant()
    platform.sql("create table copied (like things including all)")
    ours, copies = [], []
    with tempfile.NamedTemporaryFile(mode="w+", suffix=".copy") as rows:
        for turn in range(ROUNDS + 1):
            items = [{"type": "note", "name": f"Note {turn}-{i}", "externalId": f"b{turn}-{i}",
                      "properties": {"content": f"What was said in meeting {i}, and by whom.", "price": i % 1000}} for i in range(BULK)]
            started = time.perf_counter()
            answer = platform.call("POST", "/api/things/bulk", {"items": items, "atomic": True}, {"X-API-Key": key})
            ours.append(time.perf_counter() - started)
            assert answer["created"] == BULK, answer
            settle(platform, group, BULK * (turn + 1))
            platform.sql(f"\\copy (select {COLUMNS} from things where group_id = '{group}' and external_id like 'b{turn}-%') to '{rows.name}'")
            started = time.perf_counter()
            platform.sql(f"\\copy copied ({COLUMNS}) from '{rows.name}'")
            copies.append(time.perf_counter() - started)
    mine, theirs = median(ours[1:]), median(copies[1:])
    print(f"bulk: {BULK} things in {mine * 1000:.0f} ms, COPY of the same rows into the same indexes {theirs * 1000:.0f} ms: {100 * theirs / mine:.0f} %")


def settle(platform, group, made):
    """Waits until what was made is recorded and indexed, so that its after-work is no part of the next measurement."""
    platform.wait("Recording", lambda: int(platform.sql(f"select count(*) from events where group_id = '{group}' and type = 'entity_created'", "eventsdb")) >= made)
    platform.wait("Indexing", lambda: int(platform.sql(f"select count(*) from thing_states where group_id = '{group}'", "knowledgedb")) >= made)


def reads(platform):
    group, key = platform.tenant()
    small = 1_000
    figures = {}
    for first, last in ((1, small), (small + 1, ROWS)):
        # As many things of each price in the small table as in the large one.
        platform.sql(FILL.format(group=group, first=first, last=last, prices=last // 2))
        platform.sql("vacuum analyze things")
        with open(f"{platform.state}/ids", "w") as ids:
            ids.write(platform.sql(f"select id from things where group_id = '{group}' order by id limit 1000"))
        figures[last] = {
            what: median([platform.load("read.lua", key, SECONDS, connections=4, READ=what, IDS=f"{platform.state}/ids", PRICES=str(last // 2))[1]
                          for _ in range(ROUNDS + 1)][1:])
            for what in ("get", "list", "filter")}
    for what in ("get", "list", "filter"):
        few, many = figures[small][what], figures[ROWS][what]
        print(f"reads: {what} p50 {few:.2f} ms with {small} things, {many:.2f} ms with {ROWS}: {many / few:.2f} times")


def bring_in(platform, key, rows, watch=None):
    """Sends the lines through curl; calls watch with each progress line, which come when all is sent: the gateway speaks HTTP/1.1 to the service."""
    lines = subprocess.Popen([sys.executable, f"{FOLDER}/lines.py", str(rows)], stdout=subprocess.PIPE)
    curl = subprocess.Popen(
        ["curl", "-sN", "-X", "POST", "-T", "-", "-H", f"X-API-Key: {key}", "-H", "Content-Type: application/x-ndjson", "-H", "Expect:",
         f"{platform.gateway}/api/things/import"], stdin=lines.stdout, stdout=subprocess.PIPE, text=True)
    lines.stdout.close()
    last = {}
    for line in curl.stdout:
        try:
            last = json.loads(line)
        except json.JSONDecodeError:
            break
        if watch:
            watch(last)
    curl.wait()
    lines.kill()
    lines.wait()
    return last


def bring_in_all(platform):
    group, key = platform.tenant()
    before = platform.pid("ontology")

    def kill():
        platform.wait("Some lines", lambda: made_in(platform, group) >= ROWS * 0.4)
        os.kill(before, 9)

    killer = threading.Thread(target=kill)
    killer.start()
    bring_in(platform, key, ROWS)
    killer.join()
    kept = int(platform.sql(f"select count(*) from things where group_id = '{group}'"))
    platform.wait("The restart", lambda: restarted(platform, before) and ready(platform, key))
    sizes, lines, over = [], [], threading.Event()

    def sample():
        while not over.wait(0.5):
            sizes.append(resident(platform.pid("ontology")))

    sampler = threading.Thread(target=sample)
    sampler.start()
    started = time.time()
    last = bring_in(platform, key, ROWS, lines.append)
    took = time.time() - started
    over.set()
    sampler.join()
    stored, distinct = platform.sql(f"select count(*), count(distinct external_id) from things where group_id = '{group}'").split("|")
    assert (int(stored), int(distinct), last.get("state")) == (ROWS, ROWS, "done"), (stored, distinct, last)
    third = len(sizes) // 3
    print(f"import: killed -9 with {kept} of the lines stored; sent again, {ROWS} lines in {took:.0f} s ({ROWS / took:.0f}/s), {len(lines)} progress lines, "
          f"{last['created']} created, {last['skipped']} skipped, none doubled; "
          f"memory {max(sizes[:third]):.0f} MiB at most in the first third, {max(sizes[-third:]):.0f} in the last")


def restarted(platform, before):
    try:
        return platform.pid("ontology") != before
    except FileNotFoundError:
        return False


def ready(platform, key):
    try:
        return platform.call("GET", "/api/things?limit=1", headers={"X-API-Key": key}) is not None
    except OSError:
        return False


def star(platform):
    group, key = platform.tenant()
    hub = platform.call("POST", "/api/things", {"type": "note", "name": "hub"}, {"X-API-Key": key})["id"]
    platform.sql(f"""
        with rays as (
            insert into things (id, group_id, type, name, properties, status, version, created_at, updated_at)
            select gen_random_uuid(), '{group}', 'note', 'ray', '{{}}', 'active', 1, now(), now() from generate_series(1, {EDGES}) returning id)
        insert into connections (id, group_id, from_id, to_id, type, metadata, version, created_at, updated_at)
        select gen_random_uuid(), '{group}', '{hub}', id, 'references', '{{}}', 1, now(), now() from rays""")
    for table in ("things", "connections"):
        platform.sql(f"vacuum analyze {table}")
    for depth, limit in ((1, 100), (6, 1000)):
        times = []
        for _ in range(ROUNDS * 2):
            started = time.perf_counter()
            answer = platform.call("GET", f"/api/things/{hub}/graph?depth={depth}&limit={limit}", headers={"X-API-Key": key})
            times.append(time.perf_counter() - started)
            assert len(answer["nodes"]) == limit and answer["truncated"], len(answer["nodes"])
        print(f"star: {EDGES} edges, depth {depth}, limit {limit}: {median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms")


PARTS = {"create": create, "bulk": bulk, "reads": reads, "import": bring_in_all, "star": star}

if __name__ == "__main__":
    target = Platform(*sys.argv[1:4])
    for part in sys.argv[4:]:
        PARTS[part](target)
