using System.Buffers;
using System.IO.Pipelines;
using System.Numerics;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Things.Bulk;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things.Streams;

/// <summary>How far an import has come, written after each part that was stored.</summary>
/// <param name="Lines">Read so far; everything up to here is stored or told as an error.</param>
/// <param name="Skipped">Lines whose external id the group has already: an import that broke off is simply sent again.</param>
/// <param name="Errors">Since the last progress, by line, the first being 1; at most 1,000 in all, then only counted.</param>
/// <param name="State"><c>running</c>, <c>done</c>, or <c>stopped</c> with the problem's code and detail.</param>
public sealed record ImportProgress(
    long Lines, long Created, long Skipped, long Failed, string State, IReadOnlyList<ImportError>? Errors = null, string? Code = null, string? Detail = null);

public sealed record ImportError(long Line, string Code, string Detail, string? Pointer);

/// <summary>Reads things line by line as they arrive and stores them part by part.</summary>
internal sealed class ThingImport(BulkCreate bulk, ActingGroup group, bool? strict, PipeReader body, Stream answer)
{
    private const int LinesPerPart = 1_000;
    private const int LongestLine = 1024 * 1024;

    // The answer is written while the body is read, and on HTTP/1.1 a sender may read none of it before all is sent: it must stay so
    // small that it waits in the buffers between the two, or each would wait for the other.
    private const int MostErrorsTold = 1_000;
    private const long PartsPerStep = 512;

    private static readonly byte[] s_newLine = "\n"u8.ToArray();

    private readonly List<JsonElement> _items = [];
    private readonly List<long> _lines = [];
    private readonly List<ImportError> _errors = [];
    private long _read;
    private long _created;
    private long _skipped;
    private long _failed;
    private long _parts;
    private int _told;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken);
            var rest = result.Buffer;
            while (TakeLine(ref rest, result.IsCompleted, out var line))
            {
                Add(line);
                if (_items.Count == LinesPerPart && !await StoreAsync(cancellationToken))
                {
                    return;
                }
            }

            if (rest.Length > LongestLine)
            {
                await TellAsync("stopped", cancellationToken, "line_too_long", $"Line {_read + 1} has more than {LongestLine} bytes.");
                return;
            }

            body.AdvanceTo(rest.Start, rest.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        if (_items.Count == 0 || await StoreAsync(cancellationToken))
        {
            await TellAsync("done", cancellationToken);
        }
    }

    private static bool TakeLine(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        line = rest;
        if (!isLast || rest.IsEmpty)
        {
            return false;
        }

        rest = rest.Slice(rest.End);
        return true;
    }

    private void Add(ReadOnlySequence<byte> line)
    {
        _read++;
        var bytes = line.ToArray().AsSpan().Trim(" \t\r"u8);
        if (bytes.IsEmpty)
        {
            return;
        }

        try
        {
            _items.Add(JsonElement.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false }));
            _lines.Add(_read);
        }
        catch (JsonException)
        {
            Fail(new ImportError(_read, "malformed_item", "The line is not JSON.", null));
        }
    }

    /// <returns>False when the import cannot go on.</returns>
    private async Task<bool> StoreAsync(CancellationToken cancellationToken)
    {
        var (done, problem) = await StorePartAsync(cancellationToken);
        if (done is null)
        {
            var code = problem!.ProblemDetails.Extensions["code"] as string;
            await TellAsync("stopped", cancellationToken, code, problem.ProblemDetails.Detail);
            return false;
        }

        _created += done.Created ?? 0;
        foreach (var error in done.Errors)
        {
            if (error.Code == "external_id_taken")
            {
                _skipped++;
                continue;
            }

            Fail(new ImportError(_lines[error.Index], error.Code, error.Detail, error.Pointer));
        }

        _items.Clear();
        _lines.Clear();
        _parts++;
        // Each of the first parts, then every second, every fourth: a line for each would grow with the import.
        if (_parts % (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, _parts / PartsPerStep)) == 0)
        {
            await TellAsync("running", cancellationToken);
        }

        return true;
    }

    private async Task<(BulkAnswer? Answer, ProblemHttpResult? Problem)> StorePartAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await bulk.RunAsync(group.Caller, group.Id, _items, atomic: false, strict, cancellationToken);
        }
        catch (PostgresException ex) when (ex.SqlState == TypePolicy.HasChanged)
        {
            // What was read cannot be read again; whoever sends it again gets on where this broke off.
            return (null, Problems.Conflict("type_changed", "A type was changed meanwhile; send the import again."));
        }
    }

    private void Fail(ImportError error)
    {
        _failed++;
        if (_told < MostErrorsTold)
        {
            _told++;
            _errors.Add(error);
        }
    }

    private async Task TellAsync(string state, CancellationToken cancellationToken, string? code = null, string? detail = null)
    {
        var progress = new ImportProgress(_read, _created, _skipped, _failed, state, _errors.Count == 0 ? null : [.. _errors], code, detail);
        _errors.Clear();
        await JsonSerializer.SerializeAsync(answer, progress, ApiJson.Options, cancellationToken);
        await answer.WriteAsync(s_newLine, cancellationToken);
        await answer.FlushAsync(cancellationToken);
    }
}
