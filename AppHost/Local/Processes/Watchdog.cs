using System.Diagnostics;

namespace OnePlatform.AppHost.Local.Processes;

/// <summary>
/// Every program runs under a small shell that holds the other end of a pipe of ours. When we end, however we end, the kernel
/// closes the pipe, and the shell stops the program and whatever it started. PR_SET_PDEATHSIG would not do: it fires when the
/// thread that forked ends, and here that is a thread of the pool.
/// </summary>
internal static class Watchdog
{
    // The program gets a session of its own, so that Ctrl-C in the terminal reaches only us and the group can be ended as one.
    // `kill -0` on the group also sees members that outlive their leader.
    private const string Script = """
        exec 2>&1 3<&0
        stop=$1; shift
        setsid /bin/sh -c 'echo $$; exec "$@"' start "$@" </dev/null 3<&- &
        child=$!
        (
          exec >/dev/null 2>&1
          while read -r _ <&3; do :; done
          kill -s "$stop" "$child"
          tries=0
          while kill -0 "$child" && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
          kill -s KILL -- "-$child"
        ) &
        watch=$!
        exec 3<&- </dev/null
        { wait "$child"; code=$?; } 2>/dev/null
        kill -s KILL -- "-$child" 2>/dev/null
        kill -s KILL "$watch" 2>/dev/null
        exit "$code"
        """;

    public static ProcessStartInfo Wrap(ProcessCommand command)
    {
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = command.WorkingDirectory,
        };
        string[] words = ["/bin/sh", "-c", Script, "watchdog", command.StopSignal == StopSignal.Interrupt ? "INT" : "TERM", .. command.Words];
        foreach (var word in words)
        {
            start.ArgumentList.Add(word);
        }

        foreach (var (name, value) in command.Environment)
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        return start;
    }
}
