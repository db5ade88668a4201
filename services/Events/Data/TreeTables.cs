using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Data;

/// <summary>
/// The hash trees over the logs and their signed roots. A tile's hashes lie one after the other, so that a leaf costs 32 bytes for good;
/// it stays when retention removes its event. <c>removed</c>: the positions that retention took.
/// </summary>
internal static class TreeTables
{
    private const string Tables =
        """
        create table event_trees (
            group_id uuid not null constraint pk_event_trees primary key, size bigint not null default 0, removed int8multirange not null default '{}');
        create table event_tree_tiles (
            group_id uuid not null, level smallint not null, number bigint not null, hashes bytea not null,
            constraint pk_event_tree_tiles primary key (group_id, level, number));
        create table event_checkpoints (
            id uuid not null, group_id uuid not null, size bigint not null, root_hash bytea not null, created_at timestamptz not null, statement text not null,
            constraint pk_event_checkpoints primary key (group_id, size));
        """;

    // What retention took before there were trees; it takes the oldest first.
    private const string Fill =
        """
        select set_config('app.system', 'on', true);
        insert into event_trees (group_id, removed)
        select p.group_id, int8multirange(int8range(1, coalesce((select min(e.position) from events e where e.group_id = p.group_id), p.last + 1)))
        from group_positions p;
        """;

    public static void CreateTrees(this MigrationBuilder migration)
    {
        migration.Sql(Tables);
        migration.ProtectByGroup("event_trees");
        migration.ProtectByGroup("event_tree_tiles");
        migration.ProtectByGroup("event_checkpoints");
        migration.Sql(Fill);
    }

    public static void DropTrees(this MigrationBuilder migration) => migration.Sql("drop table event_trees, event_tree_tiles, event_checkpoints");
}
