using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnePlatform.Events.Checkpoints;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>The tree alone, with leaves of nothing.</summary>
public sealed class HashingTheLog(EventsHost host) : IClassFixture<EventsHost>
{
    [Fact]
    public async Task Every_leaf_of_every_small_tree_is_proven_and_every_tree_begins_with_each_before_it()
    {
        const int Most = 70;
        var (group, leaves) = (Guid.NewGuid(), Leaves(Most));
        await GrowAsync(group, leaves);
        var tiles = await TilesAsync(group, [new LeafRange(0, Most)]);
        for (var size = 1; size <= Most; size++)
        {
            var root = tiles.HashOf(new LeafRange(0, size))!;
            Assert.Equal(MerkleVerifier.Root([.. leaves.Take(size)]), root);
            for (var index = 0; index < size; index++)
            {
                byte[][] path = [.. MerkleTree.InclusionPath(index, size).Select(part => tiles.HashOf(part)!)];
                Assert.True(MerkleVerifier.Includes(leaves[index], index, size, path, root), $"{index} of {size}");
                Assert.False(MerkleVerifier.Includes(leaves[(index + 1) % Most], index, size, path, root), $"another than {index} of {size}");
                byte[][] growth = [.. MerkleTree.ConsistencyPath(index + 1, size).Select(part => tiles.HashOf(part)!)];
                var first = MerkleVerifier.Root([.. leaves.Take(index + 1)]);
                Assert.True(MerkleVerifier.IsConsistent(index + 1, size, first, root, growth), $"{index + 1} to {size}");
                Assert.False(MerkleVerifier.IsConsistent(index + 1, size, leaves[^1], root, growth), $"another than {index + 1} to {size}");
            }
        }
    }

    [Fact]
    public async Task A_tree_of_three_levels_that_grew_in_steps_has_the_same_root_and_proofs()
    {
        var (group, leaves) = (Guid.NewGuid(), Leaves(66_000));
        foreach (var size in new[] { 1, 255, 256, 257, 512, 65_535, 65_536, 65_537, leaves.Count })
        {
            await GrowAsync(group, [.. leaves.Take(size)]);
            Assert.Equal(MerkleVerifier.Root([.. leaves.Take(size)]), (await TilesAsync(group, [new LeafRange(0, size)])).HashOf(new LeafRange(0, size)));
        }

        var root = MerkleVerifier.Root(leaves);
        foreach (var index in new[] { 0, 255, 256, 40_000, 65_535, 65_536, 65_999 })
        {
            var path = MerkleTree.InclusionPath(index, leaves.Count);
            var tiles = await TilesAsync(group, path);
            Assert.True(MerkleVerifier.Includes(leaves[index], index, leaves.Count, [.. path.Select(part => tiles.HashOf(part)!)], root), $"{index}");
        }
    }

    private static List<byte[]> Leaves(int count)
        => [.. Enumerable.Range(0, count).Select(i => MerkleVerifier.Leaf(Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture))))];

    private async Task GrowAsync(Guid group, List<byte[]> leaves)
    {
        await using var connection = await OpenAsync();
        await using var sizing = new NpgsqlCommand("select size from event_trees where group_id = $1", connection) { Parameters = { new() { Value = group } } };
        var growth = await TreeGrowth.LoadAsync(connection, group, await sizing.ExecuteScalarAsync() as long? ?? 0, CancellationToken.None);
        leaves.Skip((int)growth.Size).ToList().ForEach(growth.Add);
        await growth.SaveAsync(connection, CancellationToken.None);
    }

    private async Task<TreeTiles> TilesAsync(Guid group, IReadOnlyList<LeafRange> parts)
    {
        await using var connection = await OpenAsync();
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { TreeTiles.Select(group, parts) } };
        await using var reader = await batch.ExecuteReaderAsync();
        return await TreeTiles.ReadAsync(reader, CancellationToken.None);
    }

    private Task<NpgsqlConnection> OpenAsync()
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        return host.Services.GetRequiredService<TenantSessions>().OpenAsync(scope, CancellationToken.None);
    }
}
