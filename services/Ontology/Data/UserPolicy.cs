using Microsoft.EntityFrameworkCore.Migrations;

namespace OnePlatform.Ontology.Data;

internal static class UserPolicy
{
    /// <summary>A request sees the users who are, or were, in a group it acts in; only the platform's own work writes them.</summary>
    public static void LetMembersSeeEachOther(this MigrationBuilder migration) => migration.Sql(
        """
        drop policy system_only on users;
        create policy members_read on users for select using (
            (select app_is_system()) or exists (
                select from memberships m where m.person_id = users.id and m.group_id = any ((select app_groups())::uuid[])));
        create policy system_writes on users using ((select app_is_system())) with check ((select app_is_system()));
        """);
}
