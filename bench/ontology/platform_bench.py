"""What the measurements share: requests, SQL, the load generator and the service's process."""
import json
import os
import re
import statistics
import subprocess
import time
import urllib.request

FOLDER = os.path.dirname(os.path.abspath(__file__))


class Platform:
    def __init__(self, gateway, state, database):
        self.gateway, self.state = gateway, state
        self.host, self.port = database.split(":")
        with open(f"{state}/secrets.json") as secrets:
            self.password = json.load(secrets)["Parameters:postgres-password"]

    def call(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.gateway + path, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
        with urllib.request.urlopen(request, timeout=300) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def tenant(self):
        """A tenant with a key, limits out of the way: (group, key)."""
        with open(f"{self.state}/demo.json") as file:
            demo = json.load(file)
        session = self.call("POST", "/api/auth/signup", {
            "email": f"bench-{time.time_ns()}@example.com", "password": "plum-Ladder-97-river", "name": "Bench"})
        group = session["group"]["id"]
        admin = self.call("POST", "/api/auth/signin", {"email": "admin@oneplatform.local", "password": demo["password"]})
        limits = {"requestsPerMinute": 60_000_000, "burst": 6_000_000, "apiCallsPerMonth": 2_000_000_000, "things": 100_000_000,
                  "connections": 100_000_000, "knowledge": 100_000_000}
        self.call("PATCH", f"/api/groups/{group}", {"settings": {"limits": limits}},
                  {"Authorization": f"Bearer {admin['accessToken']}", "X-Group-Id": group})
        key = self.call("POST", "/api/api-keys", {
            "name": "bench", "scopes": ["*"], "rateLimit": {"requests": 60_000_000, "burst": 6_000_000}},
            {"Authorization": f"Bearer {session['accessToken']}"})
        return group, key["key"]

    def sql(self, text, database="ontologydb"):
        return subprocess.run(
            ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", self.host, "-p", self.port, "-U", "postgres", database, "-c", text],
            env={**os.environ, "PGPASSWORD": self.password}, check=True, capture_output=True, text=True).stdout.strip()

    def load(self, script, key, seconds, connections=32, **settings):
        """Requests a second, median and 99th percentile in milliseconds; raises when an answer was no success."""
        out = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", f"{FOLDER}/{script}", "-H", f"X-API-Key: {key}",
             "-H", "Content-Type: application/json", self.gateway],
            env={**os.environ, **settings}, check=True, capture_output=True, text=True).stdout
        if "Non-2xx" in out:
            raise SystemExit(f"There were refusals or errors:\n{out}")
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
        return rate, milliseconds(re.search(r"^\s+50%\s+(\S+)", out, re.M)[1]), milliseconds(re.search(r"^\s+99%\s+(\S+)", out, re.M)[1])

    def pid(self, service):
        with open(f"{self.state}/running/{service}.pid") as file:
            return int(file.read().split()[0])

    def spent(self):
        """Milliseconds of processor time by service so far, children included."""
        children = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    with open(f"/proc/{entry}/stat") as file:
                        fields = file.read().rsplit(")", 1)[1].split()
                    children.setdefault(int(fields[1]), []).append((int(entry), sum(map(int, fields[11:15]))))
                except OSError:
                    continue

        def total(pid, own):
            return own + sum(total(*child) for child in children.get(pid, []))

        own = {pid: ticks for family in children.values() for pid, ticks in family}
        services = sorted(name[:-4] for name in os.listdir(f"{self.state}/running") if name.endswith(".pid"))
        return {name: total(pid, own.get(pid, 0)) * 1000 / os.sysconf("SC_CLK_TCK") for name in services for pid in [self.pid(name)]}

    def wait(self, what, ask, seconds=600):
        deadline = time.time() + seconds
        while not ask():
            if time.time() > deadline:
                raise SystemExit(f"{what} did not come true in {seconds} seconds.")
            time.sleep(0.2)


def milliseconds(text):
    number, unit = re.match(r"([\d.]+)(\w+)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def resident(pid):
    """MiB the process holds."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024


def median(values):
    return statistics.median(values)
