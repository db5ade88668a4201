"""row.py GATEWAY STATE DATABASE PORT ROUNDS SECONDS: GET of one thing through the gateway against a bare endpoint behind bare YARP."""
import copy
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{FOLDER}/../ontology")
from platform_bench import Platform, median  # noqa: E402

ROWS = int(os.environ.get("ROWS", 100_000))
BENCH = ["dotnet", f"{FOLDER}/bin/Release/net10.0/Gateway.Bench.dll"]
FILL = """
insert into things (id, group_id, type, name, properties, status, version, created_at, updated_at)
select gen_random_uuid(), '{group}', 'note', 'Thing ' || n, jsonb_build_object('content', 'What was said in meeting ' || n, 'price', n % 1000), 'active', 1,
       now() - n * interval '1 second', now() - n * interval '1 second'
from generate_series(1, {rows}) n"""


def main(gateway, state, database, port, rounds, seconds):
    platform = Platform(gateway, state, database)
    group, key = platform.tenant()
    platform.sql(FILL.format(group=group, rows=ROWS))
    platform.sql("vacuum analyze things")
    ids = platform.sql(f"select id from things where group_id = '{group}' order by id limit 2000")
    with open(f"{state}/ids", "w") as file:
        file.write(ids)
    row, proxy = int(port), int(port) + 1
    secret = f"Host={platform.host};Port={platform.port};Username=postgres;Password={platform.password};Database=ontologydb"
    bare = copy.copy(platform)
    bare.gateway = f"http://127.0.0.1:{proxy}"
    started = [subprocess.Popen([*BENCH, "row", str(row)], env={**os.environ, "DATABASE": secret}),
               subprocess.Popen([*BENCH, "proxy", str(proxy), f"http://127.0.0.1:{row}"])]
    try:
        first = ids.split("\n")[0]
        for side in (bare, platform):
            side.wait("An answer", lambda: answers(side, first, key), 60)

        def load(side, length):
            return side.load("read.lua", key, length, READ="get", IDS=f"{state}/ids", PRICES="1")

        figures = {"bare": [], "gateway": []}
        for side in (bare, platform):
            load(side, 8)
        for _ in range(int(rounds)):
            figures["bare"].append(load(bare, int(seconds)))
            figures["gateway"].append(load(platform, int(seconds)))
        rates = {}
        for name, measured in figures.items():
            rate, half, tail = (median(values) for values in zip(*measured))
            rates[name] = rate
            print(f"GET one of {ROWS} things, {name}: {rate:.0f}/s, p50 {half:.1f} ms, p99 {tail:.1f} ms")
        print(f"gateway and Ontology against bare YARP and a bare endpoint: {100 * rates['gateway'] / rates['bare']:.0f} %")
    finally:
        for process in started:
            process.terminate()
            process.wait()


def answers(side, thing, key):
    try:
        return bool(side.call("GET", f"/api/things/{thing}", headers={"X-API-Key": key}))
    except (urllib.error.URLError, ConnectionError):
        time.sleep(0.2)
        return False


main(*sys.argv[1:])
