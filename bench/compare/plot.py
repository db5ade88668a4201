"""plot.py RESULTS >docs/compare.svg: requests a second of every side, medians of the runs, a bar each; the longest bar of a kind of work is full."""
import statistics
import sys

SIDES = {"ours": "OnePlatform", "ours-auth": "OnePlatform", "parse": "Parse Server", "directus": "Directus", "auth": "Better Auth"}
COLOURS = {"OnePlatform": "#2563eb", "Parse Server": "#a8a29e", "Directus": "#a8a29e", "Better Auth": "#a8a29e"}
WORKS = {"get": "GET one", "list": "list of 20", "create": "create one", "session": "session check", "sign-in": "sign-in"}
LEFT, WIDTH, BAR, GAP = 210, 420, 18, 14


def read(path):
    rates = {}
    with open(path) as lines:
        for line in lines:
            side, work, rate = line.split()[:3]
            rates.setdefault(work, {}).setdefault(SIDES[side], []).append(float(rate))
    return {work: {side: statistics.median_low(values) for side, values in rates[work].items()} for work in WORKS if work in rates}


def draw(rates):
    parts, y = [], GAP
    for work, sides in rates.items():
        longest = max(sides.values())
        parts.append(f'<text x="8" y="{y + BAR - 5}" font-weight="600">{WORKS[work]}</text>')
        for side, rate in sides.items():
            length = max(1, round(WIDTH * rate / longest))
            parts.append(f'<text x="{LEFT - 8}" y="{y + BAR - 5}" text-anchor="end">{side}</text>')
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{length}" height="{BAR - 4}" fill="{COLOURS[side]}"/>')
            parts.append(f'<text x="{LEFT + length + 6}" y="{y + BAR - 5}">{rate:,.0f}/s</text>')
            y += BAR
        y += GAP
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 90}" height="{y}" font-family="sans-serif" font-size="12" fill="#44403c">\n'
            f'<title>Requests a second beside others</title>\n<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>")


print(draw(read(sys.argv[1])))
