"""tenant.py GATEWAY DEMO_JSON: a tenant with a key whose limits are out of the way; prints GROUP KEY."""
import json
import sys
import time
import urllib.request


def call(method, url, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def main(gateway, demo_file):
    demo = json.load(open(demo_file))
    session = call("POST", f"{gateway}/api/auth/signup", {
        "email": f"bench-{time.time_ns()}@example.com", "password": "plum-Ladder-97-river", "name": "Bench"})
    group = session["group"]["id"]
    admin = call("POST", f"{gateway}/api/auth/signin", {"email": "admin@oneplatform.local", "password": demo["password"]})
    limits = {"requestsPerMinute": 60_000_000, "burst": 6_000_000, "things": 100_000_000, "connections": 100_000_000}
    call("PATCH", f"{gateway}/api/groups/{group}", {"settings": {"limits": limits}},
         {"Authorization": f"Bearer {admin['accessToken']}", "X-Group-Id": group})
    key = call("POST", f"{gateway}/api/api-keys", {
        "name": "bench", "scopes": ["*"], "rateLimit": {"requests": 600_000, "burst": 60_000}},
        {"Authorization": f"Bearer {session['accessToken']}"})
    print(group, key["key"])


main(*sys.argv[1:])
