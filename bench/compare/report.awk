# Medians of the runs, and ratios against what is required.   Input: PEER WORK RATE P50 P99 REFUSED FAILED
{ n[$1, $2]++; rate[$1, $2, n[$1, $2]] = $3; p50[$1, $2, n[$1, $2]] = $4; p99[$1, $2, n[$1, $2]] = $5; bad[$1, $2] += $6 + $7 }

function median(values, peer, work,    i, j, t, v, count) {
  count = n[peer, work]
  for (i = 1; i <= count; i++) v[i] = values[peer, work, i]
  for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++) if (v[j] < v[i]) { t = v[i]; v[i] = v[j]; v[j] = t }
  return v[int((count + 1) / 2)]
}
function row(work, mine, peer, name, floor,    a, b, met) {
  if (!((mine, work) in n) || !((peer, work) in n)) return
  a = median(rate, mine, work); b = median(rate, peer, work)
  if (b == 0) { printf "| %s | %d | | %s | – | | | %s × | NOT MEASURED |\n", work, a, name, floor; missed++; return }
  met = a / b >= floor
  printf "| %s | %d | %.1f / %.1f ms | %s | %d | %.1f / %.1f ms | %.1f × | %s × | %s |\n", work, a, median(p50, mine, work), median(p99, mine, work),
    name, b, median(p50, peer, work), median(p99, peer, work), a / b, floor, met ? "met" : "NOT MET"
  if (!met) missed++
}
END {
  print "| work | OnePlatform /s | p50 / p99 | peer | peer /s | p50 / p99 | ratio | at least | |"
  print "|---|---|---|---|---|---|---|---|---|"
  row("get", "ours", "parse", "Parse Server 9.10.0", 4); row("get", "ours", "directus", "Directus 11.16.1", 15)
  row("list", "ours", "parse", "Parse Server 9.10.0", 4); row("list", "ours", "directus", "Directus 11.16.1", 15)
  row("create", "ours", "parse", "Parse Server 9.10.0", 2); row("create", "ours", "directus", "Directus 11.16.1", 12)
  row("session", "ours-auth", "auth", "Better Auth 1.7.25", 3); row("sign-in", "ours-auth", "auth", "Better Auth 1.7.25", 1)
  for (key in bad) if (bad[key] > 0) { split(key, part, SUBSEP); printf "\n%s %s: %d requests were refused or failed; its figures say nothing.\n", part[1], part[2], bad[key]; missed++ }
  exit missed > 0
}
