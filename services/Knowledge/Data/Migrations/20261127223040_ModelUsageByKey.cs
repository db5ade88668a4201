using System;
using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.ServiceDefaults;

#nullable disable

namespace OnePlatform.Knowledge.Data.Migrations
{
    /// <inheritdoc />
    public partial class ModelUsageByKey : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "model_usage_days",
                columns: table => new
                {
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    key_id = table.Column<Guid>(type: "uuid", nullable: false),
                    requests = table.Column<long>(type: "bigint", nullable: false),
                    input_tokens = table.Column<long>(type: "bigint", nullable: false),
                    output_tokens = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_usage_days", x => new { x.group_id, x.day, x.key_id });
                });

            // Of a month only the sum was known. The version before still writes model_usage; a later one drops it.
            migrationBuilder.Sql(
                """
                select set_config('app.system', 'on', true);
                insert into model_usage_days (group_id, day, key_id, requests, input_tokens, output_tokens, updated_at)
                select group_id, month, '00000000-0000-0000-0000-000000000000', requests, input_tokens, output_tokens, updated_at from model_usage;
                """);
            migrationBuilder.ProtectByGroup("model_usage_days");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "model_usage_days");
        }
    }
}
