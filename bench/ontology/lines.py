"""lines.py COUNT: things as NDJSON, each with an external id of its own."""
import sys

for start in range(0, int(sys.argv[1]), 1000):
    sys.stdout.write("".join(
        f'{{"type":"note","name":"Line {n}","externalId":"i{n}","properties":{{"content":"What was said in meeting {n}","price":{n % 1000}}}}}\n'
        for n in range(start, min(start + 1000, int(sys.argv[1])))))
