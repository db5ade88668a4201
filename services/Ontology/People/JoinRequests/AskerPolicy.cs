using Microsoft.EntityFrameworkCore.Migrations;

namespace OnePlatform.Ontology.People.JoinRequests;

internal static class AskerPolicy
{
    /// <summary>A group sees who asks to join it, until it has decided.</summary>
    public static void LetGroupsSeeWhoAsks(this MigrationBuilder migration) => migration.Sql(
        """
        create policy askers_read on users for select using (exists (
            select from join_requests r
            where r.person_id = users.id and r.decided_at is null and r.group_id = any ((select app_groups())::uuid[])));
        """);
}
