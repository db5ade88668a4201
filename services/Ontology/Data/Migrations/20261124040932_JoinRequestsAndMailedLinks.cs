using System;
using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.Ontology.People.JoinRequests;
using OnePlatform.ServiceDefaults;

#nullable disable

namespace OnePlatform.Ontology.Data.Migrations
{
    /// <inheritdoc />
    public partial class JoinRequestsAndMailedLinks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "mailed_token_hash",
                table: "invitations",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "join_requests",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    message = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    role = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    decided_by = table.Column<Guid>(type: "uuid", nullable: true),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_join_requests", x => x.id);
                    table.ForeignKey(
                        name: "fk_join_requests_groups_group_id",
                        column: x => x.group_id,
                        principalTable: "groups",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_invitations_mailed_token_hash",
                table: "invitations",
                column: "mailed_token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_join_requests_group_id_created_at_id",
                table: "join_requests",
                columns: new[] { "group_id", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_join_requests_pending",
                table: "join_requests",
                columns: new[] { "group_id", "person_id" },
                unique: true,
                filter: "decided_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_join_requests_person_id",
                table: "join_requests",
                column: "person_id");

            migrationBuilder.ProtectByGroup("join_requests");
            migrationBuilder.LetGroupsSeeWhoAsks();
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("drop policy askers_read on users");
            migrationBuilder.DropTable(
                name: "join_requests");

            migrationBuilder.DropIndex(
                name: "ix_invitations_mailed_token_hash",
                table: "invitations");

            migrationBuilder.DropColumn(
                name: "mailed_token_hash",
                table: "invitations");
        }
    }
}
