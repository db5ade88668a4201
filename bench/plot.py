"""Line plots as SVG, for pages that are read in a browser or a repository's viewer: no library, no script, white paper."""
from html import escape
from math import floor, log10

COLOURS = ["#0b7285", "#c92a2a", "#2b8a3e", "#e67700", "#5f3dc4"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 320, 56, 110, 28, 34


def plot(title, series, ticks, unit=""):
    """One plot: series by name as points (x from 0 to 1, y), ticks of the horizontal axis as (x, label). Returns a <g>."""
    top = 4 * round_up(max(y for points in series.values() for _, y in points) / 4)
    across, down = lambda x: LEFT + (WIDTH - LEFT - RIGHT) * x, lambda y: HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / top
    parts = [f'<text x="{LEFT}" y="16" font-weight="bold">{escape(title)}</text>']
    for step in range(5):
        value = top * step / 4
        parts.append(f'<path d="M{LEFT} {down(value):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{down(value) + 4:.1f}" text-anchor="end">{value:g}{unit}</text>')
    for x, label in ticks:
        parts.append(f'<text x="{across(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{escape(label)}</text>')
    taken = []
    for colour, (name, points) in zip(COLOURS, series.items()):
        path = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        # Names stand where their lines end, moved apart where two lines end together.
        at = down(points[-1][1]) + 4
        while any(abs(at - other) < 13 for other in taken):
            at -= 1
        taken.append(at)
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{at:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join(parts)


def round_up(value):
    """The next 1, 2, 2.5 or 5 times a power of ten, so that the axis has figures people count in."""
    power = 10 ** floor(log10(value or 1))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def save(file, *plots):
    """The plots, one below the other."""
    height = HEIGHT * len(plots)
    body = "\n".join(f'<g transform="translate(0 {HEIGHT * i})">\n{text}\n</g>' for i, text in enumerate(plots))
    with open(file, "w") as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">\n'
                  f'<rect width="{WIDTH}" height="{height}" fill="white"/>\n{body}\n</svg>\n')
