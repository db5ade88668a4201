using System;
using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.ServiceDefaults;

#nullable disable

namespace OnePlatform.Identity.Data.Migrations
{
    /// <inheritdoc />
    public partial class UsageAndKeyNotices : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "about",
                table: "mails",
                type: "character varying(400)",
                maxLength: 400,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "api_key_networks",
                columns: table => new
                {
                    key_id = table.Column<Guid>(type: "uuid", nullable: false),
                    network = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    first_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_key_networks", x => new { x.key_id, x.network });
                    table.ForeignKey(
                        name: "fk_api_key_networks_api_keys_key_id",
                        column: x => x.key_id,
                        principalTable: "api_keys",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "usage_days",
                columns: table => new
                {
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    key_id = table.Column<Guid>(type: "uuid", nullable: false),
                    calls = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_usage_days", x => new { x.group_id, x.day, x.key_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_usage_days_day",
                table: "usage_days",
                column: "day");

            migrationBuilder.ProtectAsSystem("api_key_networks");
            migrationBuilder.ProtectByGroup("usage_days");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_key_networks");

            migrationBuilder.DropTable(
                name: "usage_days");

            migrationBuilder.DropColumn(
                name: "about",
                table: "mails");
        }
    }
}
