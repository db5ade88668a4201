using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Search;

namespace OnePlatform.Knowledge.Index;

/// <summary>An entry as it comes from the database.</summary>
internal sealed record LoadedEntry(
    long Number, Guid KnowledgeId, long Change, bool Removed, string? Model, float[]? Vector, string[] Terms, short[] Counts, string[] Labels,
    Guid? DocumentId, Guid? ThingId);

/// <summary>What embeddings can be compared with each other.</summary>
internal readonly record struct VectorSpace(string Model, int Dimensions);

/// <summary>
/// The index of one group in memory: a copy of its entries up to a change. Readers hold <see cref="Gate"/> for reading while they
/// look; catching up holds it for writing.
/// </summary>
internal sealed class GroupIndex : IDisposable
{
    private const int BytesPerRow = 120;

    private readonly Dictionary<Guid, int> _rows = [];
    private readonly List<Guid> _ids = [];
    private readonly Dictionary<VectorSpace, VectorIndex> _vectors = [];
    private readonly Dictionary<string, List<int>> _byLabel = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, List<int>> _byThing = [];
    private readonly Dictionary<Guid, List<int>> _byDocument = [];

    public ReaderWriterLockSlim Gate { get; } = new();

    public KeywordIndex Keywords { get; } = new();

    /// <summary>What filters let through, as of <see cref="Change"/>.</summary>
    public FilteredRows Filtered { get; } = new();

    public long Change { get; private set; }

    /// <summary>About as much memory as it takes.</summary>
    public long Bytes => Keywords.Bytes + _vectors.Values.Sum(v => v.Bytes) + ((long)_ids.Count * BytesPerRow) + Filtered.Bytes;

    /// <summary>Many more rows were removed than are left; a new copy would be smaller.</summary>
    public bool IsWorn => _ids.Count - _rows.Count > _rows.Count + 4096;

    /// <summary>Of the rows that are not removed.</summary>
    public IEnumerable<Guid> Ids => _rows.Keys;

    public Guid IdOf(int row) => _ids[row];

    public IEnumerable<VectorIndex> VectorsOf(string? model, int dimensions)
        => _vectors.Where(v => v.Key.Dimensions == dimensions && (model is null || v.Key.Model == model)).Select(v => v.Value);

    /// <summary>The middle of the vectors of a document's chunks, or the vector of the row itself; null when there is none.</summary>
    public (VectorSpace Space, float[] Centre, int Rows)? CentreOf(Guid id)
    {
        var rows = _rows.TryGetValue(id, out var own) ? [own] : _byDocument.GetValueOrDefault(id) ?? [];
        foreach (var (space, index) in _vectors)
        {
            var vectors = rows.Select(index.Find).OfType<float[]>().ToList();
            if (vectors.Count > 0)
            {
                var centre = new float[space.Dimensions];
                vectors.ForEach(vector => TensorPrimitives.Add(centre, vector, centre));
                return (space, centre, rows.Count);
            }
        }

        return null;
    }

    /// <summary>Entries in the order of their numbers, and the change they bring the copy up to.</summary>
    public void CatchUp(IReadOnlyList<LoadedEntry> entries, long change)
    {
        Begin(entries);
        Change = Math.Max(Change, change);
        Filtered.Clear();
    }

    /// <summary>A part of the entries of a copy that nobody reads yet.</summary>
    public void Begin(IReadOnlyList<LoadedEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (_rows.Remove(entry.KnowledgeId, out var old))
            {
                Keywords.Remove(old);
                foreach (var index in _vectors.Values)
                {
                    index.Remove(old);
                }
            }

            if (!entry.Removed)
            {
                Add(entry);
            }
        }
    }

    public RowSet RowsWithAnyLabel(IEnumerable<string> labels)
        => SetOf(labels.SelectMany(label => _byLabel.TryGetValue(label, out var rows) ? rows : []));

    public RowSet RowsOfThing(Guid thing) => SetOf(_byThing.TryGetValue(thing, out var rows) ? rows : []);

    public RowSet RowsOfDocument(Guid document) => SetOf(_byDocument.TryGetValue(document, out var rows) ? rows : []);

    /// <summary>Rows of these ids, and the rows of documents among them; what this copy does not have is left out.</summary>
    public RowSet RowsOf(IEnumerable<Guid> ids)
        => SetOf(ids.SelectMany(id => _rows.TryGetValue(id, out var row) ? [row] : _byDocument.GetValueOrDefault(id) ?? []));

    /// <summary>Exactly the rows of these ids.</summary>
    public RowSet RowsWithIds(ReadOnlySpan<Guid> ids)
    {
        var set = new RowSet(_ids.Count);
        foreach (var id in ids)
        {
            if (_rows.TryGetValue(id, out var row))
            {
                set.Add(row);
            }
        }

        return set;
    }

    public void Dispose() => Gate.Dispose();

    private void Add(LoadedEntry entry)
    {
        var row = _ids.Count;
        _ids.Add(entry.KnowledgeId);
        _rows[entry.KnowledgeId] = row;
        Keywords.Add(row, entry.Terms.Zip(entry.Counts, (term, count) => new TermCount(term, count)));
        if (entry.Vector is { } vector)
        {
            var space = new VectorSpace(entry.Model ?? "", vector.Length);
            if (!_vectors.TryGetValue(space, out var index))
            {
                _vectors[space] = index = new VectorIndex(vector.Length);
            }

            index.Add(row, vector);
        }

        foreach (var label in entry.Labels)
        {
            ListOf(_byLabel, label).Add(row);
        }

        if (entry.ThingId is { } thing)
        {
            ListOf(_byThing, thing).Add(row);
        }

        if (entry.DocumentId is { } document)
        {
            ListOf(_byDocument, document).Add(row);
        }
    }

    private static List<int> ListOf<TKey>(Dictionary<TKey, List<int>> lists, TKey key)
        where TKey : notnull
        => CollectionsMarshal.GetValueRefOrAddDefault(lists, key, out _) ??= [];

    private RowSet SetOf(IEnumerable<int> rows)
    {
        var set = new RowSet(_ids.Count);
        foreach (var row in rows)
        {
            set.Add(row);
        }

        return set;
    }
}
