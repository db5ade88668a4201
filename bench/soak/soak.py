"""soak.py GATEWAY STATE DATABASE MINUTES PLOT: half load, memory of each process, and whether it stays flat."""
import os
import sys
import threading
import time
import urllib.error

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [BENCH, os.path.join(BENCH, "ontology")]
from plot import plot, save  # noqa: E402
from platform_bench import Platform, median, resident  # noqa: E402

SERVICES = ["gateway", "identity", "ontology", "events", "knowledge"]
WORKERS = 8
EVERY = 5
# What the last third may hold more than the middle one. The first third is the start: caches, compiled code, search indexes.
GROWTH, SLACK = 1.10, 24


class Load:
    """Reads, writes, searches and sign-ins by eight clients, at a pace of their own or at full speed."""

    def __init__(self, platform, key, email):
        self.platform, self.key, self.email = platform, key, email
        self.done, self.failed, self.pause, self.over = [0] * WORKERS, [0] * WORKERS, 0.0, threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(n,)) for n in range(WORKERS)]
        for thread in self.threads:
            thread.start()

    def work(self, number):
        things, turn = [], number
        while not self.over.is_set():
            turn += 1
            started = time.perf_counter()
            try:
                self.once(turn, things)
                self.done[number] += 1
            except (urllib.error.URLError, OSError):
                self.failed[number] += 1
            # As long as it worked, it rests: the pause follows how fast the machine is.
            time.sleep((time.perf_counter() - started) * self.pause)

    def once(self, turn, things):
        call, key = self.platform.call, {"X-API-Key": self.key}
        if turn % 200 == 0:
            call("POST", "/api/auth/signin", {"email": self.email, "password": "plum-Ladder-97-river"})
        elif turn % 20 == 0:
            call("POST", "/api/knowledge/search", {"query": "the word of this note", "limit": 5}, key)
        elif turn % 4 == 0 or not things:
            things.append(call("POST", "/api/things", {"type": "note", "name": f"Note {turn}"}, key)["id"])
            del things[:-100]
        elif turn % 4 == 1:
            call("PATCH", f"/api/things/{things[-1]}", {"name": f"Note {turn} changed"}, {**key, "Content-Type": "application/merge-patch+json"})
        elif turn % 4 == 2:
            call("GET", f"/api/things/{things[turn % len(things)]}", headers=key)
        else:
            call("GET", "/api/things?limit=20&type=note", headers=key)

    def rate(self, seconds):
        before, started = sum(self.done), time.time()
        time.sleep(seconds)
        return (sum(self.done) - before) / (time.time() - started)

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


def main():
    gateway, state, database, minutes, file = sys.argv[1:4] + [float(sys.argv[4]), sys.argv[5]]
    platform = Platform(gateway, state, database)
    group, key = platform.tenant()
    email = f"soak-{time.time_ns()}@example.com"
    platform.call("POST", "/api/auth/signup", {"email": email, "password": "plum-Ladder-97-river", "name": "Soak"})

    load = Load(platform, key, email)
    warm = min(30, minutes * 6)
    load.rate(warm)
    full = load.rate(warm)
    load.pause = 1.0
    load.rate(2)
    before, samples, end = sum(load.done), {name: [] for name in SERVICES}, time.time() + minutes * 60
    while time.time() < end:
        for name in SERVICES:
            samples[name].append(resident(platform.pid(name)))
        time.sleep(EVERY)
    half = (sum(load.done) - before) / (minutes * 60)
    load.stop()
    failed = sum(load.failed)
    made = int(platform.sql(f"select count(*) from things where group_id = '{group}'"))
    platform.wait("Recording", lambda: int(platform.sql(
        f"select count(distinct target_id) from events where group_id = '{group}' and type = 'entity_created'", "eventsdb")) == made)
    lines = {name: [(i / max(1, len(values) - 1), mib) for i, mib in enumerate(values)] for name, values in samples.items()}
    save(file, plot("Resident MiB", lines, [(step / 4, f"{minutes * step / 4:g} min") for step in range(5)]))

    print(f"soak: {minutes:g} min at {half:.0f}/s (full speed {full:.0f}/s), {failed} failed, {made} things made and as many recorded")
    grew = []
    for name, values in samples.items():
        third = max(1, len(values) // 3)
        middle, last = median(values[third:-third] or values), median(values[-third:])
        flat = last <= middle * GROWTH + SLACK
        print(f"soak: {name}: {values[0]:.0f} MiB at first, {middle:.0f} in the middle, {last:.0f} in the last third{'' if flat else ': IT GROWS'}")
        if not flat:
            grew.append(name)
    sys.exit(1 if grew or failed else 0)


if __name__ == "__main__":
    main()
